"""The conformance suite on the reference engine, on the naive one, and on one that goes in circles."""

from __future__ import annotations

import pytest

from threadlab.backend.clock import Clock
from threadlab.backend.completer.port import Completer
from threadlab.backend.engine.port import RunEngine
from threadlab.backend.engine_naive import NaiveEngine
from threadlab.backend.faults.engine import BreakableEngine
from threadlab.backend.faults.faults import Faults
from threadlab.backend.ids import Ids
from threadlab.backend.store.sqlite import Store
from threadlab.conformance.bench import Bench
from threadlab.conformance.check import Check
from threadlab.conformance.suite import CHECKS, Score, judge, score

NAIVE_PASSES = {
    "plain run",
    "answer on the thread",
    "steps of a tool round",
    "dates in order",
    "empty thread",
    "tool round",
    "two rounds",
    "required action",
    "outputs reach the model",
    "cancel queued",
    "cancel twice",
    "cancel completed",
    "free again",
    "threads apart",
    "thread goes meanwhile",
}
"""What a first attempt gets right; it fails all the others."""


def reference(store: Store, clock: Clock, ids: Ids, completer: Completer) -> RunEngine:
    """The engine that every backend has, with no fault in force."""
    return BreakableEngine(store, clock, ids, completer, Faults())


class GoesInCircles(NaiveEngine):
    """Never gets anywhere, and is always due."""

    def move(self, run_id: str, at: float) -> None:
        """Nothing happens."""


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_the_reference_engine_conforms(check: Check[Bench]) -> None:
    """Every check holds on the engine that learners work with."""
    judge(check, reference)


@pytest.fixture(scope="module")
def naive() -> Score:
    """The score of the naive engine."""
    return score(NaiveEngine)


def test_the_naive_engine_passes_what_a_first_attempt_gets_right_and_nothing_else(naive: Score) -> None:
    """It fails where it should: the two sets are asserted by name."""
    assert set(naive.passed) == NAIVE_PASSES
    assert set(naive.failed) == {check.name for check in CHECKS} - NAIVE_PASSES


def test_a_score_tells_each_failed_check_with_what_was_expected_and_seen(naive: Score) -> None:
    """It is what a learner reads."""
    lines = str(naive).splitlines()
    assert lines[0] == f"{len(NAIVE_PASSES)} of {len(CHECKS)} checks passed"
    place = lines.index("Two outputs for one call are refused, and the run still waits.")
    assert lines[place + 1] == "expected:  a call has two outputs: it is refused with a 400"
    assert lines[place + 2] == "seen:      it was accepted"


def test_what_an_engine_raises_fails_its_check_and_the_rest_go_on(naive: Score) -> None:
    """An engine is anybody's code, and may be unfinished."""
    assert naive.failed["failing model"].startswith("the engine raised ModelError(")
    assert naive.failed["cancel in progress"].startswith("a request was refused that is to be served")


def test_checks_have_names_and_sentences_of_their_own() -> None:
    """A score names each by one of them."""
    assert len({check.name for check in CHECKS}) == len({check.sentence for check in CHECKS}) == len(CHECKS)


def test_an_engine_that_goes_in_circles_is_stopped_and_told() -> None:
    """Nobody waits for it for ever."""
    with pytest.raises(AssertionError, match="at a later instant, or none"):
        judge(next(check for check in CHECKS if check.name == "stream tells the same"), GoesInCircles)
