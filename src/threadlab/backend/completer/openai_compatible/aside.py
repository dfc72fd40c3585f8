"""Aside: a coroutine that talks to a network, run on a thread of its own, heard from a plain generator.

So the endpoint can be left at any moment, even while it says nothing: closing the generator cancels the
coroutine, which closes its connection, and the model stops working for nobody.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress

from threadlab.backend.completer.port import Piece, Text

BEAT = 0.25
"""Seconds of silence after which an empty text is given, so that whoever listens can leave."""
LEAVING = 2.0
"""Seconds that a connection has to be closed in."""

Say = Callable[[Piece], None]
Talk = Callable[[Say], Coroutine[None, None, None]]


def aside(talk: Talk) -> Iterator[Piece]:
    """What `talk(say)` says, as it is said; whatever it raises is raised here."""
    heard: queue.SimpleQueue[Piece | _End] = queue.SimpleQueue()
    loop = asyncio.new_event_loop()
    task = loop.create_task(talk(heard.put))
    thread = threading.Thread(target=_run, args=(loop, task, heard), name="threadlab-model", daemon=True)
    thread.start()
    try:
        while not isinstance(item := _next(heard), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        with suppress(RuntimeError):  # the loop is closed: it is over already
            loop.call_soon_threadsafe(task.cancel)
        thread.join(LEAVING)


class _End:
    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def _next(heard: queue.SimpleQueue[Piece | _End]) -> Piece | _End:
    try:
        return heard.get(timeout=BEAT)
    except queue.Empty:
        return Text("")


def _run(
    loop: asyncio.AbstractEventLoop, task: asyncio.Task[None], heard: queue.SimpleQueue[Piece | _End]
) -> None:
    error: BaseException | None = None
    try:
        loop.run_until_complete(task)
    except BaseException as raised:  # it belongs to whoever listens
        error = raised
    finally:
        with suppress(Exception):
            loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
        heard.put(_End(error))
