"""Learnings: the file `runs/learnings.jsonl`, which only grows, and what it says now.

    learnings = Learnings.of(history.workspace)
    learnings.retire("learning-3f2a91c0", "the critic has a better model now")

Several processes may add to it: each takes a lock from reading to writing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from threadlab.errors import HistoryError
from threadlab.history.reading.table import Table
from threadlab.journal.blobs import Blobs
from threadlab.journal.codec import Codec
from threadlab.journal.files import DISK, Files
from threadlab.journal.line_log import append_alone, broken, lines
from threadlab.journal.lock import Lock
from threadlab.journal.workspace import Workspace
from threadlab.orchestration.learning.finding import Finding, taken_in
from threadlab.orchestration.learning.learning import DAY, Ageing, Learning

FILE = "learnings.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """A learning is new, or evidence changed it: this is what it is now. `by` is the evidence."""

    learning: Learning
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retired:
    """Somebody took a learning out of use, and why. It is never quoted again."""

    id: str
    why: str


LearningFact = Learned | Retired

_CODEC = Codec(get_args(LearningFact))


class Learnings:
    """What user runs have taught, in the order in which it was first learned. Iterate over them."""

    def __init__(self, folder: Path, files: Files = DISK, ageing: Ageing | None = None) -> None:
        self.path = Path(folder).absolute() / FILE
        self.ageing = ageing or Ageing()
        self._files = files
        self._blobs = Blobs(self.path.parent / "artifacts", files)

    @classmethod
    def of(cls, workspace: Workspace, ageing: Ageing | None = None) -> Learnings:
        """Those of a workspace."""
        return cls(workspace.folder, workspace.files, ageing)

    def take_in(self, finding: Finding, by: str, at: float) -> tuple[Learning, ...]:
        """Learn from a finding that this evidence gave; the learnings that it made or changed."""
        return self._change(lambda learnings: taken_in(finding, by, learnings, at, self.ageing), by=by, at=at)

    def change(
        self, id: str, how: Callable[[Learning], Learning], by: str, at: float
    ) -> tuple[Learning, ...]:
        """Change one learning, as `how` says; empty if that changed nothing, or there is none of that id."""

        def changed(learnings: Sequence[Learning]) -> Iterable[Learning]:
            return (new for one in learnings if one.id == id and (new := how(one)) != one)

        return self._change(changed, by=by, at=at)

    def retire(self, id: str, why: str, at: float) -> Learning:
        """Take a learning out of use; a piece of its id is enough. Raises HistoryError if there is none."""
        known = {one.id: one for one in self}
        found = [one for one in known if one == id or (id and one.endswith(id))]
        if len(found) != 1:
            raise HistoryError(
                f"{id!r} fits {len(found)} learnings of {self.path.parent.name}/{FILE}",
                hint=f"there are: {', '.join(found or known)}" if known else "nothing was learned here yet",
            )
        retired = Retired(id=found[0], why=why or "somebody retired it")
        self._append(retired, at)
        return replace(known[retired.id], retired=retired.why)

    def table(self, at: float) -> Table:
        """Each learning with its weight at that time, the heaviest first."""
        ordered = sorted(self, key=lambda one: (-one.weight_at(at), one.id))
        return Table(
            title=f"{len(ordered)} learnings",
            columns=("learning", "weight", "days left", "for", "against", "retired", "text"),
            rows=tuple(
                (
                    one.id,
                    round(one.weight_at(at), 3),
                    round(max(0.0, one.expires_at - at) / DAY, 1),
                    len(one.evidence),
                    len(one.against),
                    one.retired,
                    one.text,
                )
                for one in ordered
            ),
        )

    def __iter__(self) -> Iterator[Learning]:
        return iter(fold_learnings(self._facts()))

    def __len__(self) -> int:
        return len(tuple(iter(self)))

    def _change(
        self, decide: Callable[[Sequence[Learning]], Iterable[Learning]], *, by: str, at: float
    ) -> tuple[Learning, ...]:
        """Read, decide and write, with nobody between."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with Lock(self.path.with_name(f".{FILE}.change.lock")):
            changed = tuple(decide(tuple(self)))
            for one in changed:
                self._append(Learned(learning=one, by=by), at)
        return changed

    def _append(self, fact: LearningFact, at: float) -> None:
        append_alone(self.path, {"at": at, **_CODEC.document(fact)}, self._files, self._blobs)

    def _facts(self) -> Iterator[LearningFact]:
        begins = 0
        for ends, document in lines(self.path, self._blobs):
            try:
                document.pop("at")
                yield _CODEC.read(document)
            except (ValueError, TypeError, KeyError) as error:
                raise broken(self.path, begins, str(error)) from error
            begins = ends


def fold_learnings(facts: Iterable[LearningFact]) -> tuple[Learning, ...]:
    """The learnings that these facts tell, in the order in which they were first learned. Pure."""
    known: dict[str, Learning] = {}
    for fact in facts:
        if isinstance(fact, Learned):
            known[fact.learning.id] = fact.learning
        else:
            with suppress(KeyError):
                known[fact.id] = replace(known[fact.id], retired=fact.why)
    return tuple(known.values())
