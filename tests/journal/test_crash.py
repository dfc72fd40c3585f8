"""Whatever dies at whatever moment: what was acknowledged is there, and nothing else is believed."""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from collections import defaultdict
from pathlib import Path

import pytest

from tests.journal import killed_writer, story
from tests.journal.faulty_files import FaultyFiles, How, Killed
from threadlab.errors import UnknownUserRun
from threadlab.journal.blobs import LONGEST_TEXT
from threadlab.journal.fact import (
    Answered,
    AnyFact,
    Began,
    CallStarted,
    Ended,
    Entry,
    Interrupted,
    Logged,
    Observed,
    ScratchSet,
)
from threadlab.journal.files import Disk
from threadlab.journal.run_directory import RunDirectory
from threadlab.journal.workspace import Workspace
from threadlab.objects.event import MessageArrived

KILLS = int(os.environ.get("THREADLAB_KILLS", "6"))
"""How many processes are killed; the full proof is 200."""


TOLD: tuple[tuple[float, AnyFact], ...] = (
    (story.NOON + 1, Began(process=1)),
    (story.NOON + 1, CallStarted(path="1", agent="guide", prompt="Hi", request="r")),
    (story.NOON + 2, Observed(path="1", event=MessageArrived(at=story.NOON + 2, message=story.message()))),
    (story.NOON + 3, ScratchSet(key="long", value="x" * (LONGEST_TEXT + 1))),
    (story.NOON + 4, Interrupted(id="1", kind="input", question="Which city?")),
    (story.NOON + 5, Answered(id="1", answer="Rome", by="user")),
    (story.NOON + 8, Ended(status="completed", output="Hi")),
)
"""A short user run, with a text that is kept apart, and a pause, at which projections are written."""


def _write(workspace: Workspace, id: str, acknowledged: list[Entry]) -> None:
    """A user run; notes what `append` gave back, and closes the folder as a death does."""
    directory: RunDirectory | None = None
    try:
        directory = workspace.create(story.received(id), story.NOON)
        acknowledged.extend(directory.entries())
        for at, fact in TOLD[:-1]:
            acknowledged.append(directory.append(fact, at))
        directory.keep("a map", b"<svg/>", story.NOON + 6)
        acknowledged.extend(directory.entries(after=len(acknowledged)))
        acknowledged.append(directory.append(TOLD[-1][1], TOLD[-1][0]))
    finally:
        if directory is not None:
            directory.close()


def _writes_of_a_user_run(folder: Path) -> int:
    files = FaultyFiles(at=0, how="before", kills=False)
    workspace = Workspace(folder / "counted", files)
    _write(workspace, story.new_id(workspace), [])
    return files.writes


@pytest.mark.parametrize("how", ["before", "middle", "after"])
def test_a_process_that_dies_at_any_write_loses_nothing_that_was_acknowledged(
    tmp_path: Path, how: How
) -> None:
    """At each write of a whole user run: its log goes on where it was, and can be brought to its end."""
    writes = _writes_of_a_user_run(tmp_path)
    assert writes > 20, "the folder, each line, both artifacts and all projections are writes"
    for at in range(1, writes + 1):
        folder = tmp_path / str(at)
        acknowledged: list[Entry] = []
        dying = Workspace(folder, FaultyFiles(at=at, how=how, kills=True))
        id = story.new_id(dying)
        with pytest.raises(Killed):
            _write(dying, id, acknowledged)
        _check_log(Workspace(folder), id, acknowledged)
        if at % 7 == 1:
            _check_all_else(Workspace(folder), id)


def _check_log(workspace: Workspace, id: str, acknowledged: list[Entry]) -> None:
    """What was acknowledged is there, and it can be gone on with."""
    if not acknowledged and id not in workspace.ids():
        with pytest.raises(UnknownUserRun):
            workspace.record(id)
        return
    read = workspace.open(id).entries()
    assert list(read[: len(acknowledged)]) == acknowledged
    assert len(read) <= len(acknowledged) + 1, "one line at most was written and not acknowledged"
    if not isinstance(read[-1].fact, Ended):
        waits = isinstance(read[-1].fact, Interrupted)
        assert workspace.standing(id) == ("waits" if waits else "left")
        writer = workspace.writer(id)
        writer.append(Began(process=1, resumed=True), story.NOON + 9)
        writer.append(Ended(status="cancelled", output=""), story.NOON + 9)
        writer.close()
    assert workspace.record(id).ended_at is not None


def _check_all_else(workspace: Workspace, id: str) -> None:
    """Lists and projections are what the log says."""
    assert workspace.rebuild() == {}
    accepted = [workspace.record(id)] if id in workspace.ids() else []
    assert [(one.id, one.status) for one in workspace.index.list()] == [
        (one.id, one.status) for one in accepted
    ]
    assert (workspace.folder / id / "run.json").is_file() == bool(accepted)


@pytest.mark.parametrize("how", ["before", "middle", "after"])
def test_a_write_that_fails_counts_for_nothing_and_can_be_made_again(tmp_path: Path, how: How) -> None:
    """The log then has each fact once, in order, wherever the disk was full for a moment."""
    for at in range(2, _writes_of_a_user_run(tmp_path) + 3):
        files = FaultyFiles(at=at, how=how, kills=False)
        workspace = Workspace(tmp_path / str(at), files)
        id = story.new_id(workspace)
        try:
            directory = workspace.create(story.received(id), story.NOON)
        except OSError:
            assert at == 2
            directory = workspace.writer(id) if workspace.ids() else _begin_again(workspace, id)
        for when, fact in TOLD:
            try:
                directory.append(fact, when)
            except OSError:
                assert [entry.fact for entry in directory.entries()][-1] != fact or how == "after"
                directory.append(fact, when)
        directory.close()
        facts = [entry.fact for entry in workspace.open(id).entries()]
        assert facts == [story.received(id), *(fact for _, fact in TOLD)]


def _begin_again(workspace: Workspace, id: str) -> RunDirectory:
    """The input was not accepted: whoever sent it sends it again, under an id that is free."""
    assert workspace.ids() == ()
    (workspace.folder / id / "events.jsonl").unlink(missing_ok=True)
    for path in (workspace.folder / id).iterdir():
        path.unlink()
    (workspace.folder / id).rmdir()
    return workspace.create(story.received(id), story.NOON)


def test_invariant_5_accepted_input_is_on_disk_before_its_id_is_given_to_anybody(tmp_path: Path) -> None:
    """If the write of the input fails there is no user run; once there is one, its input can be read."""
    failing = Workspace(tmp_path / "failing", FaultyFiles(at=2, how="before", kills=False))
    with pytest.raises(OSError, match="no space"):
        failing.create(story.received(story.new_id(failing)), story.NOON)
    assert failing.ids() == ()
    dying = Workspace(tmp_path / "dying", FaultyFiles(at=3, how="before", kills=True))
    id = story.new_id(dying)
    directory = dying.create(story.received(id, "literally  this\n"), story.NOON)
    with pytest.raises(Killed):
        directory.append(Logged(level="info", text="right after"), story.NOON)
    assert Workspace(dying.folder).record(id).received.input == "literally  this\n"
    directory.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no way to begin a process quickly")
def test_a_writer_that_is_killed_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    """`kill -9` at any moment, again and again; the next process takes up what was left."""
    chance = random.Random(5)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.journal.killed_writer"])
    folder, notes = tmp_path / "runs", tmp_path / "notes"
    workspace = Workspace(folder)
    for seed in range(KILLS):
        size = notes.stat().st_size if notes.exists() else 0
        process = context.Process(
            target=killed_writer.write_until_killed, args=(folder, notes, seed), daemon=True
        )
        process.start()
        while not notes.exists() or notes.stat().st_size == size:
            assert process.is_alive(), "it ended by itself"
            time.sleep(0.002)
        time.sleep(chance.uniform(0.0, 0.1))
        process.kill()
        process.join()
        _check_notes(workspace, notes)
    ended = [one for one in workspace.index.list() if one.ended_at is not None]
    assert len(ended) > KILLS, "hardly anything was done meanwhile"


def _check_notes(workspace: Workspace, notes: Path) -> None:
    """Each entry that was noted is in its log, and at most the last user run is not over."""
    noted: dict[str, int] = defaultdict(int)
    for line in notes.read_text("utf-8").split("\n")[:-1]:
        id, seq = line.split()
        noted[id] = max(noted[id], int(seq))
    for id, latest in noted.items():
        assert latest <= len(workspace.open(id).entries()) <= latest + 1
    open_ones = [one for one in workspace.index.list() if one.ended_at is None]
    assert len(open_ones) <= 1 and all(one.is_stalled for one in open_ones)
    assert set(noted) <= set(workspace.ids())


def test_full_durability_waits_for_the_disk_after_each_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And for the folder where a name is new; the usual one leaves that to the system."""
    synced: list[int] = []
    usual = Workspace(tmp_path / "usual")
    directory = usual.create(story.received(story.new_id(usual)), story.NOON)
    monkeypatch.setattr(os, "fsync", synced.append)
    directory.append(Logged(level="info", text="x"), story.NOON)
    assert synced == []
    directory.append(Logged(level="info", text="x" * (LONGEST_TEXT + 1)), story.NOON)
    assert len(synced) == 1, "a text that a line refers to is there before the line is"
    directory.close()
    synced.clear()
    workspace = Workspace(tmp_path / "full", Disk("full"))
    directory = workspace.create(story.received(story.new_id(workspace)), story.NOON)
    before = len(synced)
    assert before >= 3, "the folder, the log's name and its first line"
    directory.append(Logged(level="info", text="x"), story.NOON)
    assert len(synced) == before + 1
    directory.keep("a map", b"<svg/>", story.NOON)
    assert len(synced) == before + 5, "the new folder above it, the file, its name, and the line"
    directory.close()


def test_a_file_system_without_links_still_has_one_that_is_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As mounted shares have none: a new name is taken once, and has its whole content."""

    def no_links(*paths: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", no_links)
    Disk().create(tmp_path / "first", b"whole")
    with pytest.raises(FileExistsError):
        Disk().create(tmp_path / "first", b"second")
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("first", b"whole")]
