from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.backend_client import FUNCTION, Client
from threadlab.backend.store import connection
from threadlab.backend.wire.http import Request

Open = Callable[..., Client]


def test_another_kernel_reads_what_one_wrote_and_drives_its_runs(durable: Open) -> None:
    """A run that was left behind is picked up by whoever comes next."""
    first = durable()
    run = first.run(tools=True)
    first.backend.close()

    second = durable()
    waiting = second.until(run, "requires_action")
    assert len(waiting["required_action"]["submit_tool_outputs"]["tool_calls"]) == 2
    third = durable()
    third.answer(run)
    assert second.until(run, "completed")["usage"]["total_tokens"] > 0


def test_ids_of_a_durable_store_are_random_and_look_like_the_services(durable: Open) -> None:
    """Prefix and 24 characters."""
    client = durable()
    ids = {client.agent() for _ in range(50)}
    assert len(ids) == 50
    for id in ids:
        prefix, _, rest = id.partition("_")
        assert (prefix, len(rest), rest.isalnum()) == ("asst", 24, True)


def test_at_pace_nought_everything_is_due_at_once(durable: Open) -> None:
    """Nobody waits for latencies that are only there to be watched."""
    client = durable()
    run = client.run()
    assert client.get(run)["status"] == "completed"


def test_what_comes_at_one_instant_is_one_transition(durable: Open) -> None:
    """The answer is shown with the move that asked for it; the log tells the same story as at any pace."""
    kinds = {}
    for pace in (0.0, 0.001):
        client = durable(pace=pace)
        run = client.run(tools=True).rpartition("/")[2]
        due = client.backend.store.due_of(run)
        assert due is not None
        client.backend.engine.move(run, due.at)
        log = client.backend.store.log(run_id=run)
        stands = [entry.data["status"] for entry in log if entry.kind == "run.status"]
        assert stands == ["in_progress", "requires_action"][: 2 if pace == 0 else 1]
        client.until(f"/threads/{log[0].thread_id}/runs/{run}", "requires_action")
        kinds[pace] = [entry.kind for entry in client.backend.store.log(run_id=run)]
    assert list(dict.fromkeys(kinds[0.0])) == list(dict.fromkeys(kinds[0.001]))


def test_at_a_pace_latencies_are_real(durable: Open) -> None:
    """A learner sees the run queued, and later done."""
    client = durable(pace=0.1)
    run, before = client.run(), time.monotonic()
    assert client.get(run)["status"] == "queued"
    client.until(run, "completed")
    assert time.monotonic() - before > 0.1


def test_two_kernels_that_press_one_run_at_once_do_everything_once(durable: Open) -> None:
    """Whoever commits first wins; the other's move is dropped."""
    first, second = durable(), durable()
    for _ in range(10):
        run = first.run()
        threads = [threading.Thread(target=client.get, args=(run,)) for client in (first, second) * 3]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert first.get(run)["status"] == "completed"
        kinds = [entry.kind for entry in first.backend.store.log(run_id=run.rsplit("/", 1)[1])]
        assert kinds.count("model.answered") == 1
        assert kinds.count("step.created") == 1


def test_a_long_cancelled_kernel_leaves_a_run_that_expires_by_itself(
    durable: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody came back to answer: the next reader finds it expired, dated when its time was up."""
    client = durable()
    run = client.run(tools=True)
    waiting = client.until(run, "requires_action")
    later = time.time() + 3600
    monkeypatch.setattr(time, "time", lambda: later)
    again = durable()
    assert again.get(run)["status"] == "expired"
    log = again.backend.store.log(run_id=waiting["id"])
    assert log[-1].at == pytest.approx(waiting["expires_at"], abs=1)
    assert FUNCTION in waiting["tools"]


def test_whoever_saw_a_run_as_due_before_it_waits_for_outputs_does_not_end_it(durable: Open) -> None:
    """Another kernel may look at what is due, and move only after this one has gone on."""
    client = durable()
    run = client.run(tools=True)
    waiting = client.until(run, "requires_action")
    client.backend.engine.move(waiting["id"], waiting["created_at"])
    assert client.get(run)["status"] == "requires_action"
    due = client.backend.store.due_of(waiting["id"])
    assert due is not None and due.at == pytest.approx(waiting["expires_at"], abs=1)


def test_a_store_that_another_process_holds_is_a_503_that_clients_repeat(
    durable: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program may be stopped in the midst of a change: nothing was done, and nothing is broken."""
    monkeypatch.setattr(connection, "PATIENCE", 0.01)
    client = durable()
    thread = client.thread()
    holder = sqlite3.connect(tmp_path / "store.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    response = client.backend.handle(Request("POST", f"{client.prefix}/threads"))
    assert (response.status, response.headers["retry-after"]) == (503, "1")
    assert client.get(f"/threads/{thread}")["id"] == thread
    holder.rollback()
    holder.close()
    client.thread()
    assert len(client.get("/threads")["data"]) == 2
