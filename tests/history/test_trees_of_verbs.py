"""Any tree of verbs: whatever is done, in whatever order, what was there stays as it was."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.history.conftest import every_file
from threadlab.connect.connect import connect
from threadlab.connect.targets import Local
from threadlab.history.history import History
from threadlab.history.user_run import UserRun

TEXTS = some.sampled_from(["My name is Ada.", "What is my name?", "One.\n@agent Two."])
VERBS = some.sampled_from(["ask", "fork", "retry", "edit", "rerun", "replay"])
STEPS = some.lists(some.tuples(VERBS, some.integers(0, 9), TEXTS), min_size=1, max_size=6)


def done(history: History, verb: str, which: UserRun, text: str) -> UserRun:
    """The user run that comes of a verb."""
    match verb:
        case "ask":
            names = history.branches
            return history.branch(names[len(text) % len(names)]).ask(text)
        case "fork":
            return history.branch(f"fork {len(history)}", at=which).ask(text)
        case "edit":
            return which.edit(input=text).rerun()
        case "rerun":
            return which.rerun(which.calls[-1].path)
        case "replay":
            return which.replay()
        case _:
            return which.retry()


@given(steps=STEPS)
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
def test_originals_keep_their_bytes_prefixes_are_equal_and_lineage_is_recorded(
    steps: list[tuple[str, int, str]],
) -> None:
    """For every sequence of verbs on any user run that is there."""
    with connect(target=Local(seed=7, pace=0)) as lab, tempfile.TemporaryDirectory() as folder:
        history = History(lab, Path(folder))
        runs = [history.branch("main", instructions="Be brief.").ask("My name is Ada.")]
        for verb, number, text in steps:
            before = {run.id: every_file(history.folder / run.id) for run in runs}
            which, requests = runs[number % len(runs)], lab.wire.count
            run = done(history, verb, which, text)
            assert {one: every_file(history.folder / one) for one in before} == before
            path = [one.id for one in history.desk.tree.path(run.id)]
            record, origin = run.record, which.record
            if verb == "fork":
                assert path[:-1] == [one.id for one in history.desk.tree.path(which.id)]
            elif verb != "ask":
                assert (record.received.base, record.parent) == (which.id, origin.parent)
                assert record.received.trigger.cause == which.id
            if verb == "replay":
                assert lab.wire.count == requests
                assert [call.output for call in record.calls] == [call.output for call in origin.calls]
            assert run.status == "completed" and len(history) == len(runs) + 1
            runs.append(run)
        assert History(lab, Path(folder))[runs[-1].id].record == runs[-1].record
