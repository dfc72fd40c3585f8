"""`threadlab runs`: user runs on the command line, from their folder alone."""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import Result

from tests.wide_page import on_a_wide_page
from tests.widgets.told_user_runs import family, kept
from threadlab.cli.app import app
from threadlab.cli.runs import found
from threadlab.connect.connect import connect
from threadlab.errors import HistoryError, ReplayMissed, UnknownUserRun
from threadlab.history.history import History

A1, B2, C3, D4, E5, F6 = (record.id for record in family()[0])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six user runs on disk, for reading."""
    return kept(tmp_path_factory.mktemp("project") / "runs").folder


@pytest.fixture
def project(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with them in its folder `runs`; the current folder is inside the project."""
    shutil.copytree(made, tmp_path / "runs")
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def runs(*arguments: str) -> Result:
    """Run a verb on a wide page."""
    return on_a_wide_page(app, ["runs", *arguments])


def rows(told: Result) -> list[str]:
    """The user runs in a table, in order."""
    firsts = [line.split()[:1] for line in told.stdout.splitlines()]
    return [first[0] for first in firsts if first and first[0] in (A1, B2, C3, D4, E5, F6)]


def test_list_has_the_newest_first_and_marks_what_nobody_typed(project: Path) -> None:
    """With status, tags and what it repeats."""
    told = runs("list")
    assert told.exit_code == 0
    assert rows(told) == [F6, E5, D4, C3, B2, A1]
    (woken,) = [line for line in told.stdout.splitlines() if line.strip().startswith(F6)]
    assert "⚙ system-triggered" in woken and "forecast" in woken
    assert told.stdout.count("system-triggered") == 1
    assert f"(edit of {C3})" in told.stdout and "#north" in told.stdout
    assert "6 user runs" in told.stdout


def test_list_has_one_line_for_each_on_a_page_of_80_columns(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ids are whole, for they are what one copies; the input is cut off."""
    monkeypatch.setattr(found, "out", Console(width=80))
    told = runs("list")
    lines = [line for line in told.stdout.splitlines() if line.strip()]
    assert rows(told) == [F6, E5, D4, C3, B2, A1]
    assert len(lines) == len(rows(told)) + 3 and max(map(len, lines)) <= 80, "a head, a rule, the count"


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (("--status", "failed"), [B2]),
        (("--tag", "north"), [D4]),
        (("--branch", "forecast"), [F6]),
        (("--trigger", "system"), [F6]),
        (("--agent", "nobody"), []),
        (("--agent", "guide", "--tool", "get_weather", "-n", "2"), [F6, E5]),
        (("--after", "2023-11-14T22:14:00"), [F6, E5]),
        (("--before", "2023-11-14 22:13:30"), [A1]),
    ],
)
def test_list_is_narrowed_down(project: Path, options: tuple[str, ...], found: list[str]) -> None:
    """All that is given must fit."""
    assert rows(runs("list", *options)) == found


def test_search_finds_by_words_and_ends_with_1_where_nothing_is(project: Path) -> None:
    """The last word may be only begun; filters narrow it down too."""
    assert D4 in runs("search", "clear").stdout and "1 user run found" in runs("search", "cle").stdout
    assert runs("search", "bergen", "--status", "failed").stdout.count("And in Bergen?") == 1
    nothing = runs("search", "volcano")
    assert nothing.exit_code == 1 and "0 user runs found" in nothing.stdout


def test_show_takes_an_id_a_piece_of_it_a_number_or_nothing(project: Path) -> None:
    """The newest, if nothing is said."""
    for which, identity in ((D4, D4), ("d4d4", D4), ("1", A1)):
        assert runs("show", which).stdout.splitlines()[0].startswith(f"✓ user run {identity} completed")
    newest = runs("show").stdout
    assert f"user run {F6} completed · ⚙ system-triggered · on forecast, after {C3}" in newest
    assert "ticket forecast-7 is complete" in newest
    assert "tags: north" in runs("show", D4).stdout


def test_show_has_the_log_and_the_sequence_too(project: Path) -> None:
    """A line a fact; who said what to whom; and that for a README."""
    assert "0 ms  ○ queued           received: And in Bergen?" in runs("show", B2, "--events").stdout
    assert "you → guide: And in Bergen?" in runs("show", B2, "--sequence").stdout
    assert runs("show", B2, "--mermaid").stdout.startswith("sequenceDiagram\n")


def test_an_unknown_user_run_is_told_with_those_that_there_are(project: Path) -> None:
    """And so is a piece of several ids."""
    for verb in (("show", "nowhere"), ("compare", A1, "nowhere"), ("export", "x.zip", "nowhere")):
        problem = runs(*verb).exception
        assert isinstance(problem, UnknownUserRun)
        assert "no user run here is named 'nowhere'" in problem.message and F6 in problem.hint
    several = runs("show", "turn-2023").exception
    assert isinstance(several, UnknownUserRun) and "fits 6 user runs" in several.message
    assert not (project / "x.zip").exists()


def test_where_there_are_no_user_runs_it_says_how_they_are_made(tmp_path: Path) -> None:
    """In a folder that is not there, and in one that is empty."""
    problem = runs("list", "--folder", str(tmp_path / "none")).exception
    assert isinstance(problem, UnknownUserRun) and "branch.ask" in problem.hint
    assert "0 user runs" in runs("list", "--folder", str(tmp_path)).stdout


def test_the_tree_shows_forks_edits_and_branches(project: Path) -> None:
    """As git draws its log."""
    lines = runs("tree").stdout.splitlines()
    assert lines[0] == "history: 6 user runs, 2 branches"
    pairs = [f"{line}\n{below}" for line, below in pairwise(lines)]
    assert any(pair.endswith(f"{E5} · completed") and "[main]" in pair for pair in pairs)
    assert any(F6 in pair and "[forecast]  ⚙ system-triggered" in pair for pair in pairs)
    assert any(line.strip().startswith("├─╮") for line in lines)


def test_compare_shows_where_two_part_and_can_say_it_by_its_status(project: Path) -> None:
    """As git's diff does."""
    told = runs("compare", C3, D4)
    assert told.exit_code == 0 and "first divergence" in told.stdout
    assert runs("compare", C3, D4, "--exit-code").exit_code == 1
    assert f"{F6} is ⚙ system-triggered" in runs("compare", D4, F6).stdout
    assert runs("compare", D4, D4, "--exit-code").exit_code == 0


def test_what_is_exported_is_imported_with_the_same_hash(project: Path) -> None:
    """In another folder; what it came from and is not with it is named."""
    told = runs("export", "north.zip", "d4d4")
    assert told.exit_code == 0 and A1 in told.stdout and C3 in told.stdout
    assert isinstance(runs("export", "north.zip").exception, HistoryError)
    taken = runs("import", "north.zip", "--folder", "elsewhere")
    assert taken.exit_code == 0
    lines = (told.stdout + taken.stdout).splitlines()
    (digest,) = {line.split()[1] for line in lines if line.split()[:1] == [D4]}
    assert len(digest) == 16
    assert "tags: north" in runs("show", "--folder", "elsewhere").stdout
    assert isinstance(runs("import", "nothing.zip").exception, HistoryError)


def test_prune_shows_first_and_removes_with_yes(project: Path) -> None:
    """Heads of branches and what they stand on stay: only the failed one goes."""
    shown = runs("prune", "--keep", "0")
    assert shown.exit_code == 0 and "1 user run would go" in shown.stdout and "--yes" in shown.stdout
    assert (project / "runs" / B2).is_dir()
    assert rows(runs("prune", "--keep", "0", "--yes"))[0] == B2
    assert not (project / "runs" / B2).exists() and "5 user runs" in runs("list").stdout
    assert "--yes" not in runs("prune", "--keep", "0").stdout


def test_rebuild_lists_the_same_and_names_what_is_broken(project: Path) -> None:
    """A log with a broken line in it is told by list and tree as well, and stops neither."""
    before = runs("list").stdout
    (project / "runs" / "index.sqlite").unlink(missing_ok=True)
    assert "rebuilt from the logs of 6 user runs" in runs("rebuild").stdout
    assert runs("list").stdout == before
    log = project / "runs" / B2 / "events.jsonl"
    log.write_bytes(b"{broken\n" + log.read_bytes())
    told = runs("rebuild")
    assert told.exit_code == 1 and B2 in told.stdout
    assert f"{B2} cannot be read" in runs("tree").stdout
    assert "unreadable" in runs("list").stdout


def test_nothing_in_a_user_run_obeys_the_terminal_or_is_markup(project: Path) -> None:
    """Rich's marks are shown as they are."""
    log = project / "runs" / A1 / "events.jsonl"
    hostile = "[bold red]What[/] \\u001b[31mis the weather"
    log.write_text(log.read_text().replace("What is the weather", hostile))
    for verb in (("list",), ("show", A1), ("tree",), ("show", A1, "--events"), ("compare", A1, C3)):
        told = runs(*verb)
        assert told.exit_code == 0
        assert "[bold red]What[/]" in told.stdout and "\x1b" not in told.stdout


def test_a_replay_asks_nobody_and_says_that_it_is_the_same(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real user run; then one whose recorded request is another than what would be asked now."""
    monkeypatch.setenv("THREADLAB_SEED", "3")
    with connect(seed=3, pace=0) as lab:
        first = History(lab, project / "runs").branch("talk", instructions="Be brief.").ask("Hello")
    told = runs("replay", first.id)
    assert told.exit_code == 0 and f"replays {first.id}: the same happened, 0 requests" in told.stdout
    assert f"(replay of {first.id})" in runs("list").stdout
    missed = runs("replay", A1).exception
    assert isinstance(missed, ReplayMissed)
