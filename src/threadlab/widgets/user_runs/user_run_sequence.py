"""User run sequence: an actual user run, drawn as who said what to whom, from its log alone.

`sequence_diagram(lab, run)` draws the requests of one run; this is the level above it, where whoever asked,
the agents and their tools speak to each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from threadlab.history.reading.sequence import ASKERS, SERVICE_TOOLS, TOOLS, YOU, Saying, sequence
from threadlab.history.reading.sequence import Sequence as Told
from threadlab.widgets.drawing.short_forms import first_line
from threadlab.widgets.drawing.status_look import look_of
from threadlab.widgets.user_runs.shown_user_run import ShownUserRun, record_of
from threadlab.widgets.wire.participants import Signal
from threadlab.widgets.wire.sequence_diagram import SequenceDiagram

SEES = "From the user run's log alone. The requests behind each run are the wire's to tell."
ABOUT: Mapping[str, str] = {
    **dict.fromkeys(ASKERS.values(), "no person asked"),
    YOU: "asked",
    TOOLS: "run by your code",
    SERVICE_TOOLS: "run by it",
}


def user_run_sequence(user_run: ShownUserRun) -> SequenceDiagram:
    """The diagram of a user run, so far. Asks the service nothing."""
    return diagram_of(sequence(record_of(user_run)))


def diagram_of(told: Told) -> SequenceDiagram:
    """The same of a sequence that was read off its log already."""
    return SequenceDiagram(
        kind="user run",
        run_id=told.user_run,
        look=look_of(told.status),
        participants=told.participants,
        about={**dict.fromkeys(told.participants, "an agent"), **ABOUT},
        signals=tuple(sorted(_signals(told.sayings), key=lambda one: one.at)),
        sees=SEES,
    )


def _signals(sayings: Sequence[Saying]) -> Iterator[Signal]:
    """Each saying; an answer that follows its question at once is told in the same row."""
    rest = list(sayings)
    while rest:
        one = rest.pop(0)
        reply = rest[0] if rest and _answers(rest[0], one) and one.receiver == TOOLS else None
        if reply is not None:
            rest.pop(0)
        yield Signal(
            at=one.at,
            sender=one.sender,
            receiver=one.receiver,
            words=_words(one),
            back=first_line(reply.words, 40) if reply else "",
            answers=one.is_answer,
            bad=one.is_bad or (reply is not None and reply.is_bad),
        )


def _answers(reply: Saying, asked: Saying) -> bool:
    return reply.is_answer and (reply.sender, reply.receiver) == (asked.receiver, asked.sender)


def _words(one: Saying) -> str:
    line = first_line(one.words, 76)
    return f"{line} (reused)" if one.reused else line
