"""Decision lines: an orchestration context as text, for a terminal and for `print`. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from threadlab.following.terminal_text import counted
from threadlab.history.bodies.orchestration import OrchestrationContext
from threadlab.journal.decision import ContextCompacted, Decision, PostMortemWritten
from threadlab.orchestration.agreement import choice_of
from threadlab.orchestration.learning.dimensions import named

LONGEST = 200
"""Signs of a text that are shown."""


def decisions_text(context: OrchestrationContext, stars: Mapping[str, int] | None = None) -> str:
    """Each decision with why and what came of it, the post-mortem, and what deciding took.

    `stars` are those that decisions were given, by their paths.
    """
    if not context:
        return f"{context.user_run}: nothing was orchestrated in it"
    return "\n".join(_lines(context, stars or {}))


def _lines(context: OrchestrationContext, stars: Mapping[str, int]) -> Iterator[str]:
    decisions, opened = context.decisions, context.opened
    saved = context.saved_tokens
    kept = f", about {counted(saved, 'token')} not given again" if saved else ""
    yield (
        f"{context.user_run}: {counted(len(decisions), 'decision')}, "
        f"{counted(context.usage.total_tokens, 'token')} for deciding{kept}"
    )
    for quoted in opened.learnings if opened else ():
        yield f"  quoted [{quoted.id}] {_short(quoted.text)}"
    for one in decisions:
        yield from (f"{'  ' * (one.path.count('.') + 1)}{line}" for line in _decision(one))
        if one.path in stars:
            yield f"     rated: {stars[one.path]} of 5 stars"
    if context.post_mortem is not None:
        yield from (f"  {line}" for line in _post_mortem(context.post_mortem))
    if any(isinstance(entry.fact, ContextCompacted) for entry in context.entries):
        yield "  (made short since: the members' texts are gone)"


def _decision(one: Decision) -> Iterator[str]:
    with_what = f" ({named(one.parameters)})" if one.parameters else ""
    yield f"{one.path}  {choice_of(one)}{with_what}"
    yield f"   why: {_short(one.fallback or one.reasoning)}"
    if one.learnings:
        yield f"   learnings: {', '.join(one.learnings)}"
    if one.outcome is not None:
        reason = f": {_short(one.outcome.reason)}" if one.outcome.reason else ""
        yield f"   outcome: {one.outcome.status}{reason}, {one.outcome.seconds:.1f} s"
        for done in one.outcome.contributions:
            role = f" as {done.role}" if done.role else ""
            yield f"     {done.member}{role} {done.status}, {counted(done.usage.total_tokens, 'token')}"


def _post_mortem(told: PostMortemWritten) -> Iterator[str]:
    owed = f", owed to the {told.dimension}" if told.dimension else ""
    yield f"post-mortem: {told.rating:.2f}{owed}: {told.why}"
    how = "learned to" if told.learnings else "it speaks for this:"
    yield from (f"   {how} {finding}" for finding in told.findings)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
