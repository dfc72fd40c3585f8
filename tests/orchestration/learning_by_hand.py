"""Learnings, findings and decisions made by hand: for everything about learning that asks no service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from threadlab.journal.decision import (
    ContextClosed,
    ContextOpened,
    Contribution,
    Decision,
    DecisionTaken,
    FellBack,
    Outcome,
    OutcomeSeen,
    Quoted,
    Seat,
)
from threadlab.journal.decision_log import DecisionLog
from threadlab.journal.fact import Began, Ended, Received
from threadlab.journal.values import Config, Trigger
from threadlab.journal.workspace import Workspace
from threadlab.orchestration.learning.finding import Finding
from threadlab.orchestration.learning.learning import DAY, AppliesTo, Learning, learning_id

BEGAN = 1_750_000_000.0
"""When the first thing was learned, in Unix seconds."""


def finding(
    subject: str = "review", words: str = "poem write", advice: Any = "prefer", **others: Any
) -> Finding:
    """Prefer the pattern "review" for requests to write a poem, unless told otherwise."""
    told: dict[str, Any] = {"dimension": "pattern", "strength": 0.5, **others}
    return Finding(
        advice=advice, subject=subject, applies_to=AppliesTo(words=tuple(sorted(words.split()))), **told
    )


def learning(
    subject: str = "review", words: str = "poem write", advice: Any = "prefer", **others: Any
) -> Learning:
    """The same as a learning of weight 0.5 that is new at `BEGAN`."""
    applies_to = others.pop("applies_to", AppliesTo(words=tuple(sorted(words.split()))))
    dimension = others.pop("dimension", "pattern")
    told: dict[str, Any] = {
        "weight": 0.5,
        "weighed_at": BEGAN,
        "expires_at": BEGAN + 90 * DAY,
        "evidence": ("run-1",),
        **others,
    }
    return Learning(
        id=learning_id(dimension, advice, subject, applies_to),
        dimension=dimension,
        advice=advice,
        subject=subject,
        applies_to=applies_to,
        **told,
    )


def member(
    name: str, text: str = "Here it is.", status: str = "completed", *, model: str = "gpt-4o", **others: Any
) -> Contribution:
    """What a member did: a text, unless told otherwise."""
    return Contribution(member=name, path=f"1.{name}", text=text, status=status, model=model, **others)


def decision(
    number: int = 1,
    way: str = "answer_directly",
    agents: Sequence[str] = ("solo",),
    *members: Contribution,
    status: str = "completed",
    reason: str = "",
    **others: Any,
) -> Decision:
    """A decision whose members did what is given, or each a text; a team where there are several agents."""
    done = members or tuple(member(name, status=status) for name in agents)
    team = tuple(Seat(member=name) for name in agents) if len(agents) > 1 else ()
    told: dict[str, Any] = {
        "team": team,
        "reasoning": "It seems fit.",
        "outcome": Outcome(status=status, reason=reason, text="The answer.", contributions=done),
        **others,
    }
    return Decision(number=number, path=str(number), way=way, agents=tuple(agents), **told)


def kept_run(
    workspace: Workspace,
    number: int,
    request: str = "Write a poem.",
    *decisions: Decision,
    status: str = "completed",
    learnings: Sequence[Quoted] = (),
    is_over: bool = True,
) -> str:
    """A user run on disk with these decisions, one an hour; its id."""
    at = BEGAN + 3600 * number
    id = f"turn-20250615-{number:06d}-aaaa"
    received = Received(
        user_run=id,
        trigger=Trigger(type="user"),
        branch="main",
        config=Config(place="in this process", protocol="classic"),
        input=request,
    )
    directory = workspace.create(received, at)
    directory.append(Began(process=1), at)
    log = DecisionLog(directory)
    log.append(ContextOpened(agents=("solo",), learnings=tuple(learnings)), at)
    for one in decisions:
        log.append(DecisionTaken(decision=replace(one, outcome=None)), at)
        if one.fallback:
            log.append(FellBack(path=one.path, why=one.fallback, agent=one.agents[0]), at)
        if one.outcome is not None:
            log.append(OutcomeSeen(path=one.path, outcome=one.outcome), at)
    log.append(ContextClosed(status=status), at)
    log.close()
    if is_over:
        directory.append(Ended(status=status, output="The answer."), at + 1)
    directory.close()
    return id
