"""Sequence diagram: an actual run, drawn as who said what to whom and when.

From the wire and, where the backend is on your own table, from its log. On a real service the wire is all
there is, and the picture says what it cannot see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from threadlab.following.terminal_text import foreign_text
from threadlab.objects.run import Run
from threadlab.objects.truth import Truth
from threadlab.objects.wire_entry import WireEntry
from threadlab.widgets.drawing.page import html, styled
from threadlab.widgets.drawing.short_forms import seconds
from threadlab.widgets.drawing.status_look import StatusLook, look_of
from threadlab.widgets.wire.participants import PARTICIPANTS, SERVICE, YOU, Signal
from threadlab.widgets.wire.sequence_drawing import drawing_of
from threadlab.widgets.wire.sequence_words import mermaid_of, row_text, times_of
from threadlab.widgets.wire.signals import signals_of
from threadlab.widgets.wire.wire_objects import objects_in

UNSEEN = (
    "Read from the wire alone: engine, model and the service's own tools are behind the service, "
    "and what they said is not to be seen from here."
)
SEEN = "Requests from the wire log; what happened behind the service from the local backend's own log."


class HasWireAndTruth(Protocol):
    """A lab."""

    @property
    def wire(self) -> HasEntries:
        """Its requests."""
        ...

    def truth(self, run: Run) -> Truth | None:
        """What really happened; None where nobody here can know."""
        ...


class HasEntries(Protocol):
    """A wire log."""

    @property
    def entries(self) -> Sequence[WireEntry]:
        """What it kept, oldest first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceDiagram:
    """Who took part, from left to right, and what was said, in order. `sees` tells how much is known.

    `about` says what each participant is, `kind` of what this is the diagram: a run, or a user run.
    """

    run_id: str
    look: StatusLook
    participants: tuple[str, ...]
    signals: tuple[Signal, ...]
    sees: str
    about: Mapping[str, str] = field(default_factory=lambda: PARTICIPANTS)
    kind: str = "run"

    @property
    def seconds(self) -> float:
        """From the first thing said to the last, by the service's clock."""
        return max(one.until or one.at for one in self.signals) - self.began if self.signals else 0.0

    @property
    def began(self) -> float:
        """When the first thing was said, in Unix seconds."""
        return self.signals[0].at if self.signals else 0.0

    @property
    def mermaid(self) -> str:
        """The diagram in Mermaid's language, for a README or an issue."""
        return mermaid_of(self.participants, self.signals)

    def __repr__(self) -> str:
        return render_text(self)

    def _repr_html_(self) -> str:
        return render_html(self)


def sequence_diagram(lab: HasWireAndTruth, run: Run) -> SequenceDiagram:
    """The diagram of a run of this lab, so far. Asks the service nothing."""
    return sequence_of(run, lab.wire.entries, lab.truth(run))


def sequence_of(run: Run, entries: Sequence[WireEntry], truth: Truth | None) -> SequenceDiagram:
    """The same from what is known. Pure; without `truth` it is the wire's half."""
    signals = signals_of(run, about(run, entries), truth)
    speaking = {name for signal in signals for name in (signal.sender, signal.receiver)} | {YOU, SERVICE}
    status = truth.transitions[-1].status if truth and truth.transitions else run.status
    return SequenceDiagram(
        run_id=run.id,
        look=look_of(status),
        participants=tuple(name for name in PARTICIPANTS if name in speaking),
        signals=signals,
        sees=SEEN if truth else f"{UNSEEN}{_told_of_tools(run, entries)}",
    )


def about(run: Run, entries: Sequence[WireEntry]) -> tuple[WireEntry, ...]:
    """The requests that a run is told by: those that named it, and the messages said just before it."""
    messages, runs = f"/threads/{run.thread_id}/messages", f"/threads/{run.thread_id}/runs"
    said_before: list[WireEntry] = []
    found: list[WireEntry] = []
    for entry in entries:
        path, _, query = entry.path.partition("?")
        answer = entry.response if isinstance(entry.response, dict) else {}
        if run.id in path.split("/") or run.id in query or answer.get("id") == run.id:
            found.append(entry)
        elif found:
            continue
        elif path == messages and entry.method == "POST":
            said_before.append(entry)
        elif path == runs and entry.method == "POST" and entry.status is not None and entry.status < 400:
            said_before.clear()  # they were said to another run
        elif path == runs and entry.method == "POST":
            said_before.append(entry)  # an attempt to make this one
    return (*said_before, *found)


def _told_of_tools(run: Run, entries: Sequence[WireEntry]) -> str:
    """Which of its own tools the service used, as its run steps tell."""
    steps = [one for entry in entries for one in objects_in(entry) if one.get("run_id") == run.id]
    details = [step.get("step_details") or {} for step in steps if step.get("object") == "thread.run.step"]
    kinds = [str(call.get("type")) for detail in details for call in detail.get("tool_calls") or ()]
    used = dict.fromkeys(kind for kind in kinds if kind != "function")
    return f" Its run steps tell that it used: {', '.join(used)}." if used else ""


def render_html(diagram: SequenceDiagram) -> str:
    """The diagram as HTML that needs nothing else."""
    return styled(
        html(
            "sequence_diagram.html",
            diagram=diagram,
            drawing=drawing_of(diagram.participants, diagram.signals, diagram.about),
            length=seconds(diagram.seconds),
            as_text="\n".join(_rows(diagram)),
        )
    )


def render_text(diagram: SequenceDiagram) -> str:
    """The diagram as lines of text, one for each thing said."""
    head = (
        f"{diagram.look.mark} {diagram.kind} {diagram.run_id} {diagram.look.word}: {seconds(diagram.seconds)}"
    )
    return foreign_text("\n".join([head, *_rows(diagram), f"  {diagram.sees}"])).plain


def _rows(diagram: SequenceDiagram) -> list[str]:
    times = times_of(diagram.signals)
    return [f"  {time:>9}  {row_text(one)}" for time, one in zip(times, diagram.signals, strict=True)]
