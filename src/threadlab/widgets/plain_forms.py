"""Plain forms: the smaller values of user runs in words, for whoever has one as the last line of a cell.

Their own `repr` stays the whole value, which is what one wants in a debugger; here is what one wants to read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from threadlab.following.terminal_text import counted, foreign_text
from threadlab.history.contexts.context import Context, Said
from threadlab.history.contexts.context_policy import ByScore, Recent, UserChoice, Writing
from threadlab.history.plans.changes import Changes
from threadlab.history.plans.prune import Keep
from threadlab.history.plans.reuse import Reuse
from threadlab.history.reading.prices import Cost, Prices
from threadlab.history.templates.template import Filled, Template
from threadlab.history.work.budget import Budget
from threadlab.journal.annotations import Annotations
from threadlab.journal.archive import Archived
from threadlab.journal.branch_log import BranchState
from threadlab.journal.decision import Decision
from threadlab.journal.fact import Planned
from threadlab.journal.record import AgentCall, Interrupt, QueueEntry, ToolUse, Unit
from threadlab.journal.values import Config, ContextPart, Trigger
from threadlab.orchestration.agreement import choice_of
from threadlab.widgets.drawing.short_forms import first_line, seconds

THUMBS = {1: "good", 0: "neither good nor bad", -1: "bad"}


def in_words(value: object) -> str:
    """The value on one line, or on a few. Control characters of models and tools are made visible."""
    words = next(PLAIN_FORMS[kind] for kind in type(value).__mro__ if kind in PLAIN_FORMS)
    return foreign_text(words(value)).plain


def _part(part: ContextPart) -> str:
    why = f": {part.why}" if part.why else ""
    return f"{part.user_run} {part.use}, {counted(part.tokens, 'token')}{why}"


def _call(call: AgentCall) -> str:
    took = f"{seconds(call.seconds)}, " if call.seconds else ""
    told = f"from {call.reused}" if call.reused else f"{took}{counted(call.usage.total_tokens, 'token')}"
    came = first_line(call.error.message if call.error else call.output) or "no answer yet"
    head = f"agent call {call.path}: {call.agent}, {call.status}, {told}"
    return f"{head}\n  › {first_line(call.prompt)}\n  {came}"


def _tool(use: ToolUse) -> str:
    """A tool call, its result, and where that is from."""
    came = "not made yet" if use.started_at is None else "at work, or interrupted"
    if use.ok is not None:
        came = f"{'' if use.ok else 'failed: '}{first_line(use.output or '')}"
    again = f" (from {use.reused})" if use.reused else ""
    return f"tool call {use.path}: {use.name}({first_line(use.arguments)}) → {came}{again}"


def _decision(one: Decision) -> str:
    return f"decision {one.path}: {choice_of(one)}, because: {first_line(one.fallback or one.reasoning)}"


def _queued(entry: QueueEntry) -> str:
    return f"{entry.status}: @{entry.command.agent} {first_line(entry.command.text)}"


def _trigger(trigger: Trigger) -> str:
    return f"{trigger.type}: {trigger.cause}" if trigger.cause else trigger.type


def _unit(unit: Unit) -> str:
    came = first_line(unit.error.message if unit.error else repr(unit.result))
    return f"{unit.kind} {unit.path}: {unit.status}{'' if unit.status == 'in_progress' else f', {came}'}"


def _interrupt(asked: Interrupt) -> str:
    if asked.answer is not None:
        came = f"answered {asked.answer!r} by {asked.by}"
    else:
        came = f"open, until {_when(asked.deadline)}" if asked.deadline else "open"
    return f"{asked.kind} {asked.id}: {first_line(asked.question)} ({came})"


def _when(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _template(template: Template) -> str:
    about = [f"  {template.about}"] if template.about else []
    holes = (
        f"{name}={template.defaults[name]!r}" if name in template.defaults else name
        for name in template.parameters
    )
    texts = [f"  {name}: {first_line(texts.instructions or '')}" for name, texts in template.agents.items()]
    head = f"template {template.name}({', '.join(holes)}): {first_line(template.input)}"
    return "\n".join([head, *about, *texts])


def _filled(filled: Filled) -> str:
    given = ", ".join(f"{name}={value!r}" for name, value in filled.values.items())
    return f"{filled.template}({given}): {first_line(filled.input)}"


def _annotations(said: Annotations) -> str:
    return "; ".join(_annotated(said)) or "nothing was said of it"


def _annotated(said: Annotations) -> Iterator[str]:
    if said.tags:
        yield f"tags {', '.join(said.tags)}"
    if said.groups:
        yield f"groups {', '.join(said.groups)}"
    if said.score is not None:
        yield f"score {said.score:g}{f' ({said.score_reason})' if said.score_reason else ''}"
    for one in said.feedback:
        rating = f"{one.stars} stars" if one.stars is not None else THUMBS[one.rating]
        yield f"rated {rating} by {one.by}{f': {first_line(one.comment)}' if one.comment else ''}"
    yield from (f"{key}: {first_line(str(value))}" for key, value in said.metadata.items())
    if said.summary:
        yield f"summary by {said.summary_by}: {first_line(said.summary)}"


def _archived(done: Archived) -> str:
    told = [counted(len(done.hashes), "user run")]
    if len(done.hashes) == 1:
        told += [f"{id}, content hash {digest[:16]}" for id, digest in done.hashes.items()]
    if done.branches:
        told.append(f"branches {', '.join(done.branches)}")
    if done.known:
        told.append(f"{counted(len(done.known), 'user run')} known here already")
    if done.missing:
        told.append(f"made from what is not in it: {', '.join(done.missing)}")
    return "; ".join(told)


def _config(config: Config) -> str:
    tools = ", ".join(str((one.get("function") or one).get("name", one.get("type"))) for one in config.tools)
    options = ", ".join(f"{name}={value!r}" for name, value in config.options.items())
    more = [f"tools: {tools}" if tools else "", f"options: {options}" if options else ""]
    more += [f"{name}: {value}" for name, value in config.settings.items()]
    agents = [
        f"{name} ({agent.model}): {first_line(agent.instructions or '')}"
        for name, agent in config.agents.items()
    ]
    return "\n  ".join([f"{config.protocol} at {config.place}", *agents, *filter(None, more)])


def _state(state: BranchState) -> str:
    origin = f", made from {state.made_from}" if state.made_from else ""
    moved = counted(len(state.heads) - 1, "move")
    return f"branch {state.name}: head {state.head or 'none'}{origin}, {moved} since {_when(state.made_at)}"


def _prices(prices: Prices) -> str:
    each = (f"{name}: {one.input:g} in, {one.output:g} out" for name, one in prices.models.items())
    head = f"prices of a million tokens, in {prices.currency or 'an unnamed currency'}"
    return "\n  ".join([head, *each]) if prices.models else "no prices: write them into runs/prices.toml"


def _keep(keep: Keep) -> str:
    told = [f"the newest {keep.newest}", *(f"tagged {tag}" for tag in keep.tags)]
    told += [*(f"in group {group}" for group in keep.groups), *(["liked"] if keep.liked else [])]
    told += [f"score from {keep.score:g}"] if keep.score is not None else []
    told += [f"since {_when(keep.since)}"] if keep.since is not None else []
    return f"keep {', '.join([*told, *keep.ids])}"


def _changes(changes: Changes) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in changes.told().items()) or "no change"


PLAIN_FORMS: Mapping[type, Callable[[Any], str]] = {
    AgentCall: _call,
    Annotations: _annotations,
    Archived: _archived,
    BranchState: _state,
    Changes: _changes,
    Config: _config,
    ContextPart: _part,
    Decision: _decision,
    Filled: _filled,
    Interrupt: _interrupt,
    Keep: _keep,
    Prices: _prices,
    QueueEntry: _queued,
    Template: _template,
    ToolUse: _tool,
    Trigger: _trigger,
    Unit: _unit,
    **dict.fromkeys((Budget, ByScore, Context, Cost, Planned, Recent, Reuse, Said, UserChoice, Writing), str),
}
"""How each kind is told."""
