"""Plan view: what a user run is going to reuse, to execute and to pay again, before anything runs."""

from __future__ import annotations

from collections.abc import Iterator

from threadlab.following.terminal_text import foreign_text
from threadlab.history.plan import Plan
from threadlab.widgets.page import html, styled


def render_html(plan: Plan) -> str:
    """The plan as HTML that needs nothing else."""
    return styled(html("plan.html", facts=tuple(_facts(plan))))


def render_text(plan: Plan) -> str:
    """The plan on one line."""
    return foreign_text(f"plan: {plan}").plain


def _facts(plan: Plan) -> Iterator[tuple[str, str]]:
    """Names and values, without what there is none of."""
    yield "reuse", ", ".join(plan.reused) or "nothing"
    yield "execute", ", ".join(plan.executed) or "nothing: no agent is asked, no tool is run"
    if plan.paid_again:
        yield "paid again", ", ".join(plan.paid_again)
    if plan.tool_results:
        yield "tool results", plan.tools
    if plan.leaving:
        yield "branch", plan.beside
    if plan.executed:
        yield "tokens", plan.tokens
        yield "cost", str(plan.estimated_cost)
