"""Plan view: what a user run is going to reuse, to execute and to pay again, before anything runs."""

from __future__ import annotations

from collections.abc import Iterator

from threadlab.following.terminal_text import foreign_text
from threadlab.history.plans.plan import Plan
from threadlab.widgets.drawing.page import html, styled


def render_html(plan: Plan) -> str:
    """The plan as HTML that needs nothing else."""
    return styled(html("plan.html", facts=tuple(_facts(plan))))


def render_text(plan: Plan) -> str:
    """The plan on one line or two."""
    return foreign_text(plan.shown).plain


def _facts(plan: Plan) -> Iterator[tuple[str, str]]:
    """Names and values, without what there is none of."""
    yield "reuse", ", ".join(plan.reused) or "nothing"
    yield "execute", ", ".join(plan.executed) or "nothing: no agent is asked, no tool is run"
    if plan.possible:
        yield "perhaps", ", ".join(plan.possible)
    if plan.paid_again:
        yield "paid again", ", ".join(plan.paid_again)
    if plan.tool_results:
        yield "tool results", plan.tools
    if plan.leaving:
        yield "branch", plan.beside
    if plan.executed or plan.possible:
        yield "tokens", plan.tokens
        yield "cost", str(plan.estimated_cost)
