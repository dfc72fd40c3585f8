"""User runs as one file: the same bytes, the same hash elsewhere, and nothing else comes in."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.journal import story
from threadlab.errors import HistoryError, JournalError, ThreadlabError, UnknownUserRun
from threadlab.journal.annotations import Tagged
from threadlab.journal.archive import MANIFEST, content_hash, contents_of, export
from threadlab.journal.branch_log import BranchMade
from threadlab.journal.codec import dumped
from threadlab.journal.importing import import_archive
from threadlab.journal.workspace import Workspace


@pytest.fixture
def elsewhere(tmp_path: Path) -> Workspace:
    """Another workspace."""
    return Workspace(tmp_path / "elsewhere" / "runs")


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".lock" not in path.name
    }


def _hash(workspace: Workspace, id: str) -> str:
    return content_hash(contents_of(workspace.open(id)))


def test_one_user_run_keeps_its_content_hash_in_another_workspace(
    workspace: Workspace, elsewhere: Workspace, tmp_path: Path
) -> None:
    """U50: with its log, annotations and artifacts; all else is read off them again, byte for byte."""
    id = story.write_story(workspace)
    workspace.annotate(id, Tagged(tag="baseline"), story.NOON)
    exported = export(workspace, [id], tmp_path / "one.zip")
    imported = import_archive(elsewhere, tmp_path / "one.zip")
    assert imported == exported and exported.hashes == {id: _hash(workspace, id)}
    assert _hash(elsewhere, id) == _hash(workspace, id)
    assert _files(elsewhere.folder / id) == _files(workspace.folder / id)
    assert elsewhere.record(id) == workspace.record(id)
    assert elsewhere.index.list() == workspace.index.list()
    assert exported.missing == ("turn-20231114-220000-0000",)
    assert {path.name for path in elsewhere.folder.iterdir()} <= {id, "index.sqlite"}


def test_the_same_user_runs_give_the_same_bytes(
    workspace: Workspace, elsewhere: Workspace, tmp_path: Path
) -> None:
    """In whatever order they are named, whoever exports them, and without what was never acknowledged."""
    ids = [story.write_story(workspace, seed) for seed in range(3)]
    export(workspace, ids, tmp_path / "a.zip")
    with (workspace.folder / ids[0] / "events.jsonl").open("ab") as log:
        log.write(b'{"torn')
    export(workspace, [*reversed(ids), ids[0]], tmp_path / "b.zip")
    import_archive(elsewhere, tmp_path / "a.zip")
    export(elsewhere, ids, tmp_path / "c.zip")
    written = {(tmp_path / f"{name}.zip").read_bytes() for name in "abc"}
    assert len(written) == 1


def test_only_what_is_over_or_left_behind_and_whole_is_exported(workspace: Workspace, tmp_path: Path) -> None:
    """Nothing is written otherwise."""
    id = story.write_story(workspace)
    writer = workspace.writer(id)
    with pytest.raises(HistoryError, match="still being written"):
        export(workspace, [id], tmp_path / "x.zip")
    writer.close()
    with pytest.raises(UnknownUserRun):
        export(workspace, [id, "turn-20231114-221320-none"], tmp_path / "x.zip")
    with pytest.raises(HistoryError, match="at least one"):
        export(workspace, [], tmp_path / "x.zip")
    (artifact,) = (workspace.folder / id / "artifacts").iterdir()
    artifact.write_bytes(b"changed")
    with pytest.raises(JournalError, match="its content is not what"):
        export(workspace, [id], tmp_path / "x.zip")
    assert not (tmp_path / "x.zip").exists()


Change = Callable[[dict[str, bytes]], dict[str, Any]]
"""Changes an archive's files; gives arguments for how they are packed."""


def _manifest(files: dict[str, bytes], change: Callable[[dict[str, Any]], None]) -> None:
    document = json.loads(files[MANIFEST])
    change(document)
    files[MANIFEST] = json.dumps(document).encode()


def _promise_anew(files: dict[str, bytes], id: str) -> None:
    """Make the manifest fit what was changed, as somebody would who knows how."""
    own = {name.removeprefix(f"{id}/"): data for name, data in files.items() if name != MANIFEST}
    hashes = {name: sha256(data).hexdigest() for name, data in sorted(own.items())}
    run = {"id": id, "hash": sha256(dumped(hashes)).hexdigest(), "files": hashes}
    _manifest(files, lambda document: document.update(user_runs=[run]))


def _log(files: dict[str, bytes]) -> str:
    return next(name for name in files if name.endswith("events.jsonl"))


def _tampered(files: dict[str, bytes]) -> dict[str, Any]:
    files[_log(files)] = files[_log(files)].replace(b"Rome", b"Oslo")
    return {}


def _another_hash(files: dict[str, bytes]) -> dict[str, Any]:
    _manifest(files, lambda document: document["user_runs"][0].update(hash="0" * 64))
    return {}


def _escaping(files: dict[str, bytes]) -> dict[str, Any]:
    files["../../evil.txt"] = b"evil"
    return {}


def _escaping_by_promise(files: dict[str, bytes]) -> dict[str, Any]:
    id = _log(files).split("/")[0]
    files[f"{id}/../../evil.txt"] = b"evil"
    _promise_anew(files, id)
    return {}


def _escaping_by_id(files: dict[str, bytes]) -> dict[str, Any]:
    _manifest(files, lambda document: document["user_runs"][0].update(id=".."))
    return {}


def _absolute(files: dict[str, bytes]) -> dict[str, Any]:
    files["/etc/evil"] = b"evil"
    return {}


def _more(files: dict[str, bytes]) -> dict[str, Any]:
    files[f"{_log(files).split('/')[0]}/artifacts/{'0' * 64}"] = b"more"
    return {}


def _less(files: dict[str, bytes]) -> dict[str, Any]:
    del files[next(name for name in files if "/artifacts/" in name)]
    return {}


def _bomb(files: dict[str, bytes]) -> dict[str, Any]:
    files[f"{_log(files).split('/')[0]}/artifacts/{'0' * 64}"] = b"\0" * 10_000_000
    return {"compression": zipfile.ZIP_DEFLATED}


def _broken_log(files: dict[str, bytes]) -> dict[str, Any]:
    id = _log(files).split("/")[0]
    files[_log(files)] = files[_log(files)].replace(b'{"seq":3', b'{"seq":9')
    _promise_anew(files, id)
    return {}


def _foreign_log(files: dict[str, bytes]) -> dict[str, Any]:
    id = _log(files).split("/")[0]
    files[_log(files)] = files[_log(files)].replace(id.encode(), id.encode()[:-4] + b"0000")
    _promise_anew(files, id)
    return {}


def _newer(files: dict[str, bytes]) -> dict[str, Any]:
    _manifest(files, lambda document: document.update(version=2))
    return {}


def _without_manifest(files: dict[str, bytes]) -> dict[str, Any]:
    del files[MANIFEST]
    return {}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (_tampered, "was changed since it was exported"),
        (_another_hash, "the content hash of"),
        (_escaping, "'../../evil.txt', which is no file of a user run"),
        (_escaping_by_promise, "evil.txt', which is no file of a user run"),
        (_escaping_by_id, "which is no file of a user run"),
        (_absolute, "'/etc/evil', which is no file of a user run"),
        (_more, "but not in both"),
        (_less, "but not in both"),
        (_bomb, "is compressed, and so could be of any size"),
        (_broken_log, "line 3 is broken"),
        (_foreign_log, "the log of"),
        (_newer, "its version is 2, and this threadlab reads version 1"),
        (_without_manifest, "it has no manifest.json"),
    ],
)
def test_what_was_tampered_with_is_refused_before_anything_is_written(
    workspace: Workspace, elsewhere: Workspace, tmp_path: Path, change: Change, found: str
) -> None:
    """The error says what is wrong with the file."""
    export(workspace, [story.write_story(workspace)], tmp_path / "good.zip")
    with zipfile.ZipFile(tmp_path / "good.zip") as good:
        files = {name: good.read(name) for name in good.namelist()}
    packing = change(files)
    with zipfile.ZipFile(tmp_path / "bad.zip", "w", **packing) as bad:
        for name, content in files.items():
            bad.writestr(name, content)
    with pytest.raises(JournalError) as raised:
        import_archive(elsewhere, tmp_path / "bad.zip")
    assert found in raised.value.message and raised.value.message.startswith("bad.zip was not imported: ")
    assert not elsewhere.folder.exists() and not (tmp_path / "evil.txt").exists()


@pytest.mark.parametrize("content", [None, b"", b"no archive", b"PK\x03\x04" + b"\0" * 100])
def test_what_is_no_archive_is_refused(elsewhere: Workspace, tmp_path: Path, content: bytes | None) -> None:
    """Missing, empty, or something else."""
    if content is not None:
        (tmp_path / "bad.zip").write_bytes(content)
    with pytest.raises(JournalError, match=r"bad\.zip was not imported"):
        import_archive(elsewhere, tmp_path / "bad.zip")
    assert not elsewhere.folder.exists()


def test_what_is_here_already_stays_and_the_rest_comes(
    workspace: Workspace, elsewhere: Workspace, tmp_path: Path
) -> None:
    """The same content under the same id is told, and no error."""
    ids = [story.write_story(workspace, seed) for seed in range(2)]
    export(workspace, ids, tmp_path / "both.zip")
    export(workspace, ids[:1], tmp_path / "one.zip")
    import_archive(elsewhere, tmp_path / "one.zip")
    again = import_archive(elsewhere, tmp_path / "both.zip")
    assert again.known == (ids[0],) and set(again.hashes) == set(ids) == set(elsewhere.ids())


def test_another_user_run_of_the_same_id_is_refused_with_all_that_came_with_it(
    workspace: Workspace, elsewhere: Workspace, tmp_path: Path
) -> None:
    """All or none."""
    ids = [story.write_story(workspace, seed) for seed in range(2)]
    export(workspace, ids, tmp_path / "both.zip")
    assert story.write_story(elsewhere, 0, "Something else?") == ids[0]
    before = _files(elsewhere.folder)
    with pytest.raises(HistoryError, match=f"{ids[0]} is here already, and not the same"):
        import_archive(elsewhere, tmp_path / "both.zip")
    assert _files(elsewhere.folder) == before


def test_a_thread_as_one_file_has_its_branch(
    workspace: Workspace, elsewhere: Workspace, tmp_path: Path
) -> None:
    """With head and configuration; under another name where one of that name leads elsewhere."""
    id, other = story.write_story(workspace, 0), story.write_story(workspace, 1)
    config = workspace.record(id).config
    workspace.branches.make("main", BranchMade(head=id, config=config), story.NOON)
    workspace.branches.make("side", BranchMade(head=other, config=config), story.NOON)
    assert export(workspace, [id], tmp_path / "main.zip").branches == ("main",)
    assert import_archive(elsewhere, tmp_path / "main.zip").branches == ("main",)
    assert (elsewhere.branches.read("main").head, elsewhere.branches.read("main").config) == (id, config)
    assert import_archive(elsewhere, tmp_path / "main.zip").branches == ("main",), "it is here already"
    third = Workspace(tmp_path / "third")
    third.branches.make("main", BranchMade(), story.NOON)
    assert import_archive(third, tmp_path / "main.zip").branches == ("main 2",)
    assert third.branches.read("main").head is None


@pytest.mark.parametrize(
    "branches",
    [
        {"main": {"type": "branch_made", "head": "turn-20231114-221320-none"}},
        {"main": {"type": "head_moved", "head": None}},
        {"main": {"type": "nothing"}},
        {"": {"type": "branch_made"}},
    ],
)
def test_a_branch_that_cannot_be_is_refused(
    workspace: Workspace, elsewhere: Workspace, tmp_path: Path, branches: dict[str, Any]
) -> None:
    """Before anything is written."""
    export(workspace, [story.write_story(workspace)], tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as whole:
        files = {name: whole.read(name) for name in whole.namelist()}
    _manifest(files, lambda document: document.update(branches=branches))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as changed:
        for name, content in files.items():
            changed.writestr(name, content)
    with pytest.raises(JournalError, match="branch"):
        import_archive(elsewhere, tmp_path / "b.zip")
    assert not elsewhere.folder.exists()


def test_an_import_that_fails_half_way_leaves_nothing(
    workspace: Workspace, elsewhere: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk, say, at the second of two."""
    ids = [story.write_story(workspace, seed) for seed in range(2)]
    export(workspace, ids, tmp_path / "both.zip")
    rename = elsewhere.files.rename

    def full(path: Path, to: Path) -> None:
        if to.name == ids[1]:
            raise OSError("no space left on device")
        rename(path, to)

    monkeypatch.setattr(elsewhere.files, "rename", full)
    with pytest.raises(OSError, match="no space"):
        import_archive(elsewhere, tmp_path / "both.zip")
    assert list(elsewhere.folder.iterdir()) == []


def test_every_refusal_has_a_hint(elsewhere: Workspace, tmp_path: Path) -> None:
    """What to do next."""
    with pytest.raises(ThreadlabError) as raised:
        import_archive(elsewhere, tmp_path / "missing.zip")
    assert raised.value.hint == "check the path; nothing was written"
