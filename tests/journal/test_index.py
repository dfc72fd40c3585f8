"""Lists and search: they answer what the folders say, also after the index was lost."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.journal import story
from tests.journal.faulty_files import FaultyFiles, Killed
from threadlab.errors import JournalError
from threadlab.journal.annotations import Grouped, Tagged
from threadlab.journal.fact import Began, CallStarted, Ended
from threadlab.journal.listed import UNREADABLE, Filter
from threadlab.journal.values import Trigger
from threadlab.journal.workspace import Workspace


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture
def three(workspace: Workspace) -> tuple[str, str, str]:
    """Two that are over and one that is at work, a minute apart."""
    rome = story.write_story(workspace, 0)
    zurich = story.write_story(workspace, 1, "And what of Zürich, the city?")
    other = story.new_id(workspace, 2, story.NOON + 120)
    received = story.received(other, "tick", branch="nightly", trigger=Trigger(type="schedule", cause="t"))
    directory = workspace.create(received, story.NOON + 120)
    directory.append(Began(process=1), story.NOON + 121)
    directory.append(CallStarted(path="1", agent="clerk", prompt="p", request="r"), story.NOON + 121)
    directory.close()
    workspace.annotate(rome, Tagged(tag="baseline"), story.NOON)
    workspace.annotate(zurich, Grouped(group="experiment A"), story.NOON)
    return rome, zurich, other


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(), "rome zurich other"),
        (Filter(status="completed"), "rome zurich"),
        (Filter(status="in_progress"), "other"),
        (Filter(tag="baseline"), "rome"),
        (Filter(group="experiment A"), "zurich"),
        (Filter(after=story.NOON + 60), "zurich other"),
        (Filter(before=story.NOON + 60), "rome"),
        (Filter(agent="clerk"), "other"),
        (Filter(tool="get_weather"), "rome zurich"),
        (Filter(trigger="schedule"), "other"),
        (Filter(branch="main", after=story.NOON + 1), "zurich"),
        (Filter(text="zurich CITY"), "zurich"),
        (Filter(text="basel"), "rome"),
        (Filter(text="weath"), "rome zurich"),
        (Filter(text="Rome rhubarb"), ""),
        (Filter(text='" OR ) NEAR *'), ""),
        (Filter(text="_"), ""),
        (Filter(tag="no such"), ""),
    ],
    ids=str,
)
def test_each_filter_finds_what_fits(
    workspace: Workspace, three: tuple[str, str, str], wanted: Filter, found: str
) -> None:
    """Alone and together; a text is words, whatever signs stand between them."""
    names = dict(zip(("rome", "zurich", "other"), three, strict=True))
    listed = workspace.index.list(wanted, newest_first=False)
    assert [one.id for one in listed] == [names[name] for name in found.split()]


def test_a_list_shows_what_is_asked_for_and_says_who_is_stalled(
    workspace: Workspace, three: tuple[str, str, str]
) -> None:
    """The newest first, as many as are wanted."""
    (newest,) = workspace.index.list(limit=1)
    assert (newest.id, newest.status, newest.is_stalled) == (three[2], "in_progress", True)
    writer = workspace.writer(three[2])
    assert not workspace.index.list(limit=1)[0].is_stalled
    writer.append(Ended(status="failed", output=""), story.NOON + 130)
    assert workspace.index.list(limit=1)[0].status == "failed"
    writer.close()
    rome = workspace.index.list(Filter(tag="baseline"))[0]
    assert (rome.tokens, rome.seconds, rome.tool_calls, rome.tools) == (67, 7.0, 1, ("get_weather",))


def test_what_comes_changes_or_goes_is_seen_by_the_next_list(
    workspace: Workspace, three: tuple[str, str, str]
) -> None:
    """By whoever it was done: another workspace object has the same folder."""
    assert len(workspace.index.list()) == 3
    elsewhere = Workspace(workspace.folder)
    fourth = story.write_story(elsewhere, 5)
    elsewhere.annotate(three[1], Tagged(tag="late"), story.NOON)
    elsewhere.remove(three[0])
    assert [one.id for one in workspace.index.list()] == [fourth, three[2], three[1]]
    assert [one.id for one in workspace.index.list(Filter(tag="late", text="late"))] == [three[1]]


def test_invariant_9_a_lost_index_is_rebuilt_with_identical_listings(
    workspace: Workspace, three: tuple[str, str, str]
) -> None:
    """Deleted, damaged or of another version: the lists and what is found stay the same."""
    asked = [Filter(), Filter(text="weather rome"), Filter(tag="baseline"), Filter(branch="nightly")]
    before = [workspace.index.list(wanted) for wanted in asked]
    index = workspace.index.path
    index.unlink()
    assert [workspace.index.list(wanted) for wanted in asked] == before
    index.with_name("index.sqlite-wal").unlink(missing_ok=True)
    index.write_bytes(b"this is no database " * 1000)
    assert [workspace.index.list(wanted) for wanted in asked] == before
    with sqlite3.connect(index) as database:
        database.execute("PRAGMA user_version = 99")
    assert [workspace.index.list(wanted) for wanted in asked] == before
    assert workspace.rebuild() == {}
    assert [workspace.index.list(wanted) for wanted in asked] == before


def test_invariant_9_rebuilding_gives_the_same_bytes_of_every_projection(
    workspace: Workspace, three: tuple[str, str, str]
) -> None:
    """All but the log, the annotations and the artifacts can be thrown away."""
    folder = workspace.folder / three[0]
    before = _files(folder)
    for path in (*folder.glob("*.json"), *folder.glob(".trace/*"), *folder.glob("s*.jsonl")):
        path.unlink()
    assert _files(folder) != before
    workspace.rebuild()
    assert _files(folder) == before


def test_a_broken_log_hides_no_other(workspace: Workspace, three: tuple[str, str, str]) -> None:
    """It is listed as unreadable, with the reason, and found by its status."""
    log = workspace.folder / three[1] / "events.jsonl"
    log.write_bytes(log.read_bytes().replace(b'{"seq":3', b'{"seq":7', 1) + b"{}\n")
    listed = workspace.index.list(Filter(status=UNREADABLE))
    assert [one.id for one in listed] == [three[1]] and "line 3 is broken" in listed[0].error
    assert len(workspace.index.list()) == 3
    assert workspace.rebuild().keys() == {three[1]}
    with pytest.raises(JournalError):
        workspace.record(three[1])


def test_an_empty_or_missing_workspace_is_an_empty_list(workspace: Workspace) -> None:
    """And asking makes nothing."""
    assert workspace.index.list() == () and workspace.ids() == () and workspace.rebuild() == {}
    assert not workspace.folder.exists()


def test_several_may_list_a_workspace_at_once_while_it_grows(workspace: Workspace) -> None:
    """Each with an index object of its own, as processes have; nobody loses anything of the others."""

    def work(seed: int) -> int:
        own = Workspace(workspace.folder)
        for number in range(4):
            id = story.write_story(own, 10 * seed + number)
            assert own.index.list(Filter(text="weather"), limit=1)
            own.annotate(id, Tagged(tag=f"of {seed}"), story.NOON)
        return len(own.index.list(Filter(tag=f"of {seed}")))

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(work, range(3))) == [4, 4, 4]
    assert len(workspace.index.list()) == 12


def test_a_user_run_that_is_made_before_its_input_arrives_is_listed_once_it_has(workspace: Workspace) -> None:
    """A folder alone is no user run; when its log begins, the folder above does not tell."""
    story.write_story(workspace)
    id = story.new_id(workspace, 3)
    (workspace.folder / id).mkdir()
    assert len(workspace.index.list()) == 1 and workspace.ids() != (id,)
    (workspace.folder / id / "events.jsonl").write_bytes(b'{"seq":1,"at":1.0,"type":"rec')
    assert len(workspace.index.list()) == 1
    (workspace.folder / id / "events.jsonl").unlink()
    (workspace.folder / id).rmdir()
    directory = workspace.create(story.received(id), story.NOON)
    assert len(workspace.index.list()) == 2
    directory.close()


@pytest.mark.parametrize("at", [1, 2, 3])
def test_an_annotation_whose_process_died_is_seen_by_the_next_one(
    workspace: Workspace, three: tuple[str, str, str], at: int
) -> None:
    """Before it or right behind it: the list says what the folder says, and trusts no note that is gone."""
    workspace.annotate(three[1], Tagged(tag="whole"), story.NOON)
    assert len(workspace.index.list(Filter(tag="whole"))) == 1
    dying = Workspace(workspace.folder, FaultyFiles(at=at, how="before", kills=True))
    with pytest.raises(Killed):
        dying.annotate(three[0], Tagged(tag="late"), story.NOON)
    there = int("late" in workspace.annotations(three[0]).tags)
    assert there == (at == 3)
    for one in (workspace, Workspace(workspace.folder)):
        assert len(one.index.list(Filter(tag="late"))) == there
    (workspace.folder / ".annotated").unlink()
    assert len(Workspace(workspace.folder).index.list(Filter(tag="late"))) == there
