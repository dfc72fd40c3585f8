"""Listening: a socket, and uvicorn on it until somebody says stop.

Uvicorn was chosen by measuring (`benchmarks/servers.py`): quickest with its parser in C, and 200 waiting
streams cost it neither a thread nor a submit.
"""

from __future__ import annotations

import gc
import logging
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn

from threadlab.backend.server.carrier import Carrier
from threadlab.backend.server.protocol import BoundedProtocol

STOP_SECONDS = 3
"""How long requests in work may take to end after a stop was asked for."""
YOUNG_OBJECTS = 20_000
"""New objects after which the garbage collector looks at them: those of some twenty requests."""
KEEP_ALIVE_SECONDS = 75
"""How long a connection is kept without a request: longer than clients that poll sleep."""


def open_socket(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises OSError when the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=1024)


def run(carrier: Carrier, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Serve on the socket until SIGTERM or Ctrl-C, then end every stream and return.

    `ready` is called once requests are taken.
    """
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)  # what it would say, the carrier says
    config = uvicorn.Config(
        carrier,
        http=BoundedProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    _collect_seldom()
    Server(config, ready, carrier).run(sockets=[listening])


def _collect_seldom() -> None:
    """Walk neither what is there from the start nor, after every few requests, what they have just made."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 10, 10)


class Server(uvicorn.Server):
    """Uvicorn that stops without raising the signal again: a stop that was asked for is a success."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], carrier: Carrier) -> None:
        super().__init__(config)
        self._ready = ready
        self._carrier = carrier

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say so once requests are taken."""
        await super().startup(sockets)
        self._carrier.begin()
        self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal ends politely, the second at once."""
        self.force_exit = self.should_exit
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams first: nobody has to wait for them."""
        self._carrier.stop()
        await super().shutdown(sockets)
