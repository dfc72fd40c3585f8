"""`threadlab learnings`: what was learned, on a wide page and in a narrow terminal."""

from __future__ import annotations

from pathlib import Path
from time import time

import pytest
from rich.console import Console

from tests.wide_page import on_a_wide_page
from threadlab.cli import page
from threadlab.cli.app import app
from threadlab.orchestration.learning.finding import Finding
from threadlab.orchestration.learning.learnings import Learnings

DAY = 86_400.0


@pytest.fixture
def learned(tmp_path: Path) -> Learnings:
    """One learning of today, and one of a year ago."""
    learnings = Learnings(tmp_path)
    for subject, days in (("poet", 0), ("counter", 365)):
        finding = Finding(dimension="agent", advice="prefer", subject=subject, why="it was right")
        learnings.take_in(finding, "run-1", time() - days * DAY)
    return learnings


def listed(learnings: Learnings, *options: str) -> str:
    """What the list says."""
    told = on_a_wide_page(app, ["learnings", "list", *options, "--folder", str(learnings.path.parent)])
    assert told.exit_code == 0, told.output
    return told.stdout


def test_a_learning_that_is_out_of_use_says_since_when_or_why(learned: Learnings) -> None:
    """An expired one stands last, with what it weighed; a retired one is only there if asked for."""
    new, old = listed(learned).splitlines()
    assert "0.50  for any request: prefer agent poet" in new and "expired" not in new
    assert "0.00  for any request: prefer agent counter" in old
    assert "(expired on 20" in old and "it weighed 0.50)" in old
    for one in tuple(learned):
        learned.retire(one.id, "no more", time())
    assert "2 learnings, all retired" in listed(learned)
    assert listed(learned, "--retired").count("(retired: no more)") == 2


def test_a_terminal_folds_long_lines_between_words(
    learned: Learnings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What follows stands below the text, not below the id; a pipe gets each line whole."""
    monkeypatch.setattr(page, "out", Console(width=50, force_terminal=True))
    line = f"{'x' * 18}  0.50  for any request: prefer agent poet"
    page.tell(line, deeper=26)
    first, second = capsys.readouterr().out.splitlines()
    assert first == f"{'x' * 18}  0.50  for any request: prefer"
    assert second == f"{' ' * 26}agent poet"
    monkeypatch.setattr(page, "out", Console(width=50, force_terminal=False))
    page.tell(line, deeper=26)
    assert capsys.readouterr().out.splitlines() == [line]
