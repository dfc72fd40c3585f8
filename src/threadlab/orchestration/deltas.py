"""Deltas: what each decision is given. The first sees everything, later ones only what is new. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from threadlab.history.contexts.context import Context, tokens_of_text
from threadlab.journal.decision import Decision, Outcome

WISH = "Decide how to proceed: call one of your tools, once."
REQUEST = "request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The prompt of one decision. `labels` say what may be cited, `saved` counts tokens not given again."""

    prompt: str
    labels: Mapping[str, str] = field(default_factory=dict)
    saved: int = 0

    @property
    def tokens(self) -> int:
        """About how many tokens the prompt is."""
        return tokens_of_text(self.prompt)


def first(request: str, context: Context) -> Given:
    """The whole conversation, each turn under a number, and the request."""
    told = conversation(context)
    parts = [f"Said before:\n{told}"] if told else []
    labels = {f"turn {n}": part.user_run for n, part in enumerate(context.parts, 1) if part.messages}
    return Given(
        prompt="\n\n".join((*parts, f"The request:\n{request}", WISH)), labels={REQUEST: REQUEST, **labels}
    )


def later(request: str, context: Context, taken: Sequence[Decision], notes: Sequence[str]) -> Given:
    """The request, earlier decisions in a line each, and what came of the last one; `notes` of the guards."""
    last = taken[-1]
    parts = [
        f"The request:\n{request}",
        "You decided:\n" + "\n".join(map(in_a_line, taken)),
        "What came of it:\n" + "\n".join(_told(last.outcome) if last.outcome else ()),
        *(f"Mind: {note}" for note in notes),
        WISH,
    ]
    again = [conversation(context), *(one.outcome.text for one in taken[:-1] if one.outcome)]
    return Given(
        prompt="\n\n".join(parts),
        labels={REQUEST: REQUEST, **{f"decision {one.number}": one.path for one in taken}},
        saved=sum(map(tokens_of_text, again)),
    )


def conversation(context: Context) -> str:
    """What was said before, each message under the number of its turn."""
    said = iter(context.said)
    lines = [
        f"[turn {number}] {one.role}: {one.text}"
        for number, part in enumerate(context.parts, 1)
        for one in (next(said) for _ in range(part.messages))
    ]
    return "\n".join((*lines, *(f"{one.role}: {one.text}" for one in said)))


def in_a_line(decision: Decision) -> str:
    """ "2. run_parallel with a, b: completed"."""
    who = f" with {', '.join(decision.agents)}" if decision.agents else ""
    how = f" by the pattern {decision.pattern}" if decision.pattern else ""
    outcome = decision.outcome
    came = (
        f"{outcome.status}{f' ({outcome.reason})' if outcome.reason else ''}" if outcome else "not done yet"
    )
    return f"{decision.number}. {decision.way}{how}{who}: {came}"


def _told(outcome: Outcome) -> Iterator[str]:
    for one in outcome.contributions:
        role = f" ({one.role})" if one.role else ""
        if one.status == "completed":
            yield f"{one.member}{role}: {one.text}"
        else:
            done = f"; it had done {', '.join(one.steps)}" if one.steps else ""
            text = f"; its last words: {one.text}" if one.text else ""
            yield f"{one.member}{role} {one.status}: {one.reason}{done}{text}"
    if not outcome.contributions and outcome.text:
        yield outcome.text
