"""Branch log: a named head in the tree of user runs, and how it moved. One file each, which only grows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import singledispatch
from itertools import chain, count
from pathlib import Path
from typing import Any, get_args
from urllib.parse import quote, unquote

from threadlab.errors import HistoryError, JournalError, UnknownUserRun
from threadlab.journal.blobs import Blobs
from threadlab.journal.codec import Codec
from threadlab.journal.files import Files
from threadlab.journal.line_log import append_alone, broken, line_of, lines
from threadlab.journal.values import Config

LONGEST_NAME = 80
_SUFFIX = ".jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchMade:
    """The branch was made, on a user run (`head`) or on nothing, with the config of its user runs to come."""

    head: str | None = None
    config: Config | None = None
    made_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadMoved:
    """The head is another user run now, None for none; `why` is the verb that moved it."""

    head: str | None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatePromoted:
    """A user run promoted a value to the branch: later ones see it (JSON)."""

    key: str
    value: Any
    user_run: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigChanged:
    """Later user runs have this config; earlier ones keep the copy that they began with."""

    config: Config


BranchFact = BranchMade | HeadMoved | StatePromoted | ConfigChanged

BRANCH_FACTS = Codec(get_args(BranchFact))


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchState:
    """A branch as it stands. `heads` are all that it had, oldest first; `made_from` is the branch it left."""

    name: str
    made_at: float
    head: str | None = None
    config: Config | None = None
    made_from: str = ""
    heads: tuple[str | None, ...] = ()
    promoted: Mapping[str, Any] = field(default_factory=dict)


class Branches:
    """The branches of a workspace."""

    def __init__(self, folder: Path, files: Files) -> None:
        self.folder = folder
        self._files = files
        self._blobs = Blobs(folder / "artifacts", files)

    def names(self) -> tuple[str, ...]:
        """All of them, in the order of the alphabet."""
        if not self.folder.is_dir():
            return ()
        found = (one.name for one in self.folder.iterdir() if one.suffix == _SUFFIX and one.name[0] != ".")
        return tuple(sorted(unquote(name.removesuffix(_SUFFIX)) for name in found))

    def make(self, name: str, made: BranchMade, at: float) -> BranchState:
        """A new branch. Raises HistoryError for a name that is taken, or none."""
        line = line_of({"at": at, **BRANCH_FACTS.document(made)}, self._blobs)
        try:
            self._files.create(self._path(name), line)
        except FileExistsError as error:
            raise HistoryError(
                f"there is a branch {name!r} already", hint="choose another name, or go on with that one"
            ) from error
        return self.read(name)

    def free_name(self, name: str) -> str:
        """The name, or "name 2" and so on: the first that no branch has."""
        numbered = (f"{name} {number}" for number in count(2))
        return next(one for one in chain([name], numbered) if not self._path(one).exists())

    def append(self, name: str, fact: BranchFact, at: float) -> BranchState:
        """Write down what happened to it. Raises UnknownUserRun if there is no such branch."""
        self._check_there(name)
        append_alone(self._path(name), {"at": at, **BRANCH_FACTS.document(fact)}, self._files, self._blobs)
        return self.read(name)

    def read(self, name: str) -> BranchState:
        """The branch. Raises UnknownUserRun if there is none, and JournalError for a broken file."""
        self._check_there(name)
        path, begins = self._path(name), 0
        told: list[tuple[float, BranchFact]] = []
        for ends, document in lines(path, self._blobs):
            try:
                told.append((float(document.pop("at")), BRANCH_FACTS.read(document)))
            except (ValueError, TypeError, KeyError) as error:
                raise broken(path, begins, str(error)) from error
            begins = ends
        return fold_branch(name, told)

    def _check_there(self, name: str) -> None:
        if not self._path(name).is_file():
            names = self.names()
            raise UnknownUserRun(
                f"there is no branch {name!r}",
                hint=f"there are: {', '.join(names)}" if names else "no branch was made in this folder yet",
            )

    def _path(self, name: str) -> Path:
        check_name(name)
        quoted = quote(name, safe=" ").replace(".", "%2E")
        return self.folder / f"{quoted}{_SUFFIX}"


def check_name(name: str) -> None:
    """Raise HistoryError for what cannot be the name of a branch."""
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise HistoryError(
            f"{name!r} cannot be the name of a branch",
            hint=f"use 1 to {LONGEST_NAME} printable characters",
        )


def fold_branch(name: str, told: Iterable[tuple[float, BranchFact]]) -> BranchState:
    """The branch that these facts tell, each with its time. Raises JournalError if it was never made."""
    state: BranchState | None = None
    for at, fact in told:
        if isinstance(fact, BranchMade) and state is None:
            state = BranchState(
                name=name,
                made_at=at,
                head=fact.head,
                config=fact.config,
                made_from=fact.made_from,
                heads=(fact.head,),
            )
        elif state is not None:
            state = _move(fact, state)
    if state is None:
        raise JournalError(
            f"the file of branch {name!r} does not tell how it was made", hint="restore it from a copy"
        )
    return state


@singledispatch
def _move(fact: BranchFact, state: BranchState) -> BranchState:
    return state


@_move.register
def _(fact: HeadMoved, state: BranchState) -> BranchState:
    return replace(state, head=fact.head, heads=(*state.heads, fact.head))


@_move.register
def _(fact: StatePromoted, state: BranchState) -> BranchState:
    return replace(state, promoted={**state.promoted, fact.key: fact.value})


@_move.register
def _(fact: ConfigChanged, state: BranchState) -> BranchState:
    return replace(state, config=fact.config)
