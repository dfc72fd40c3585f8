"""The events of runs that are there already: joined late, joined again, and all runs of a thread."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.backend_client import FUNCTION, Client
from threadlab.backend.wire.http import Request, WaitUntil

Seen = list[tuple[str, str, Any]]


def events(client: Client, path: str, headers: dict[str, str] | None = None, **query: str) -> Iterator[Any]:
    """The events of a stream: name, id, JSON each. The clock is moved where the stream would wait."""
    response = client.backend.handle(Request("GET", f"{client.prefix}{path}/events", query, headers or {}))
    assert response.status == 200, response.body
    assert not isinstance(response.body, bytes)
    for piece in response.body:
        if isinstance(piece, WaitUntil):
            client.backend.time.sleep(piece.at - client.backend.time.now())
            continue
        lines = dict(line.split(": ", 1) for line in piece.decode().strip().split("\n"))
        data = lines["data"]
        yield lines["event"], lines.get("id", ""), data if data == "[DONE]" else json.loads(data)


def names(seen: Seen) -> list[str]:
    """The events' names, without those of the same name in a row."""
    found: list[str] = []
    for name, _, _ in seen:
        if found[-1:] != [name]:
            found.append(name)
    return found


def finished(client: Client) -> str:
    """The path of a run with a tool round that is over."""
    run = client.run(tools=True)
    client.until(run, "requires_action")
    client.answer(run)
    client.until(run, "completed")
    return run


def test_a_subscriber_sees_every_transition_in_order(client: Client) -> None:
    """Nobody polls: each change of the status is an event, the end included."""
    seen = [name for name, _, _ in events(client, client.run())]
    assert [name for name in seen if name.count(".") == 2 and name.startswith("thread.run.")] == [
        "thread.run.created",
        "thread.run.queued",
        "thread.run.in_progress",
        "thread.run.completed",
    ]
    assert "thread.message.delta" in seen
    assert seen[-1] == "done"


def test_a_finished_run_replays_all_its_legs_and_ends(client: Client) -> None:
    """As it was, numbered from 1, without letting time pass."""
    run = finished(client)
    before = client.backend.time.now()
    seen = list(events(client, run))
    assert client.backend.time.now() == before
    assert [number for _, number, _ in seen] == [*map(str, range(1, len(seen))), ""]
    assert names(seen).count("thread.run.requires_action") == 1
    assert names(seen)[-2:] == ["thread.run.completed", "done"]


def test_a_dropped_reader_goes_on_wherever_it_was_cut(client: Client) -> None:
    """Any number of events, by parameter or by the header of EventSource: the rest is the rest."""
    run = finished(client)
    whole = list(events(client, run))
    for cut in range(len(whole)):
        assert list(events(client, run, after=str(cut))) == whole[cut:]
        assert list(events(client, run, {"last-event-id": str(cut)})) == whole[cut:]


def test_what_is_replayed_is_what_the_stream_said(client: Client) -> None:
    """Both are made from the same log."""
    thread = client.thread("How is the weather?")
    body = json.dumps({"assistant_id": client.agent(), "stream": True}).encode()
    path = f"{client.prefix}/threads/{thread}/runs"
    response = client.backend.handle(Request("POST", path, {}, {}, body))
    live = b""
    for piece in response.body:
        if isinstance(piece, WaitUntil):
            client.backend.time.sleep(piece.at - client.backend.time.now())
        else:
            assert isinstance(piece, bytes)
            live += piece
    (run,) = client.get(f"/threads/{thread}/runs")["data"]
    blocks = [block.split("\n") for block in live.decode().strip().split("\n\n")]
    said = [(name.removeprefix("event: "), data.removeprefix("data: ")) for name, data in blocks]
    again = list(events(client, f"/threads/{thread}/runs/{run['id']}"))
    assert [(name, json.loads(data)) for name, data in said[:-1]] == [
        (name, data) for name, _, data in again[:-1]
    ]
    assert said[-1] == ("done", "[DONE]")


def test_a_run_that_waits_for_outputs_ends_the_stream_unless_the_reader_stays(client: Client) -> None:
    """Joined again it says nothing more; whoever stays sees it expire, as nobody answers."""
    run = client.run(tools=True)
    seen = list(events(client, run))
    assert names(seen)[-2:] == ["thread.run.requires_action", "done"]
    assert names(list(events(client, run, after=str(len(seen) - 1)))) == ["done"]
    stayed = list(events(client, run, after=str(len(seen) - 1), stay="true"))
    assert names(stayed) == ["thread.run.step.expired", "thread.run.expired", "done"]


def test_who_stays_sees_the_leg_that_somebody_else_begins(client: Client) -> None:
    """One stream over both legs."""
    run = client.run(tools=True)
    seen = []
    for event in events(client, run, stay="true"):
        seen.append(event)
        if event[0] == "thread.run.requires_action":
            client.answer(run)
    assert names(seen)[-2:] == ["thread.run.completed", "done"]


def test_a_threads_stream_has_all_its_runs_and_goes_on_behind_any_event(client: Client) -> None:
    """Oldest run first; an id names run and event."""
    agent, thread = client.agent(), client.thread("one", "two")
    runs = [client.run_on(thread, agent)]
    client.until(runs[0], "completed")
    runs.append(client.run_on(thread, agent))
    whole = list(events(client, f"/threads/{thread}"))
    assert names(whole).count("thread.run.completed") == 2
    assert {number.split(":")[0] for _, number, _ in whole[:-1]} == {run.split("/")[-1] for run in runs}
    for cut in range(len(whole) - 1):
        after = whole[cut][1]
        assert list(events(client, f"/threads/{thread}", after=after)) == whole[cut + 1 :]


def test_a_threads_stream_ends_when_no_run_is_at_work(client: Client) -> None:
    """An empty thread has nothing to tell; a run that waits for outputs is not at work."""
    assert names(list(events(client, f"/threads/{client.thread()}"))) == ["done"]
    run = client.run(tools=True)
    seen = list(events(client, run.rsplit("/runs", 1)[0]))
    assert names(seen)[-2:] == ["thread.run.requires_action", "done"]


def test_one_stream_sees_a_run_that_starts_while_it_is_read(client: Client) -> None:
    """The next run is looked for when the one before is over."""
    agent, thread = client.agent(), client.thread("one")
    client.run_on(thread, agent)
    seen, started = [], False
    for event in events(client, f"/threads/{thread}"):
        seen.append(event)
        if event[0] == "thread.run.completed" and not started:
            started = bool(client.run_on(thread, agent))
    assert names(seen).count("thread.run.completed") == 2


def test_a_thread_that_is_deleted_ends_both_streams(client: Client) -> None:
    """There is nothing more to tell."""
    agent, thread = client.agent(), client.thread("one")
    run = client.run_on(thread, agent)
    readers = [events(client, run, stay="true"), events(client, f"/threads/{thread}", stay="true")]
    for reader in readers:
        next(reader)
    client.delete(f"/threads/{thread}")
    assert [names(list(reader))[-1] for reader in readers] == ["done", "done"]


@pytest.mark.parametrize("after", ["x", "-1", "1.5", "²", "9" * 5000])
def test_a_place_that_is_none_is_refused(client: Client, after: str) -> None:
    """By name, as a 400."""
    run = client.run()
    status, error = client.error("GET", f"{run}/events", after=after)
    assert (status, error["param"]) == (400, "after")
    thread = run.rsplit("/runs", 1)[0]
    status, _ = client.error("GET", f"{thread}/events", after="run_none:1")
    assert status == 404


def test_the_tools_of_the_first_leg_are_in_the_stream_of_whoever_joins_late(client: Client) -> None:
    """A reader who joins behind the first leg gets the step with its outputs."""
    agent = client.agent(tools=[FUNCTION])
    run = client.run_on(client.thread("How is the weather?"), agent)
    client.until(run, "requires_action")
    first = len(list(events(client, run))) - 1
    client.answer(run, "sunny")
    (name, _, step), *_ = events(client, run, after=str(first))
    assert name == "thread.run.step.completed"
    assert [call["function"]["output"] for call in step["step_details"]["tool_calls"]] == ["sunny", "sunny"]
