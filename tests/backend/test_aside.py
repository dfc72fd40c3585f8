from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from tests.backend_client import Client
from tests.shop import SHOP, Shop
from threadlab.backend.aside import AT_ONCE, Aside
from threadlab.backend.clock import RealClock
from threadlab.backend.completer.function import FromFunction
from threadlab.backend.completer.port import Call
from threadlab.backend.engine.worker import Crew
from threadlab.backend.hosted import NotYet, Outcome, Setting
from threadlab.backend.local import Backend


class SlowShop(Shop):
    """A shop that takes until it is told to be done, on threads of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.aside: Aside[Outcome] = Aside("shop", RealClock())
        self.asked, self.done = threading.Event(), threading.Event()

    def slow(self) -> Outcome:
        """What the shop does."""
        self.asked.set()
        self.done.wait(20)
        return Outcome("done")

    def call(self, setting: Setting, arguments: str) -> Outcome | NotYet:  # type: ignore[override]
        """Not yet."""
        return self.aside.result(setting, self.slow)

    def forget(self, run_id: str) -> None:
        """Drop it."""
        self.aside.forget(run_id)


def setting(run_id: str) -> Setting:
    """The setting of a call of that run."""
    return Setting(run_id=run_id, thread_id="t", definition=SHOP)


@pytest.mark.parametrize("way", ["cancel", "delete the thread"])
def test_what_is_done_for_a_run_that_is_stopped_is_dropped(tmp_path: Path, way: str) -> None:
    """Nobody would ever fetch it."""
    shop = SlowShop()
    model = FromFunction(lambda request: [Call("shop_buy", "{}")])
    backend = Backend.durable(tmp_path / "lab.db", completer=model, worker=Crew(), pace=0)
    backend.engine.serving.hosted["mcp"] = shop
    try:
        client = Client(backend)
        entry = {"server_label": "shop", "headers": {}, "require_approval": "never"}
        thread = client.thread("Roses!")
        run = client.run_on(thread, client.agent(tools=[SHOP], tool_resources={"mcp": [entry]}))
        assert shop.asked.wait(20)
        assert shop.aside.is_busy
        if way == "cancel":
            client.post(f"{run}/cancel")
            client.until(run, "cancelled")
        else:
            client.delete(f"/threads/{thread}")
        for _ in range(200):
            if not shop.aside.is_busy:
                break
            backend.time.sleep(0.02)
        assert not shop.aside.is_busy
    finally:
        shop.done.set()
        backend.close()


def test_what_waits_to_be_done_for_a_run_that_is_stopped_is_not_begun() -> None:
    """Only what was begun goes on to its end."""
    aside: Aside[str] = Aside("test", RealClock())
    done, begun = threading.Event(), threading.Barrier(AT_ONCE + 1)

    def work() -> str:
        begun.wait(20)
        done.wait(20)
        return "done"

    for number in range(AT_ONCE):
        aside.result(setting(f"other_{number}"), work)
    begun.wait(20)
    called: list[str] = []

    def call(name: str) -> str:
        called.append(name)
        return name

    aside.result(setting("mine"), lambda: call("mine"))
    aside.result(setting("yours"), lambda: call("yours"))
    aside.forget("mine")
    done.set()
    while isinstance(aside.result(setting("yours"), work), NotYet):
        time.sleep(0.01)
    aside.close()
    assert called == ["yours"]
