"""User run list: a conversation as its user runs, each of which opens into its messages.

Every message stands in the user run that it came from: the run is the boundary, and nothing is outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from textwrap import indent

from threadlab.following.terminal_text import counted, foreign_text
from threadlab.journal.record import AgentCall, Record
from threadlab.widgets.cards.thread_view import ChatLine, chat_line
from threadlab.widgets.drawing.page import html, styled
from threadlab.widgets.drawing.short_forms import first_line
from threadlab.widgets.drawing.status_look import StatusLook, look_of
from threadlab.widgets.drawing.trigger_mark import TriggerMark, trigger_mark
from threadlab.widgets.user_runs.user_run_card import brief, origin, when


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRunLine:
    """A user run, worded: `number` counts from 1 in the list. `messages` are all of its own, in order."""

    number: int
    id: str
    look: StatusLook
    mark: TriggerMark | None
    branch: str
    origin: str
    input: str
    output: str
    when: str
    brief: str
    messages: tuple[ChatLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRunList:
    """User runs to look at, oldest first."""

    title: str
    lines: tuple[UserRunLine, ...]

    @property
    def summary(self) -> str:
        """How many there are, and how many of them the system began."""
        begun = sum(one.mark is not None for one in self.lines)
        return f"{counted(len(self.lines), 'user run')}{f', {begun} not begun by a person' if begun else ''}"

    def __repr__(self) -> str:
        return render_text(self)

    def _repr_html_(self) -> str:
        return render_html(self)


def user_run_list(records: Iterable[Record], title: str = "user runs") -> UserRunList:
    """The list of these records, in the order given."""
    lines = (user_run_line(number, record) for number, record in enumerate(records, 1))
    return UserRunList(title=title, lines=tuple(lines))


def user_run_line(number: int, record: Record) -> UserRunLine:
    """One user run as a line of the list."""
    return UserRunLine(
        number=number,
        id=record.id,
        look=look_of(record.status),
        mark=trigger_mark(record.trigger),
        branch=record.received.branch,
        origin=origin(record),
        input=record.received.input,
        output=record.output or (record.error.message if record.error else record.reason),
        when=when(record.created_at),
        brief=brief(record),
        messages=tuple(messages(record.calls)),
    )


def messages(calls: Sequence[AgentCall]) -> Iterator[ChatLine]:
    """What was said in these agent calls: each prompt, then what the run wrote."""
    for call in calls:
        if all(message.id != call.message_id for message in call.messages):
            yield ChatLine(
                id=call.message_id or call.path, role="user", text=call.prompt, run_id=None, side="tl-user"
            )
        yield from (chat_line(message) for message in call.messages)


def render_html(view: UserRunList) -> str:
    """The list as HTML that needs nothing else."""
    return styled(html("user_run_list.html", view=view))


def render_text(view: UserRunList) -> str:
    """The list as text: a head for each user run, and its messages below it."""
    return foreign_text("\n".join(_text(view))).plain


def _text(view: UserRunList) -> Iterator[str]:
    yield f"{view.title}: {view.summary}"
    for one in view.lines:
        about = "".join(f" · {part}" for part in (one.mark, one.branch, one.origin) if part)
        yield f"{one.number:>3} {one.look.mark} {one.id} {one.look.word}{about}"
        yield f"      {one.when}{f' · {one.brief}' if one.brief else ''}"
        for said in one.messages:
            yield indent(f"{said.role}: {said.text}", "      ")
        if not one.messages:
            yield indent(first_line(one.input), "      › ")
