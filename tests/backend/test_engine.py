from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.backend_client import FUNCTION, Client, Scene
from threadlab.backend.completer.port import Call, ModelError, Request, Spent, Text
from threadlab.backend.engine.replay import Replay
from threadlab.backend.local import Backend
from threadlab.backend.records import MessageRecord, RunRecord, StepRecord


def statuses(client: Client, run: str) -> list[str]:
    """The statuses that a run really had."""
    log = client.backend.store.log(run_id=run.rsplit("/", 1)[1])
    return ["queued", *(entry.data["status"] for entry in log if entry.kind == "run.status")]


def test_a_plain_run_goes_from_queued_over_in_progress_to_completed(client: Client) -> None:
    """The shortest life of a run."""
    run = client.run()
    assert client.get(run)["status"] == "queued"
    done = client.until(run, "completed")
    assert statuses(client, run) == ["queued", "in_progress", "completed"]
    assert done["completed_at"] >= done["started_at"] >= done["created_at"]
    assert done["expires_at"] is None
    assert done["usage"]["total_tokens"] > 0


def test_the_answer_is_appended_to_the_thread_and_carries_the_run(client: Client, scene: Scene) -> None:
    """K19, K20: the user reads the answer among the messages."""
    run = client.run()
    done = client.until(run, "completed")
    newest = client.get(f"/threads/{done['thread_id']}/messages")["data"][0]
    assert newest["role"] == "assistant"
    assert newest["run_id"] == done["id"]
    assert newest["assistant_id"] == done["assistant_id"]
    assert newest["content"][0]["text"]["value"].strip() == scene.text


def test_a_tool_round_waits_for_outputs_and_consults_the_model_again_with_them(
    client: Client, scene: Scene
) -> None:
    """K14, K15, K17, K18: asked, recorded, answered, consulted again."""
    run = client.run(tools=True)
    waiting = client.until(run, "requires_action")
    calls = waiting["required_action"]["submit_tool_outputs"]["tool_calls"]
    assert [json.loads(call["function"]["arguments"])["city"] for call in calls] == ["Oslo", "Bergen"]
    assert waiting["usage"] is None
    assert client.answer(run, "sunny")["status"] == "queued"
    client.until(run, "completed")
    assert statuses(client, run) == [
        "queued", "in_progress", "requires_action", "queued", "in_progress", "completed",
    ]  # fmt: skip
    assert [call.output for call in scene.seen[1].rounds[0]] == ["sunny", "sunny"]
    assert (scene.seen[0].call, scene.seen[1].call) == (1, 2)


def test_usage_of_a_run_is_the_sum_over_its_steps(client: Client) -> None:
    """Nothing is counted twice or lost."""
    run = client.run(tools=True)
    client.until(run, "requires_action")
    client.answer(run)
    total = client.until(run, "completed")["usage"]
    steps = client.get(f"{run}/steps")["data"]
    assert total.pop("estimated") is True
    assert {name: sum(step["usage"][name] for step in steps) for name in total} == total


def test_a_model_that_counts_its_tokens_is_believed() -> None:
    """Spent pieces replace the estimate."""
    client = Client(Backend.seeded(1, completer=Function(lambda request: [Text("hi"), Spent(11, 7)])))
    assert client.until(client.run(), "completed")["usage"] == {
        "prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18,
    }  # fmt: skip


class Function:
    """A completer of one function."""

    stand_in = "a function"
    instant = True

    def __init__(self, function: Callable[[Request], Any]) -> None:
        self.complete = function


def test_text_and_calls_in_one_answer_become_two_steps() -> None:
    """A model may say something before it asks for a tool."""

    def both(request: Request) -> list[Any]:
        return [Text("done")] if request.rounds else [Text("Let me look. "), Call("weather", "{}")]

    client = Client(Backend.seeded(1, completer=Function(both)))
    run = client.run(tools=True)
    client.until(run, "requires_action")
    client.answer(run)
    client.until(run, "completed")
    steps = client.get(f"{run}/steps", order="asc")["data"]
    assert [step["type"] for step in steps] == ["message_creation", "tool_calls", "message_creation"]
    assert all(step["status"] == "completed" for step in steps)


@pytest.mark.parametrize(
    "error", [ModelError("no capacity", "rate_limit_exceeded"), ZeroDivisionError("by me")]
)
def test_a_completer_that_raises_fails_the_run_with_its_words(error: Exception) -> None:
    """The backend survives anybody's completer, and the thread takes the next run."""
    errors = iter([error])

    def complete(request: Request) -> list[Any]:
        for first in errors:
            raise first
        return [Text("fine now")]

    client = Client(Backend.seeded(1, completer=Function(complete)))
    run = client.run()
    failed = client.until(run, "failed")
    assert str(error.args[0]) in failed["last_error"]["message"]
    assert failed["failed_at"] is not None
    again = client.run_on(failed["thread_id"], failed["assistant_id"])
    client.until(again, "completed")


@pytest.mark.parametrize("silence", [[], [Text("")]])
def test_a_model_that_says_nothing_fails_the_run(silence: list[Any]) -> None:
    """An empty answer is an error, not an empty message."""
    client = Client(Backend.seeded(1, completer=Function(lambda request: silence)))
    assert "neither text nor tool calls" in client.until(client.run(), "failed")["last_error"]["message"]


@pytest.mark.parametrize(
    ("status", "after"),
    [("queued", "cancelling"), ("in_progress", "cancelling"), ("requires_action", "cancelled")],
)
def test_a_live_run_can_be_cancelled(client: Client, status: str, after: str) -> None:
    """Cancelling takes a moment, unless the run only waits for outputs."""
    run = client.run(tools=True)
    client.until(run, status)
    assert client.post(f"{run}/cancel")["status"] == after
    cancelled = client.until(run, "cancelled")
    assert cancelled["cancelled_at"] is not None
    assert cancelled["required_action"] is None
    assert all(step["status"] == "cancelled" for step in client.get(f"{run}/steps")["data"])


def test_what_was_written_before_a_cancel_is_kept_and_its_tokens_are_counted(client: Client) -> None:
    """The partial text stays, the message says that it is incomplete, usage is not lost."""
    run = client.run()
    for _ in ("begin", "first burst"):
        client.backend.driver.step(run.rsplit("/", 1)[1])
    client.post(f"{run}/cancel")
    cancelled = client.until(run, "cancelled")
    message = client.get(f"/threads/{cancelled['thread_id']}/messages")["data"][0]
    assert message["content"][0]["text"]["value"] == "It is sunny "
    record = client.backend.store.get(MessageRecord, message["id"])
    assert record is not None and (record.status, record.incomplete_reason) == ("incomplete", "run_cancelled")
    assert 0 < cancelled["usage"]["completion_tokens"] < 10
    assert cancelled["usage"]["prompt_tokens"] > 0


def test_an_unfinished_answer_does_not_reach_the_next_run(client: Client, scene: Scene) -> None:
    """The cancelled run's partial message is left out of the model's context."""
    run = client.run()
    for _ in ("begin", "first burst"):
        client.backend.driver.step(run.rsplit("/", 1)[1])
    client.post(f"{run}/cancel")
    cancelled = client.until(run, "cancelled")
    client.until(client.run_on(cancelled["thread_id"], cancelled["assistant_id"]), "completed")
    assert [said.role for said in scene.seen[-1].messages] == ["user"]


@pytest.mark.parametrize("end", ["completed", "cancelled", "expired", "failed"])
def test_a_run_that_is_over_cannot_be_cancelled_nor_answered_nor_stepped(end: str) -> None:
    """K24: final means final, and the error says in which status the run is."""

    def fails(request: Request) -> list[Any]:
        raise ModelError("no")

    client = Client(Backend.seeded(1, completer=Function(fails) if end == "failed" else Scene()))
    run = client.run(tools=end != "completed")
    if end == "cancelled":
        client.post(f"{run}/cancel")
    client.until(run, end)
    assert client.error("POST", f"{run}/cancel")[1]["message"] == f"Cannot cancel run with status '{end}'."
    status, error = client.error(
        "POST", f"{run}/submit_tool_outputs", {"tool_outputs": [{"tool_call_id": "call_1", "output": "x"}]}
    )
    assert (status, error["message"]) == (400, f'Runs in status "{end}" do not accept tool outputs.')
    before = client.backend.store.log(run_id=run.rsplit("/", 1)[1])
    client.backend.driver.step(run.rsplit("/", 1)[1])
    assert client.backend.store.log(run_id=run.rsplit("/", 1)[1]) == before


def test_a_run_that_nobody_answers_expires_after_ten_minutes_without_any_client(client: Client) -> None:
    """K8: the time limit is the engine's own."""
    run = client.run(tools=True)
    waiting = client.until(run, "requires_action")
    assert waiting["expires_at"] - waiting["created_at"] == 600
    client.backend.time.sleep(599)
    assert client.get(run)["status"] == "expired"
    log = client.backend.store.log(run_id=waiting["id"])
    assert log[-1].at == pytest.approx(log[0].at + 600)
    assert client.get(f"{run}/steps")["data"][0]["status"] == "expired"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda outputs: outputs[:1], "missing: {1}"),
        (lambda outputs: [], "missing: {0}, {1}"),
        (lambda outputs: [*outputs, {"tool_call_id": "call_x", "output": "?"}], "unknown: call_x"),
        (lambda outputs: [*outputs, outputs[0]], "duplicate: {0}"),
        (lambda outputs: [outputs[0], outputs[0]], "missing: {1}; duplicate: {0}"),
    ],
)
def test_outputs_that_do_not_fit_the_calls_are_refused_by_name(
    client: Client, change: Callable[[list[Any]], list[Any]], named: str
) -> None:
    """F22: missing, unknown and duplicate ids are named, and the run goes on waiting."""
    run = client.run(tools=True)
    calls = client.until(run, "requires_action")["required_action"]["submit_tool_outputs"]["tool_calls"]
    outputs = change([{"tool_call_id": call["id"], "output": "sunny"} for call in calls])
    status, error = client.error("POST", f"{run}/submit_tool_outputs", {"tool_outputs": outputs})
    assert status == 400
    assert named.format(calls[0]["id"], calls[1]["id"]) in error["message"]
    assert client.get(run)["status"] == "requires_action"
    client.answer(run)
    client.until(run, "completed")


def test_a_second_submit_of_the_same_outputs_is_late(client: Client) -> None:
    """The answer to a round counts once."""
    run = client.run(tools=True)
    calls = client.until(run, "requires_action")["required_action"]["submit_tool_outputs"]["tool_calls"]
    outputs = {"tool_outputs": [{"tool_call_id": call["id"], "output": "sunny"} for call in calls]}
    client.post(f"{run}/submit_tool_outputs", outputs)
    _, error = client.error("POST", f"{run}/submit_tool_outputs", outputs)
    assert error["message"] == 'Runs in status "queued" do not accept tool outputs.'


def test_one_run_at_a_time_on_a_thread_in_the_services_own_words(client: Client) -> None:
    """Neither a second run nor a message is taken while a run is active."""
    run = client.run(tools=True)
    thread, run_id = run.split("/")[2], run.split("/")[4]
    agent = client.agent()
    status, error = client.error("POST", f"/threads/{thread}/runs", {"assistant_id": agent})
    assert (status, error["code"]) == (400, None)
    assert error["message"] == f"Thread {thread} already has an active run {run_id}."
    _, error = client.error("POST", f"/threads/{thread}/messages", {"role": "user", "content": "and?"})
    assert error["message"] == f"Can't add messages to {thread} while a run {run_id} is active."
    client.until(run, "requires_action")
    client.answer(run)
    client.until(run, "completed")
    client.post(f"/threads/{thread}/messages", {"role": "user", "content": "and now?"})


def test_a_run_copies_its_agent_and_outlives_it(client: Client, scene: Scene) -> None:
    """Changing or deleting an agent never touches a run that has started."""
    agent = client.agent(instructions="Be brief.", tools=[FUNCTION])
    run = client.run_on(client.thread("How is the weather?"), agent)
    client.post(f"/assistants/{agent}", {"instructions": "Be long.", "tools": []})
    client.delete(f"/assistants/{agent}")
    waiting = client.until(run, "requires_action")
    assert (waiting["instructions"], waiting["tools"]) == ("Be brief.", [FUNCTION])
    client.answer(run)
    client.until(run, "completed")
    assert {request.instructions for request in scene.seen} == {"Be brief."}


def test_a_run_on_an_empty_thread_answers(client: Client) -> None:
    """The service accepts it, and so does this backend."""
    done = client.until(client.run_on(client.thread(), client.agent()), "completed")
    assert len(client.get(f"/threads/{done['thread_id']}/messages")["data"]) == 1


def test_the_model_is_given_instructions_history_and_tools(client: Client, scene: Scene) -> None:
    """K13: the first consultation has all three, oldest message first."""
    thread = client.thread("My name is Ada.", "How is the weather?")
    run = client.run_on(
        thread,
        client.agent(instructions="Be brief.", tools=[FUNCTION]),
        additional_instructions="Be kind.",
        additional_messages=[{"role": "user", "content": "In Oslo, please."}],
    )
    client.until(run, "requires_action")
    request = scene.seen[0]
    assert request.instructions == "Be brief.\n\nBe kind."
    assert [said.text for said in request.messages] == [
        "My name is Ada.", "How is the weather?", "In Oslo, please.",
    ]  # fmt: skip
    assert request.tools == (FUNCTION,)


def test_a_truncation_strategy_keeps_the_newest_messages(client: Client, scene: Scene) -> None:
    """last_messages counts from the end."""
    run = client.run_on(
        client.thread("one", "two", "three"),
        client.agent(),
        truncation_strategy={"type": "last_messages", "last_messages": 2},
    )
    client.until(run, "completed")
    assert [said.text for said in scene.seen[0].messages] == ["two", "three"]


def test_a_long_thread_is_cut_to_the_models_window_at_its_old_end(client: Client, scene: Scene) -> None:
    """The newest messages fit; the model never gets a thread without end."""
    long = "word " * 2_000
    run = client.run_on(client.thread(*(f"{number} {long}" for number in range(20))), client.agent())
    client.until(run, "completed")
    seen = [said.text.split()[0] for said in scene.seen[0].messages]
    assert 1 < len(seen) < 20
    assert seen[-1] == "19"


def test_reading_a_run_again_and_again_changes_nothing_but_lets_nominal_time_pass(client: Client) -> None:
    """A client with a wait of its own sees the run move on; one look alone moves nothing."""
    run = client.run()
    before = client.backend.time.now()
    assert client.get(run)["status"] == "queued"
    assert client.backend.time.now() == before
    assert client.get(run)["status"] == "in_progress"
    assert client.backend.time.now() == before + 1


def test_looking_after_a_wait_lets_no_further_time_pass(client: Client) -> None:
    """Whoever waits by the backend's clock owns time alone."""
    run = client.run()
    for _ in range(5):
        client.backend.time.sleep(0.01)
        assert client.get(run)["status"] == "queued"


def test_transitions_are_dated_when_they_were_due_however_late_they_are_seen(client: Client) -> None:
    """What a learner sees does not depend on when they look."""
    seen = []
    for wait in (0.05, 1.0, 30.0):
        run = client.run()
        start = client.backend.time.now()
        while client.get(run)["status"] != "completed":
            client.backend.time.sleep(wait)
        log = client.backend.store.log(run_id=run.rsplit("/", 1)[1])
        seen.append([(entry.kind, round(entry.at - start, 6)) for entry in log])
    assert seen[0] == seen[1] == seen[2]


def test_step_makes_exactly_one_transition_and_moves_time_to_it(client: Client) -> None:
    """K21: a learner presses step and sees one move."""
    run = client.run()
    run_id = run.rsplit("/", 1)[1]
    lengths = []
    for _ in range(3):
        client.backend.driver.step(run_id)
        lengths.append(len(client.backend.store.log(run_id=run_id)))
    assert lengths == [5, 6, 7]
    assert client.get(run)["status"] == "in_progress"


def test_stepping_one_run_first_lets_others_do_what_is_due_before(client: Client) -> None:
    """Time goes forward for all."""
    early = client.run()
    client.backend.time.sleep(0.3)
    late = client.run()
    client.backend.driver.step(late.rsplit("/", 1)[1])
    assert statuses(client, early) == statuses(client, late) == ["queued", "in_progress"]


def test_the_records_are_what_the_log_says(client: Client) -> None:
    """Reading the log again from its start gives the same messages, runs and run steps."""
    thread = client.thread("one", "two")
    for tools, end in ((False, "completed"), (True, "completed"), (True, "cancelled"), (True, "expired")):
        run = client.run_on(thread, client.agent(tools=[FUNCTION] if tools else []), metadata={"end": end})
        if tools:
            client.until(run, "requires_action")
            if end == "completed":
                client.answer(run)
            if end == "cancelled":
                client.post(f"{run}/cancel")
        client.until(run, end)
        client.post(run, {"metadata": {"seen": end}})
    newest = client.get(f"/threads/{thread}/messages")["data"][0]["id"]
    client.post(f"/threads/{thread}/messages/{newest}", {"metadata": {"liked": "yes"}})
    client.delete(f"/threads/{thread}/messages/{newest}")

    again = Replay()
    store = client.backend.store
    for entry in store.log(thread_id=thread):
        again.apply(entry)
    runs = store.every(RunRecord, thread)
    kept: list[Any] = [
        *store.every(MessageRecord, thread),
        *runs,
        *(step for run_ in runs for step in store.every(StepRecord, run_.id)),
    ]
    assert len(runs) == 4
    assert {record.id: record for record in kept} == {record.id: record for record in again}
