"""The log of a user run: what it keeps, in which order, and what it refuses."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from tests.journal import story
from threadlab.errors import JournalError, LeaseHeld, UserRunFinal
from threadlab.journal.blobs import LONGEST_TEXT
from threadlab.journal.fact import Began, Ended, Entry, Logged, ScratchSet
from threadlab.journal.record import Record
from threadlab.journal.run_directory import RunDirectory
from threadlab.journal.workspace import Workspace


def _log(workspace: Workspace, id: str) -> Path:
    return workspace.folder / id / "events.jsonl"


def test_what_was_appended_is_read_back_by_anybody(workspace: Workspace) -> None:
    """Numbers from 1 without a gap, times, and all facts as they were."""
    id = story.write_story(workspace)
    read = workspace.open(id).entries()
    assert [entry.seq for entry in read] == list(range(1, len(read) + 1))
    told = [fact for _, fact in story.facts()]
    assert [entry.fact for entry in read if type(entry.fact).__name__ != "ArtifactKept"][1:] == told
    assert workspace.open(id).entries(after=len(read) - 1) == read[-1:]


def test_a_line_is_in_the_file_before_append_returns(workspace: Workspace) -> None:
    """And before any subscriber is told."""
    id = story.new_id(workspace)
    seen: list[tuple[Entry, ...]] = []
    with_writer = workspace.create(story.received(id), story.NOON)
    end = with_writer.subscribe(lambda entry: seen.append(workspace.open(id).entries(entry.seq - 1)))
    entry = with_writer.append(Began(process=1), story.NOON)
    end()
    with_writer.append(Logged(level="info", text="unheard"), story.NOON)
    assert seen == [(entry,)]
    with_writer.close()


def test_a_subscriber_that_fails_undoes_nothing(
    workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    """The fact is on disk: it is acknowledged, and the failure is logged."""
    directory = workspace.create(story.received(id := story.new_id(workspace)), story.NOON)
    directory.subscribe(lambda entry: 1 / 0)  # type: ignore[arg-type]
    directory.append(Began(process=1), story.NOON)
    directory.close()
    assert len(workspace.open(id).entries()) == 2
    assert "a subscriber of the log failed at entry 2" in caplog.text


def test_a_tail_goes_on_where_it_stopped(workspace: Workspace) -> None:
    """Also over what another holder of the folder writes."""
    directory = workspace.create(story.received(id := story.new_id(workspace)), story.NOON)
    tail = workspace.open(id).tail(after=1)
    assert tail.fresh() == ()
    entries = [directory.append(Logged(level="info", text=str(n)), story.NOON) for n in range(3)]
    assert tail.fresh() == tuple(entries) and tail.fresh() == ()
    directory.close()


def test_threads_may_append_at_once(workspace: Workspace) -> None:
    """Each entry has a number of its own, and the lines are in that order."""
    directory = workspace.create(story.received(id := story.new_id(workspace)), story.NOON)

    def log(name: int) -> None:
        for number in range(25):
            directory.append(Logged(level="info", text=f"{name}/{number}"), story.NOON)

    threads = [threading.Thread(target=log, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    directory.close()
    assert [entry.seq for entry in workspace.open(id).entries()] == list(range(1, 102))


def test_there_is_one_writer_and_the_error_names_it(workspace: Workspace) -> None:
    """A second one is refused, readers are not."""
    directory = workspace.create(story.received(id := story.new_id(workspace)), story.NOON)
    with pytest.raises(LeaseHeld, match=f"{id} is being written by this process"):
        workspace.writer(id)
    assert workspace.open(id).is_being_written and not workspace.is_stalled(id)
    directory.close()
    assert not workspace.open(id).is_being_written and workspace.is_stalled(id)
    workspace.writer(id).close()


def test_one_that_ends_while_it_is_asked_about_was_not_left(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock is asked before the log is read, so an end in between is never taken for a crash."""
    directory = workspace.create(story.received(id := story.new_id(workspace)), story.NOON)
    read = RunDirectory.record

    def read_and_then_it_ends(self: RunDirectory) -> Record:
        monkeypatch.undo()
        record = read(self)
        directory.append(Ended(status="completed", output="Done."), story.NOON)
        directory.close()
        return record

    monkeypatch.setattr(RunDirectory, "record", read_and_then_it_ends)
    assert workspace.standing(id) == "at work"
    assert workspace.standing(id) == "over"


def test_a_log_that_ended_takes_nothing_more(workspace: Workspace) -> None:
    """Not even by a new writer."""
    id = story.write_story(workspace)
    before = _log(workspace, id).read_bytes()
    directory = workspace.writer(id)
    for fact in (Logged(level="info", text="late"), Began(process=1, resumed=True)):
        with pytest.raises(UserRunFinal):
            directory.append(fact, story.NOON)
    directory.close()
    assert _log(workspace, id).read_bytes() == before


def test_a_torn_last_line_is_skipped_and_cut_off_by_the_next_writer(workspace: Workspace) -> None:
    """It was never acknowledged."""
    directory = workspace.create(story.received(id := story.new_id(workspace)), story.NOON)
    directory.close()
    whole = _log(workspace, id).read_bytes()
    _log(workspace, id).write_bytes(whole + b'{"seq":2,"at":1.0,"type":"log')
    assert len(workspace.open(id).entries()) == 1
    writer = workspace.writer(id)
    writer.append(Began(process=1), story.NOON)
    writer.close()
    assert _log(workspace, id).read_bytes().startswith(whole + b'{"seq":2,')
    assert [entry.seq for entry in workspace.open(id).entries()] == [1, 2]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (b'{"seq":2,"at"', "it is no JSON"),
        (b"[]", "it is no JSON object"),
        (
            b'{"seq":3,"at":1.0,"type":"logged","level":"info","text":""}',
            "its number is 3, and 2 was expected",
        ),
        (b'{"seq":2,"at":1.0,"type":"logged","level":"info"}', "text"),
        (b'{"seq":2,"at":1.0,"type":"rhubarb"}', "'rhubarb' is no kind of line"),
        (b'{"at":1.0,"type":"logged"}', "'seq' is missing"),
    ],
)
def test_a_broken_line_in_the_middle_is_a_loud_error(workspace: Workspace, line: bytes, found: str) -> None:
    """It names the file and the line, and nothing is guessed."""
    id = story.write_story(workspace)
    lines = _log(workspace, id).read_bytes().splitlines()
    _log(workspace, id).write_bytes(b"\n".join([lines[0], line, *lines[2:]]) + b"\n")
    with pytest.raises(JournalError) as raised:
        workspace.record(id)
    assert f"{id}/events.jsonl, line 2 is broken" in raised.value.message and found in raised.value.message


def test_a_newer_schema_is_refused(workspace: Workspace) -> None:
    """A reader never guesses what a newer threadlab meant."""
    id = story.write_story(workspace)
    text = _log(workspace, id).read_text("utf-8")
    _log(workspace, id).write_text(text.replace('"schema":1', '"schema":2', 1), "utf-8")
    with pytest.raises(JournalError, match="written by a newer threadlab: its schema is 2") as raised:
        workspace.record(id)
    assert "update threadlab" in raised.value.hint


def test_a_long_text_is_kept_once_as_an_artifact_and_comes_back(workspace: Workspace) -> None:
    """However often it is used; a user's own key that looks like a reference stays the user's."""
    directory = workspace.create(story.received(id := story.new_id(workspace)), story.NOON)
    long, tricky = "é" * LONGEST_TEXT + "!", {"$artifact": "mine", "$$": [{"$x": 1}]}
    for key in ("a", "b"):
        directory.append(ScratchSet(key=key, value=[long, tricky]), story.NOON)
    directory.append(ScratchSet(key="c", value=tricky), story.NOON)
    directory.close()
    assert workspace.record(id).scratch == {"a": [long, tricky], "b": [long, tricky], "c": tricky}
    assert len(list((workspace.folder / id / "artifacts").iterdir())) == 1
    assert _log(workspace, id).stat().st_size < 4_000
    assert all(json.loads(line) for line in _log(workspace, id).read_bytes().splitlines())


def test_an_artifact_that_is_gone_or_changed_is_a_loud_error(workspace: Workspace) -> None:
    """A text is never silently another."""
    directory = workspace.create(story.received(id := story.new_id(workspace)), story.NOON)
    directory.append(ScratchSet(key="a", value="x" * (LONGEST_TEXT + 1)), story.NOON)
    directory.close()
    (artifact,) = (workspace.folder / id / "artifacts").iterdir()
    artifact.write_bytes(b"something else")
    with pytest.raises(JournalError, match="its content is not what its name"):
        workspace.record(id)
    artifact.unlink()
    with pytest.raises(JournalError, match="it is not there"):
        workspace.record(id)
