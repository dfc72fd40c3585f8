from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from tests.backend_client import Client, Scene
from tests.soundness import nothing_is_half_done, records_are_what_the_log_says
from threadlab.backend.completer.port import Call, ModelError, Piece, Reason, Request, Spent, Text
from threadlab.backend.engine.worker import Crew, Worker
from threadlab.backend.local import Backend
from threadlab.backend.records import MessageRecord, RunRecord
from threadlab.backend.wire.http import Request as HttpRequest
from threadlab.backend.wire.http import WaitUntil
from threadlab.workbench.in_process import InProcess

Open = Callable[..., Client]


@dataclass
class Slow:
    """A completer that takes its time: it gives `first`, waits until it may go on, gives the rest."""

    first: Iterable[Piece] = (Text("Once "), Text("upon "))
    rest: Iterable[Piece] = (Text("a time"),)
    stand_in: str = "a slow model"
    instant: bool = False
    goes_on: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)
    closed: threading.Event = field(default_factory=threading.Event)
    seen: list[Request] = field(default_factory=list)

    def complete(self, request: Request) -> Iterator[Piece]:
        """The answer."""
        self.seen.append(request)
        try:
            yield from self.first
            self.begun.set()
            assert self.goes_on.wait(30)
            yield from self.rest
        finally:
            self.closed.set()


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Opens clients of one durable store, by default with a worker."""
    backends: list[Backend] = []

    def open_client(completer: Any, **options: Any) -> Client:
        backends.append(Backend.durable(tmp_path / "store.sqlite", completer=completer, **options))
        return Client(backends[-1])

    yield open_client
    for backend in backends:
        if isinstance(completer := backend.engine.completer, Slow):
            completer.goes_on.set()
        backend.close()


def wait_for(what: Callable[[], Any]) -> Any:
    """What is true in the end."""
    for _ in range(3_000):
        if found := what():
            return found
        time.sleep(0.01)
    raise AssertionError("it never became true")


def record(client: Client, run: str) -> RunRecord:
    """The record of a run, by its path."""
    found = client.backend.store.get(RunRecord, run.rsplit("/", 1)[1])
    assert found is not None
    return found


def status(client: Client, run: str, *wanted: str) -> RunRecord:
    """The record once it has one of these statuses; no request is made."""

    def reached() -> RunRecord | None:
        found = record(client, run)
        return found if found.status in wanted else None

    found: RunRecord = wait_for(reached)
    return found


def newest_message(client: Client, run: str) -> MessageRecord:
    """The newest message of the run's thread, as it is stored: clients see no text before it is whole."""
    return client.backend.store.every(MessageRecord, run.split("/")[2])[-1]


def text_of(client: Client, run: str) -> str:
    """The text of that message."""
    return str(newest_message(client, run).content[0]["text"]["value"])


def is_sound(client: Client, run: str) -> None:
    """Nothing of the run's thread is half done, and its log says the same as its records."""
    thread = run.split("/")[2]
    nothing_is_half_done(client.backend.store, thread)
    records_are_what_the_log_says(client.backend.store, thread)


def test_a_worker_drives_a_run_to_its_end_without_any_request(opened: Open) -> None:
    """Nobody asks, and it is done: with a quick completer and with one that takes its time."""
    for instant in (True, False):
        client = opened(Scene(instant=instant), worker=True)
        run = client.run()
        status(client, run, "completed")
        is_sound(client, run)
        client.backend.close()


def test_a_worker_is_the_default_exactly_for_completers_that_take_their_time(opened: Open) -> None:
    """And it can be asked for, or refused."""
    kinds = {
        (instant, worker): isinstance(opened(Scene(instant=instant), worker=worker).backend.driver, Worker)
        for instant in (True, False)
        for worker in (None, True, False)
    }
    assert kinds == {
        (True, None): False, (True, True): True, (True, False): False,
        (False, None): True, (False, True): True, (False, False): False,
    }  # fmt: skip


def test_text_is_shown_while_the_model_still_speaks(opened: Open) -> None:
    """The first delta of a stream comes from the log of a run that is not answered yet."""
    slow = Slow()
    client = opened(slow)
    agent, thread = client.agent(), client.thread("Tell me a story.")
    body = json.dumps({"assistant_id": agent, "stream": True}).encode()
    response = client.backend.handle(
        HttpRequest("POST", f"{client.prefix}/threads/{thread}/runs", {}, {}, body)
    )
    said, names = "", []
    for piece in response.body:
        if isinstance(piece, WaitUntil):
            client.backend.wait(piece)
            continue
        assert isinstance(piece, bytes)
        name, data = piece.decode().removeprefix("event: ").split("\ndata: ")
        names.append(name)
        if name == "thread.message.delta":
            if said == "":
                assert not slow.goes_on.is_set()
                slow.goes_on.set()
            said += json.loads(data)["delta"]["content"][0]["text"]["value"]
    assert said == "Once upon a time"
    assert names[-4:] == [
        "thread.message.completed",
        "thread.run.step.completed",
        "thread.run.completed",
        "done",
    ]


def test_a_cancel_stops_the_model_in_the_midst_and_keeps_what_it_said(opened: Open) -> None:
    """The run is over at once; the completer is closed as soon as it gives its next piece."""
    slow = Slow()
    client = opened(slow)
    run = client.run()
    assert slow.begun.wait(30)
    wait_for(lambda: text_of(client, run) == "Once upon ")
    client.post(f"{run}/cancel")
    cancelled = status(client, run, "cancelled")
    assert not slow.closed.is_set()
    slow.goes_on.set()
    assert slow.closed.wait(30)
    assert text_of(client, run) == "Once upon "
    assert (
        cancelled.usage is not None and cancelled.usage.prompt_tokens > 0 < cancelled.usage.completion_tokens
    )
    assert newest_message(client, run).incomplete_reason == "run_cancelled"
    is_sound(client, run)


def test_a_model_that_never_answers_can_be_cancelled_too(opened: Open) -> None:
    """Nobody waits for its next word."""
    slow = Slow(first=())
    client = opened(slow)
    run = client.run()
    assert slow.begun.wait(30)
    client.post(f"{run}/cancel")
    status(client, run, "cancelled")
    is_sound(client, run)


def test_a_run_expires_while_the_model_speaks(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its time is the engine's, not the model's."""
    monkeypatch.setattr("threadlab.backend.engine.accepting.LIFETIME", 0.4)
    slow = Slow()
    client = opened(slow)
    run = client.run()
    status(client, run, "expired")
    assert text_of(client, run) == "Once upon "
    is_sound(client, run)


class Breaks(Slow):
    """Says something, and breaks."""

    error: Exception = ModelError("no capacity", "rate_limit_exceeded")

    def complete(self, request: Request) -> Iterator[Piece]:
        """The answer."""
        yield Reason("tries", "it was asked to")
        yield Text("Once upon ")
        raise self.error


@pytest.mark.parametrize("error", [ModelError("no capacity", "rate_limit_exceeded"), ZeroDivisionError("me")])
def test_a_model_that_breaks_in_the_midst_fails_the_run_and_its_words_are_kept(
    opened: Open, error: Exception
) -> None:
    """The error is the run's, and the thread takes the next run."""
    completer = Breaks()
    completer.error = error
    client = opened(completer)
    run = client.run()
    failed = status(client, run, "failed")
    assert failed.error is not None and str(error.args[0]) in failed.error.message
    assert text_of(client, run) == "Once upon "
    assert newest_message(client, run).status == "incomplete"
    answered = [
        entry for entry in client.backend.store.log(run_id=failed.id) if entry.kind == "model.answered"
    ]
    assert answered[0].data["reasons"] == [{"rule": "tries", "because": "it was asked to"}]
    is_sound(client, run)


def test_a_model_that_says_nothing_fails_the_run(opened: Open) -> None:
    """An empty answer is an error, as it is without a worker."""
    slow = Slow(first=[Text("")], rest=())
    slow.goes_on.set()
    client = opened(slow)
    run = client.run()
    failed = status(client, run, "failed")
    assert failed.error is not None and "neither text nor tool calls" in failed.error.message
    assert [message["role"] for message in client.get(f"/threads/{failed.thread_id}/messages")["data"]] == [
        "user"
    ]
    is_sound(client, run)


@dataclass
class Speaks:
    """Says something and asks for tools; with their outputs it says something more, and counts its tokens."""

    stand_in: str = "a model"
    instant: bool = False

    def complete(self, request: Request) -> Iterator[Piece]:
        """The answer."""
        if not request.rounds:
            yield Text("Let me ")
            yield Call("weather", '{"city": "Oslo"}')
            yield Call("weather", '{"city": "Bergen"}')
            yield Text("look.")
        else:
            yield Text("It is sunny.")
        yield Spent(11, 7)


@pytest.mark.parametrize("worker", [True, False])
def test_text_and_calls_become_the_same_steps_as_without_a_worker(opened: Open, worker: bool) -> None:
    """One message, one step of calls, one message; tokens as the model counted them."""
    client = opened(Speaks(), worker=worker)
    run = client.run(tools=True)
    client.until(run, "requires_action")
    client.answer(run)
    done = client.until(run, "completed")
    steps = client.get(f"{run}/steps", order="asc")["data"]
    assert [step["type"] for step in steps] == ["message_creation", "tool_calls", "message_creation"]
    assert [step["status"] for step in steps] == ["completed"] * 3
    assert [step["usage"]["completion_tokens"] for step in steps] == [0, 7, 7]
    assert done["usage"] == {"prompt_tokens": 22, "completion_tokens": 14, "total_tokens": 36}
    messages = client.get(f"{run.partition('/runs/')[0]}/messages", order="asc")["data"]
    assert [message["content"][0]["text"]["value"] for message in messages[1:]] == [
        "Let me look.",
        "It is sunny.",
    ]
    is_sound(client, run)


def test_the_workbench_tells_the_truth_about_a_model_that_took_its_time(opened: Open) -> None:
    """What it was given, the whole of what it said, and why; also when it was stopped in the midst."""
    slow = Slow(first=[Reason("tells", "a story was asked for"), Text("Once ")])
    client = opened(slow)
    whole, cut = client.run(), client.run()
    wait_for(lambda: len(slow.seen) == 2 and text_of(client, cut) == "Once ")
    client.post(f"{cut}/cancel")
    slow.goes_on.set()
    bench = InProcess(client.backend)
    for run, end, said in ((whole, "completed", "Once a time"), (cut, "cancelled", "Once ")):
        done = status(client, run, end)
        (call,) = bench.truth(done).model_calls
        assert call.answer == {"text": said, "calls": [], "error": None}
        assert call.request["messages"][0]["text"] == "How is the weather?"
        assert [note.stand_in for note in bench.notes(done)] == ["a slow model"]
    assert bench.notes(record(client, whole))[0].rule == "tells"


def test_runs_beyond_the_crew_wait_in_the_queue_where_they_can_be_cancelled(opened: Open) -> None:
    """Whoever waits holds nothing up."""
    slow = Slow()
    client = opened(slow, worker=Crew(consultations=1))
    first = client.run()
    assert slow.begun.wait(30)
    second, third = client.run(), client.run()
    client.post(f"{second}/cancel")
    status(client, second, "cancelled")
    assert record(client, third).status == "queued"
    slow.goes_on.set()
    for run in (first, third):
        status(client, run, "completed")
    assert len(slow.seen) == 2


def test_two_workers_of_one_store_consult_once_for_each_run(opened: Open) -> None:
    """A lease keeps the others away."""
    scene = Scene(instant=False)
    clients = [opened(scene) for _ in range(3)]
    runs = [clients[number % 3].run() for number in range(12)]
    for run in runs:
        status(clients[0], run, "completed")
        is_sound(clients[0], run)
    assert len(scene.seen) == 12


def test_a_stepped_backend_leaves_alone_what_a_worker_is_at_work_on(opened: Open) -> None:
    """It looks, and sees what the other one writes."""
    slow, scene = Slow(), Scene()
    client, kernel = opened(slow), opened(scene)
    run = client.run()
    assert slow.begun.wait(30)
    wait_for(lambda: text_of(kernel, run) == "Once upon ")
    assert kernel.get(run)["status"] == "in_progress"
    kernel.backend.driver.step(run.rsplit("/", 1)[1])
    slow.goes_on.set()
    status(kernel, run, "completed")
    assert text_of(kernel, run) == "Once upon a time"
    assert scene.seen == []


def stalled(client: Client) -> None:
    """Let the worker of a client do no more than it has begun, as one whose process hangs."""
    client.backend.driver._renew = lambda: None  # type: ignore[attr-defined]
    client.backend.driver._make_next = lambda: False  # type: ignore[attr-defined]


def test_a_consultation_that_was_cut_before_its_first_word_is_begun_again(opened: Open) -> None:
    """Nobody has seen anything of it; what its first worker says after all is not written."""
    slow, scene = Slow(first=()), Scene()
    client = opened(slow, worker=Crew(lease=0.3))
    run = client.run()
    assert slow.begun.wait(30)
    stalled(client)
    other = opened(scene)
    wait_for(lambda: other.get(run)["status"] == "completed")
    slow.goes_on.set()
    assert slow.closed.wait(30)
    assert text_of(other, run).strip() == scene.text
    asked = [
        entry.data["call"]
        for entry in other.backend.store.log(run_id=record(other, run).id)
        if entry.kind == "model.asked"
    ]
    assert asked == [1, 1]
    is_sound(other, run)


def test_a_consultation_that_was_cut_in_the_midst_of_its_answer_fails_the_run(opened: Open) -> None:
    """Somebody may have read its beginning: it is kept, and the reason is given."""
    slow = Slow()
    client = opened(slow, worker=Crew(lease=0.3))
    run = client.run()
    assert slow.begun.wait(30)
    stalled(client)
    wait_for(lambda: text_of(client, run) == "Once upon ")
    other = opened(Scene(instant=False))
    failed = status(other, run, "failed")
    assert failed.error is not None and "went away" in failed.error.message
    slow.goes_on.set()
    assert slow.closed.wait(30)
    assert text_of(other, run) == "Once upon "
    is_sound(other, run)
    status(other, other.run_on(failed.thread_id, failed.agent_id), "completed")


def test_a_backend_that_is_closed_gives_back_what_it_held(opened: Open) -> None:
    """The next one need not wait for the lease to end."""
    slow, scene = Slow(first=()), Scene()
    client = opened(slow, worker=Crew(lease=3600))
    run = client.run()
    assert slow.begun.wait(30)
    client.backend.close()
    again = opened(scene)
    assert again.until(run, "completed")
    assert len(scene.seen) == 1
    is_sound(again, run)


def test_a_worker_that_is_stopped_while_it_takes_a_lease_gives_it_back(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its consultations have gone by then: nobody else would, and the run would wait for the lease's end."""
    client = opened(Scene(instant=False), worker=Crew(lease=3600))
    worker, store, leased = client.backend.driver, client.backend.store, threading.Event()
    lease = store.lease

    def slowly(*asked: Any) -> bool:
        taken = lease(*asked)
        leased.set()
        wait_for(lambda: worker._stopped)  # type: ignore[attr-defined]
        return taken

    monkeypatch.setattr(store, "lease", slowly)
    run = client.run()
    assert leased.wait(30)
    client.backend.close()
    status(opened(Scene(instant=False)), run, "completed")


def test_a_server_drives_its_runs_on_its_own_event_loop(opened: Open) -> None:
    """No thread of the worker's makes a move; what a completer is asked is not asked on the loop."""
    client = opened(Scene(instant=False), worker=Crew(hosted=True))
    run = client.run(tools=True)

    async def until(wanted: str) -> None:
        driving = asyncio.create_task(client.backend.drive())
        while record(client, run).status != wanted:
            await asyncio.sleep(0.005)
        driving.cancel()

    assert record(client, run).status == "queued"
    asyncio.run(asyncio.wait_for(until("requires_action"), 30))
    client.answer(run)
    assert record(client, run).status == "queued"
    asyncio.run(asyncio.wait_for(until("completed"), 30))
    is_sound(client, run)


def test_a_step_is_made_at_once_whenever_it_would_be_due(opened: Open) -> None:
    """A person presses the button, and does not wait for the queue."""
    client = opened(Scene(), worker=True, pace=1000.0)
    run = client.run()
    client.backend.driver.step(run.rsplit("/", 1)[1])
    assert record(client, run).status == "in_progress"
    slow = opened(Scene(instant=False), pace=1000.0)
    run = slow.run()
    slow.backend.driver.step(run.rsplit("/", 1)[1])
    status(slow, run, "completed")


@pytest.mark.parametrize("worker", [True, False])
@pytest.mark.parametrize("before", ["queued", "requires_action", "completed"])
def test_a_status_that_is_none_ends_the_run_and_nothing_else(opened: Open, worker: bool, before: str) -> None:
    """K25: the reason is given, the thread is free, other runs go on; what was over stays what it was."""
    client = opened(Scene(), worker=worker, pace=1000.0 if before == "queued" else 0.0)
    run = client.run(tools=before == "requires_action")
    client.until(run, before)
    spoiled = replace(record(client, run), status="confused")
    with client.backend.store.transaction() as change:
        change.put(spoiled)
    assert client.error("POST", f"{run}/cancel")[0] == 400
    after = client.get(run)
    if before == "completed":
        assert after["status"] == "completed"
    else:
        assert after["status"] == "failed"
        assert "'confused' is no status of a run" in after["last_error"]["message"]
    is_sound(client, run)
    client.backend.pace = 0.0
    client.until(
        client.run_on(spoiled.thread_id, spoiled.agent_id),
        "completed" if before != "requires_action" else "requires_action",
    )


def test_a_run_whose_records_are_spoiled_does_not_stop_the_others(opened: Open) -> None:
    """K25: it is put together again from the log, which is the truth, and ends with a reason."""
    client = opened(Scene(), pace=1000.0)
    run = client.run()
    store = client.backend.store
    store._connection().execute("UPDATE runs SET doc = '{}' WHERE id = ?", (run.rsplit("/", 1)[1],))
    store._connection().execute("UPDATE due SET at = 0")
    client.backend.pace = 0.0
    client.until(client.run(), "completed")
    assert record(client, run).status == "failed"
    is_sound(client, run)


def test_a_message_of_a_run_that_is_cut_short_stays_out_of_the_next_one(opened: Open) -> None:
    """As without a worker."""
    slow = Slow()
    client = opened(slow)
    run = client.run()
    assert slow.begun.wait(30)
    wait_for(lambda: text_of(client, run) == "Once upon ")
    client.post(f"{run}/cancel")
    cancelled = status(client, run, "cancelled")
    slow.goes_on.set()
    again = client.run_on(cancelled.thread_id, cancelled.agent_id)
    status(client, again, "completed")
    assert [said.role for said in slow.seen[-1].messages] == ["user"]
