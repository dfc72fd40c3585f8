"""Nothing that anybody wrote into a user run becomes part of the page, in any of its pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.widgets.test_page import HOSTILE, assert_ours, skeleton
from tests.widgets.told_user_runs import told
from threadlab.history.contexts.context_bar import bar_of
from threadlab.history.reading.compare import compare
from threadlab.history.reading.table import Table
from threadlab.journal.annotations import Annotations
from threadlab.journal.fact import ArtifactKept, Planned
from threadlab.journal.record import Interrupt, QueueEntry, Record, Unit
from threadlab.journal.values import Command, ContextPart, Trigger
from threadlab.objects.fault import Fault
from threadlab.widgets.drawing import table_view
from threadlab.widgets.user_runs import (
    comparison_view,
    context_view,
    fact_reel,
    history_tree,
    user_run_card,
    user_run_list,
)
from threadlab.widgets.user_runs.user_run_sequence import user_run_sequence
from threadlab.widgets.wire import sequence_diagram


def soaked(text: str) -> Record:
    """A user run with this text wherever somebody else can write."""
    told_run = told("a1a1", text, branch=text, answer=text, trigger=Trigger(type="system", cause=text))
    parts = tuple(ContextPart(user_run=text, use=use, tokens=9, why=text) for use in ("verbatim", "dropped"))
    call = replace(told_run.calls[0], agent=text, lost=(text,), context=parts, error=Fault(text, text))
    loose = replace(call, path="2", run=None, messages=())
    return replace(
        told_run,
        received=replace(told_run.received, base=text, verb="edit", parent=text, changes={text: text}),
        parent=text,
        plan=Planned(reused=(text,), executed=(text,), paid_again=(text,)),
        calls=(call, loose),
        units=(Unit(path=text, request="r", kind=text, status=text, result=text, error=Fault(text, text)),),
        queue=(QueueEntry(command=Command(text=text, agent=text)),) * 2,
        interrupts=(Interrupt(id=text, kind="input", question=text, answer=text, by=text),),
        tickets=(text,),
        artifacts=(ArtifactKept(name=text, sha256="0", size=1),),
        promoted={text: text},
        decisions=(text,),
        output=text,
        reason=text,
        error=Fault(text, text),
    )


PICTURES: dict[str, Callable[[str], str]] = {
    "card": lambda text: user_run_card.render_html(
        user_run_card.user_run_card(soaked(text), Annotations(tags=(text,), summary=text, summary_by=text))
    ),
    "list": lambda text: user_run_list.render_html(user_run_list.user_run_list([soaked(text)], text)),
    "tree": lambda text: history_tree.render_html(
        history_tree.history_tree([soaked(text)], {text: soaked(text).id})
    ),
    "strip": lambda text: fact_reel.strip_html(fact_reel.reel_of(soaked(text).entries)),
    "comparison": lambda text: comparison_view.render_html(compare(told("b2b2", "?"), soaked(text))),
    "context": lambda text: context_view.render_html(bar_of(soaked(text).calls[0].context, ())),
    "sequence": lambda text: sequence_diagram.render_html(user_run_sequence(soaked(text))),
    "table": lambda text: table_view.render_html(
        Table(title=text, columns=(text, "n"), rows=((text, 1),), note=text)
    ),
}


@pytest.mark.parametrize("picture", PICTURES)
def test_nothing_in_a_user_run_becomes_markup(picture: str) -> None:
    """Each picture keeps its shape, and has no element, attribute or class but ours."""
    harmless = skeleton(PICTURES[picture]("harmless"))
    for text in HOSTILE:
        page = PICTURES[picture](text)
        if picture != "sequence":  # has the drawing's own attributes, held elsewhere
            assert_ours(page)
        assert skeleton(page) == harmless


def test_no_text_form_obeys_a_terminal() -> None:
    """Control characters are made visible."""
    record = soaked("\x1b[31mred")
    for shown in (
        user_run_list.render_text(user_run_list.user_run_list([record])),
        history_tree.render_text(history_tree.history_tree([record], {"main": record.id})),
        fact_reel.strip_text(fact_reel.reel_of(record.entries)),
        comparison_view.render_text(compare(record, record)),
        repr(user_run_sequence(record)),
    ):
        assert "\x1b" not in shown and "\\x1b" in shown
