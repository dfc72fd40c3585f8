"""Which orchestration contexts stay: the newest, the rated, the failed; the others are made short, or go."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.orchestration.learning_by_hand import BEGAN, decision, kept_run, member
from threadlab.errors import HistoryError
from threadlab.history.bodies.orchestration import OrchestrationContext
from threadlab.journal.annotations import given_feedback
from threadlab.journal.workspace import Workspace
from threadlab.orchestration.decision_lines import decisions_text
from threadlab.orchestration.learning.keep_policy import KeepIf, Stored, archive_contexts, kept

WHY = "The writer alone makes mistakes, so a critic reads it."


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Five user runs with long contexts: the first was rated, the second failed."""
    made = Workspace(tmp_path / "runs")
    for number in range(5):
        long = decision(
            1,
            "review",
            ["writer", "critic"],
            member("writer", "A long text. " * 200),
            reasoning=WHY,
            arguments={"task": "A long task. " * 50},
        )
        kept_run(made, number, "Write a poem.", long, status="failed" if number == 1 else "completed")
    made.annotate(made.ids()[0], given_feedback(None, 4), BEGAN)
    return made


def decided(workspace: Workspace) -> list[int]:
    """How many decisions each context still tells, the oldest first."""
    return [len(OrchestrationContext.of(workspace, id).decisions) for id in workspace.ids()]


def test_keep_last_removes_all_but_the_newest(workspace: Workspace) -> None:
    """And nothing of the user runs themselves."""
    told = archive_contexts(workspace, keep_last=2, keep_if=KeepIf.NONE, otherwise="remove")
    assert decided(workspace) == [0, 0, 0, 1, 1]
    assert [one.becomes for one in told.contexts] == ["stays"] * 2 + ["removed"] * 3
    assert told.after < told.before
    assert workspace.record(workspace.ids()[0]).output == "The answer."


def test_keep_if_rated_or_failed_keeps_these_however_old(workspace: Workspace) -> None:
    """The flags add up."""
    archive_contexts(workspace, keep_last=0, keep_if=KeepIf.RATED | KeepIf.FAILED, otherwise="remove")
    assert decided(workspace) == [1, 1, 0, 0, 0]
    archive_contexts(workspace, keep_last=0, keep_if=KeepIf.RATED, otherwise="remove")
    assert decided(workspace) == [1, 0, 0, 0, 0]


def test_a_compacted_context_still_answers_why_and_its_size_is_reported(workspace: Workspace) -> None:
    """Who, how, why and the outcome stay; the texts go; the second time nothing is left to do."""
    told = archive_contexts(workspace, keep_last=0, keep_if=KeepIf.NONE)
    context = OrchestrationContext.of(workspace, workspace.ids()[0])
    again = context.decision(1)
    assert (again.way, again.agents, again.reasoning) == ("review", ("writer", "critic"), WHY)
    assert again.outcome is not None and again.outcome.is_good
    assert again.outcome.contributions[0].text == ""
    assert WHY in decisions_text(context) and "made short" in decisions_text(context)
    files = [OrchestrationContext.of(workspace, id).file for id in workspace.ids()]
    assert told.after == sum(file.stat().st_size for file in files)
    assert told.after < told.before / 3
    assert {
        one.becomes for one in archive_contexts(workspace, keep_last=0, keep_if=KeepIf.NONE).contexts
    } == {"stays"}


def test_a_dry_run_tells_the_same_sizes_and_changes_nothing(workspace: Workspace) -> None:
    """Only then is it done."""
    planned = archive_contexts(workspace, keep_last=1, dry_run=True)
    assert "would be" in str(planned)
    assert decided(workspace) == [1] * 5
    assert planned.contexts == archive_contexts(workspace, keep_last=1).contexts


def test_what_is_not_over_or_at_work_keeps_its_context(workspace: Workspace) -> None:
    """An open user run goes on with its decisions; a negative number keeps nothing and is refused."""
    kept_run(workspace, 5, "Write a poem.", decision(1), is_over=False)
    held = workspace.writer(workspace.ids()[2])
    told = archive_contexts(workspace, keep_last=0, keep_if=KeepIf.NONE, otherwise="remove")
    held.close()
    whys = {one.user_run: one.why for one in told.contexts if one.becomes == "stays"}
    assert whys == {
        workspace.ids()[5]: "its user run is not over",
        workspace.ids()[2]: "a process is at work on it",
    }
    with pytest.raises(HistoryError):
        archive_contexts(workspace, keep_last=-1)


STORED = some.builds(
    Stored,
    user_run=some.uuids().map(str),
    at=some.floats(0, 1000),
    size=some.just(1),
    is_rated=some.booleans(),
    is_failed=some.booleans(),
)


@settings(deadline=None)
@given(some.lists(STORED, max_size=8), some.integers(0, 8), some.sampled_from([*KeepIf, KeepIf.NONE]))
def test_keeping_more_never_loses_more(contexts: list[Stored], number: int, keep_if: KeepIf) -> None:
    """Whatever the contexts: with a larger number, or more reasons, everything that stayed stays."""

    def staying(number: int, keep_if: KeepIf) -> set[str]:
        planned = kept(contexts, keep_last=number, keep_if=keep_if, otherwise="remove")
        assert len(planned) == len(contexts)
        return {one.user_run for one, becomes, _ in planned if becomes == "stays"}

    few = staying(number, keep_if)
    assert len(few) >= min(number, len(contexts))
    assert few <= staying(number + 1, keep_if)
    assert few <= staying(number, keep_if | KeepIf.FAILED)
