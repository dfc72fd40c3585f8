"""Outcome repository: what runs were for, as a git repository with a branch for each run.

It lies at `runs/outcome/<project>/` and outlives runs that are pruned. Any git reads it: `git log --all`,
`git switch <run id>`, `git diff <run id> <run id>`. Branches are written without touching its working tree,
so runs that end at the same time, in any process, do not meet.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from io import BytesIO
from pathlib import Path, PurePosixPath

from dulwich.index import commit_tree
from dulwich.object_store import iter_tree_contents
from dulwich.objects import Blob, Commit, ObjectID
from dulwich.patch import write_tree_diff
from dulwich.refs import Ref
from dulwich.repo import Repo

from threadlab.errors import OutcomeError
from threadlab.flows.did_you_mean import did_you_mean
from threadlab.journal.lock import Lock

AUTHOR = b"threadlab <threadlab@localhost>"

_BRANCHES = b"refs/heads/"
_FILE = 0o100644


class OutcomeRepository:
    """The outcomes of a project's runs, in `folder`, which is made when the first one is left there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def leave(
        self, run_id: str, files: Mapping[str, bytes], *, message: str, at: float, base: str | None = None
    ) -> str:
        """Commit the files (by path, with "/") as the branch `run_id`; returns the commit's id.

        `at` is in Unix seconds. `base` is the run that this one reruns: its commit is the parent, if it left
        one. A run that leaves once more, after it was resumed, adds a commit where anything differs. Raises
        OutcomeError for a path that leads out of the repository.
        """
        for path in files:
            _check_path(path)
        self.folder.mkdir(parents=True, exist_ok=True)
        with Lock(self.folder.with_name(f"{self.folder.name}.lock")), closing(self._made()) as repo:
            tree = _written(repo, files)
            before = _head(repo, run_id)
            if before is not None and _tree(repo, run_id) == tree:
                return before.decode()
            commit = _commit(tree, before or (_head(repo, base) if base else None), message, at)
            repo.object_store.add_object(commit)
            repo.refs[_branch(run_id)] = commit.id
            return commit.id.decode()

    def runs(self) -> tuple[str, ...]:
        """The ids of the runs that left an outcome, by name."""
        if not (self.folder / ".git").is_dir():
            return ()
        with closing(Repo(self.folder)) as repo:
            return tuple(sorted(name.decode() for name in repo.refs.subkeys(Ref(_BRANCHES))))

    def files(self, run_id: str) -> dict[str, bytes]:
        """What that run left, by path. Raises OutcomeError for a run that left nothing."""
        with closing(self._of(run_id)) as repo:
            entries = iter_tree_contents(repo.object_store, _tree(repo, run_id))
            found = {entry.path.decode(): repo[entry.sha] for entry in entries if entry.path and entry.sha}
            return {path: blob.as_raw_string() for path, blob in found.items()}

    def diff(self, run_id: str, other: str) -> str:
        """The difference between what two runs left, as git shows it. Raises OutcomeError."""
        out = BytesIO()
        with closing(self._of(run_id)) as repo:
            self._of(other).close()
            write_tree_diff(out, repo.object_store, _tree(repo, run_id), _tree(repo, other))
        return out.getvalue().decode(errors="replace")

    def __repr__(self) -> str:
        return f"<OutcomeRepository {self.folder}: {len(self.runs())} runs>"

    def _made(self) -> Repo:
        if (self.folder / ".git").is_dir():
            return Repo(self.folder)
        return Repo.init(self.folder, default_branch=b"main")

    def _of(self, run_id: str) -> Repo:
        if run_id not in self.runs():
            raise OutcomeError(
                f"{self.folder} has no outcome of a run {run_id!r}", hint=did_you_mean(run_id, self.runs())
            )
        return Repo(self.folder)


def _written(repo: Repo, files: Mapping[str, bytes]) -> ObjectID:
    """The tree of these files, in the repository."""
    blobs = {path: Blob.from_string(content) for path, content in files.items()}
    for blob in blobs.values():
        repo.object_store.add_object(blob)
    return commit_tree(repo.object_store, [(path.encode(), blob.id, _FILE) for path, blob in blobs.items()])


def _commit(tree: ObjectID, parent: ObjectID | None, message: str, at: float) -> Commit:
    commit = Commit()
    commit.tree = tree
    commit.parents = [parent] if parent is not None else []
    commit.author = commit.committer = AUTHOR
    commit.author_time = commit.commit_time = int(at)
    commit.author_timezone = commit.commit_timezone = 0
    commit.message = f"{message}\n".encode()
    return commit


def _head(repo: Repo, run_id: str) -> ObjectID | None:
    branch = _branch(run_id)
    return repo.refs[branch] if branch in repo.refs.allkeys() else None


def _branch(run_id: str) -> Ref:
    return Ref(_BRANCHES + run_id.encode())


def _tree(repo: Repo, run_id: str) -> ObjectID:
    commit = repo[repo.refs[_branch(run_id)]]
    assert isinstance(commit, Commit)
    tree: ObjectID = commit.tree
    return tree


def _check_path(path: str) -> None:
    place = PurePosixPath(path)
    is_plain = place.parts and str(place) == path and "\\" not in path
    if not is_plain or place.is_absolute() or {"..", ".git"} & set(place.parts):
        raise OutcomeError(
            f"{path!r} is no path inside an outcome", hint="write a relative path with /: reports/summary.md"
        )
