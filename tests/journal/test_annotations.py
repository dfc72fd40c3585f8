"""What is said of a user run, also after its end, and the branches' files."""

from __future__ import annotations

import threading

import pytest

from tests.journal import story
from threadlab.errors import HistoryError, JournalError, UnknownUserRun
from threadlab.journal.annotations import (
    Annotations,
    FeedbackGiven,
    Grouped,
    MetadataSet,
    Scored,
    Summarised,
    Tagged,
    Ungrouped,
    Untagged,
)
from threadlab.journal.branch_log import BranchMade, ConfigChanged, HeadMoved, StatePromoted
from threadlab.journal.values import Config
from threadlab.journal.workspace import Workspace


def test_annotations_can_change_after_the_end_and_the_log_does_not(workspace: Workspace) -> None:
    """Tags, groups, a score, feedback, metadata, a summary; what was taken back is gone."""
    id = story.write_story(workspace)
    log = (workspace.folder / id / "events.jsonl").read_bytes()
    feedback = FeedbackGiven(rating=-1, comment="too short", by="Zoë", path="1")
    for annotation in (
        *(Tagged(tag="b"), Tagged(tag="a"), Tagged(tag="b"), Tagged(tag="c"), Untagged(tag="c")),
        *(Grouped(group="experiment A"), Grouped(group="x"), Ungrouped(group="x")),
        *(Scored(score=0.2), Scored(score=0.9, reason="the first that worked"), feedback),
        *(
            MetadataSet(key="k", value=[1]),
            MetadataSet(key="gone", value=1),
            MetadataSet(key="gone", value=None),
        ),
        Summarised(summary="Rome: blue sky."),
    ):
        said = workspace.annotate(id, annotation, story.NOON)
    assert said == workspace.annotations(id)
    assert said == Annotations(
        tags=("a", "b"),
        groups=("experiment A",),
        score=0.9,
        score_reason="the first that worked",
        feedback=(feedback,),
        metadata={"k": [1]},
        summary="Rome: blue sky.",
        summary_by="user",
    )
    assert (workspace.folder / id / "events.jsonl").read_bytes() == log


def test_several_may_annotate_at_once_and_a_torn_line_is_cut_off(workspace: Workspace) -> None:
    """Each takes the file for the moment of writing."""
    id = story.write_story(workspace)
    path = workspace.folder / id / "annotations.jsonl"
    path.write_bytes(b'{"at":1.0,"type":"tag')

    def tag(name: int) -> None:
        for number in range(5):
            workspace.annotate(id, Tagged(tag=f"{name}/{number}"), story.NOON)

    threads = [threading.Thread(target=tag, args=(name,)) for name in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(workspace.annotations(id).tags) == 15
    path.write_bytes(b'{"at":1.0,"type":"rhubarb"}\n')
    with pytest.raises(JournalError, match=r"annotations\.jsonl, line 1 is broken: 'rhubarb'"):
        workspace.annotations(id)


def test_a_branch_remembers_where_its_head_was(workspace: Workspace) -> None:
    """Made, moved, promoted to, configured: one line each."""
    config = Config(place="p", protocol="classic")
    branches = workspace.branches
    branches.make("main", BranchMade(config=config), 1.0)
    branches.append("main", HeadMoved(head="turn-1", why="turn"), 2.0)
    branches.append("main", StatePromoted(key="mood", value="sunny", user_run="turn-1"), 2.0)
    branches.append("main", ConfigChanged(config=Config(place="q", protocol="classic")), 3.0)
    branches.append("main", HeadMoved(head="turn-2", why="edit"), 4.0)
    state = branches.read("main")
    assert (state.head, state.heads, state.made_at) == ("turn-2", (None, "turn-1", "turn-2"), 1.0)
    assert state.promoted == {"mood": "sunny"} and state.config and state.config.place == "q"
    fork = branches.make("what if/…", BranchMade(head="turn-1", config=config, made_from="main"), 5.0)
    assert (fork.head, fork.made_from) == ("turn-1", "main")
    assert branches.names() == ("main", "what if/…")


def test_a_branch_s_name_is_taken_once_and_never_leaves_its_folder(workspace: Workspace) -> None:
    """Any printable name will do."""
    branches = workspace.branches
    for name in ("..", "../../evil", "CON.", ".hidden"):
        branches.make(name, BranchMade(), 1.0)
        with pytest.raises(HistoryError, match="there is a branch"):
            branches.make(name, BranchMade(), 1.0)
    assert set(branches.names()) == {"..", "../../evil", "CON.", ".hidden"}
    assert {path.parent for path in workspace.folder.parent.rglob("*.jsonl")} == {branches.folder}
    for name in ("", " ", "a\nb", "x" * 81):
        with pytest.raises(HistoryError, match="cannot be the name"):
            branches.make(name, BranchMade(), 1.0)
    with pytest.raises(UnknownUserRun, match="there is no branch 'maine'"):
        branches.append("maine", HeadMoved(head=None), 1.0)
