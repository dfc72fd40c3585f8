"""learnings.jsonl: it only grows, survives a torn end, and says the same to every process."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.orchestration.learning_by_hand import BEGAN, finding
from threadlab.errors import HistoryError, JournalError
from threadlab.orchestration.learning.learning import DAY
from threadlab.orchestration.learning.learnings import FILE, Learnings


@pytest.fixture
def learnings(tmp_path: Path) -> Learnings:
    """Those of an empty folder."""
    return Learnings(tmp_path / "runs")


def test_what_was_learned_is_there_in_another_process(learnings: Learnings) -> None:
    """The file alone tells it."""
    learnings.take_in(finding(), "run-1", BEGAN)
    learnings.take_in(finding(), "run-2", BEGAN + DAY)
    (one,) = Learnings(learnings.path.parent)
    assert one.evidence == ("run-1", "run-2")


def test_the_file_only_grows_and_a_torn_end_is_skipped(learnings: Learnings) -> None:
    """Every line stays as it was written; half a line was never acknowledged; a broken one is named."""
    learnings.take_in(finding(), "run-1", BEGAN)
    before = learnings.path.read_bytes()
    learnings.take_in(finding(advice="avoid"), "run-2", BEGAN)
    assert learnings.path.read_bytes().startswith(before)
    learnings.path.write_bytes(before + b'{"at": 1, "type": "lear')
    assert len(learnings) == 1
    learnings.path.write_bytes(b"nonsense\n" + before)
    with pytest.raises(JournalError, match="line 1"):
        list(learnings)


def test_threads_that_learn_the_same_at_once_lose_no_evidence(learnings: Learnings) -> None:
    """Reading, deciding and writing is one step."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: learnings.take_in(finding(strength=0.1), f"run-{n}", BEGAN), range(8)))
    (one,) = learnings
    assert len(one.evidence) == 8


def test_a_retired_learning_stays_in_the_list_and_weighs_nothing(learnings: Learnings) -> None:
    """A piece of its id is enough; an unknown one is an error that names what there is."""
    (one,) = learnings.take_in(finding(), "run-1", BEGAN)
    learnings.retire(one.id[-6:], "better model", BEGAN)
    (retired,) = learnings
    assert (retired.retired, retired.weight_at(BEGAN)) == ("better model", 0)
    assert learnings.table(BEGAN).column("retired") == ("better model",)
    with pytest.raises(HistoryError, match=one.id):
        learnings.retire("nothing", "", BEGAN)


def test_a_folder_without_the_file_has_learned_nothing(learnings: Learnings) -> None:
    """Reading makes no file."""
    assert list(learnings) == []
    assert not (learnings.path.parent / FILE).exists()
