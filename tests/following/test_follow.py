"""Following from a script and from a coroutine: the same events, and leaving is not cancelling."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import pytest

from threadlab.following.follow import follow, follow_async
from threadlab.following.polling import Polling
from threadlab.objects.event import Ended, Event, ToolStarted

if TYPE_CHECKING:
    from tests.following.conftest import ScriptedHome, ScriptedTools

PLAIN = [(0.3, "queued"), (1.2, "in_progress"), (0, "completed")]
ASKING = [(0.3, "queued"), (0.7, "in_progress"), (0, "requires_action")]
QUICK = Polling(while_tools=0.01)


def test_following_hides_the_waits(scripted_home: type[ScriptedHome]) -> None:
    """A plain `for` gets events alone, the end last."""
    seen = list(follow(scripted_home([PLAIN]).run))
    assert all(isinstance(event, Event) for event in seen)
    assert isinstance(seen[-1], Ended)


@pytest.mark.parametrize("offload", [False, True])
async def test_the_async_form_tells_the_same(
    scripted_home: type[ScriptedHome], scripted_tools: type[ScriptedTools], offload: bool
) -> None:
    """The same events at the same times, with the requests on this thread or on another."""
    script = [ASKING, PLAIN]
    plain = list(follow(scripted_home(script).run, tools=scripted_tools(), polling=QUICK))
    run = scripted_home(script).run
    awaited = [
        event async for event in follow_async(run, tools=scripted_tools(), polling=QUICK, offload=offload)
    ]
    assert [(type(event), event.at) for event in awaited] == [(type(event), event.at) for event in plain]


async def test_offloading_keeps_requests_off_the_event_loop(scripted_home: type[ScriptedHome]) -> None:
    """A blocking SDK call happens on another thread."""
    threads: set[int] = set()
    kind: Any = scripted_home

    class Spying(kind):  # type: ignore[misc]
        def _ask(self, verb: str) -> None:
            threads.add(threading.get_ident())
            super()._ask(verb)

    async for _ in follow_async(Spying([PLAIN]).run, offload=True):
        pass
    assert threads
    assert threading.get_ident() not in threads


async def test_two_runs_are_followed_side_by_side(scripted_home: type[ScriptedHome]) -> None:
    """Waiting for one leaves the event loop free for the other."""
    order: list[str] = []

    async def watch(name: str) -> None:
        async for _ in follow_async(scripted_home([PLAIN]).run):
            order.append(name)

    await asyncio.gather(watch("a"), watch("b"))
    assert order != sorted(order)


@pytest.mark.parametrize("asynchronous", [False, True])
async def test_a_tool_that_finishes_ends_the_wait(
    scripted_home: type[ScriptedHome], scripted_tools: type[ScriptedTools], asynchronous: bool
) -> None:
    """The loop waits on the tool's future, not on the clock."""
    home = scripted_home([ASKING, PLAIN])
    tools = scripted_tools(after=2)
    done: Future[None] = Future()
    begin: Any = tools.begin

    def begin_with_future(*args: Any) -> Any:
        tool_round = begin(*args)
        tool_round.changed = lambda: done
        return tool_round

    setattr(tools, "begin", begin_with_future)  # noqa: B010
    timer = threading.Timer(0.05, done.set_result, [None])
    timer.start()
    patient = Polling(while_tools=60)
    if asynchronous:
        seen = [event async for event in follow_async(home.run, tools=tools, polling=patient)]
    else:
        seen = list(follow(home.run, tools=tools, polling=patient))
    timer.join()
    assert isinstance(seen[-1], Ended)


def test_an_interrupt_detaches_and_says_so(scripted_home: type[ScriptedHome]) -> None:
    """The run is not cancelled; the traceback says that it goes on."""
    home = scripted_home([PLAIN], failures={"read_run": [KeyboardInterrupt()]})  # type: ignore[list-item]
    with pytest.raises(KeyboardInterrupt) as caught:
        list(follow(home.run))
    assert "run_1; the run itself goes on" in caught.value.__notes__[0]


async def test_a_cancelled_task_detaches_and_says_so(
    scripted_home: type[ScriptedHome], scripted_tools: type[ScriptedTools]
) -> None:
    """Cancelling the watching task is not cancelling the run; its tools are dropped."""
    home, tools = scripted_home([ASKING]), scripted_tools(after=1000)
    started = asyncio.Event()
    notes: list[str] = []

    async def watch() -> None:
        try:
            async for event in follow_async(home.run, tools=tools, polling=Polling(while_tools=60)):
                if isinstance(event, ToolStarted):
                    started.set()
        except asyncio.CancelledError as stopped:
            notes.extend(stopped.__notes__)
            raise

    task = asyncio.create_task(watch())
    await started.wait()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert "goes on" in notes[0]
    assert tools.rounds[0].abandoned


async def test_a_cancelled_task_does_not_wait_for_a_blocked_request(
    scripted_home: type[ScriptedHome],
) -> None:
    """The request ends on its thread; the coroutine is gone at once."""
    asked, answer = threading.Event(), threading.Event()
    kind: Any = scripted_home

    class Blocking(kind):  # type: ignore[misc]
        def _ask(self, verb: str) -> None:
            asked.set()
            answer.wait(10)

    async def watch() -> None:
        async for _ in follow_async(Blocking([PLAIN]).run, offload=True):
            pass

    task = asyncio.create_task(watch())
    await asyncio.to_thread(asked.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not answer.is_set()
    answer.set()
