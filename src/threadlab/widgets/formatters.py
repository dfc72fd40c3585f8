"""Formatters: every object of threadlab shows itself richly in IPython, and briefly in plain text.

The objects know nothing of it. `%load_ext threadlab.widgets.formatters` or `register(get_ipython())` does it
for a session.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from threadlab.connect.lab import Lab
from threadlab.connect.wire_log import WireLog
from threadlab.conversation.reply import Reply
from threadlab.conversation.totals import Totals
from threadlab.conversation.window import Window
from threadlab.diagnosis.finding import Diagnosis
from threadlab.following.explain import Explanation
from threadlab.following.run_view import RunView
from threadlab.objects.agent import Agent
from threadlab.objects.file import File
from threadlab.objects.image import Image
from threadlab.objects.message import Message
from threadlab.objects.quota import CleanedUp, Quota
from threadlab.objects.run import Run
from threadlab.objects.run_step import RunStep
from threadlab.objects.thread import Thread
from threadlab.objects.vector_store import VectorStore, VectorStoreFile
from threadlab.widgets.cards import window_view
from threadlab.widgets.cards.citations_view import message_html
from threadlab.widgets.cards.message_pictures import image_html, image_text
from threadlab.widgets.cards.object_cards import object_html, object_text
from threadlab.widgets.cards.quota_view import clean_up_html, clean_up_text, quota_html, quota_text
from threadlab.widgets.runs import statistics_card, waterfall
from threadlab.widgets.runs.diagnosis_card import diagnosis_html, diagnosis_text
from threadlab.widgets.runs.run_card import render_html
from threadlab.widgets.runs.run_card_text import render_text, run_text
from threadlab.widgets.wire import wire_panel

Words = Callable[[Any], str]

FORMS: dict[type, tuple[Words, Words]] = {
    Run: (lambda run: render_html(RunView(run=run)), run_text),
    Reply: (lambda reply: render_html(reply.view), lambda reply: render_text(reply.view)),
    Explanation: (waterfall.render_html, waterfall.render_text),
    Window: (window_view.render_html, window_view.render_text),
    Diagnosis: (diagnosis_html, diagnosis_text),
    WireLog: (wire_panel.log_html, wire_panel.log_text),
    Totals: (statistics_card.render_html, statistics_card.render_text),
    Quota: (quota_html, quota_text),
    CleanedUp: (clean_up_html, clean_up_text),
    Message: (message_html, object_text),
    Image: (image_html, image_text),
    **dict.fromkeys(
        (Agent, Thread, RunStep, Lab, File, VectorStore, VectorStoreFile), (object_html, object_text)
    ),
}


OF_HISTORIES = (
    "threadlab.history.bodies.orchestration.OrchestrationContext",
    "threadlab.history.branch.Branch",
    "threadlab.history.contexts.context_bar.ContextBar",
    "threadlab.history.history.History",
    "threadlab.history.plans.plan.Plan",
    "threadlab.history.plans.prune.Pruning",
    "threadlab.history.reading.compare.Comparison",
    "threadlab.history.reading.listing.Listing",
    "threadlab.history.reading.report.Report",
    "threadlab.history.reading.sequence.Sequence",
    "threadlab.history.reading.table.Table",
    "threadlab.history.user_run.UserRun",
    "threadlab.journal.record.Record",
    "threadlab.orchestration.learning.experiment.ExperimentResult",
)
"""Types that are known by name until one of them is shown: whoever has no user run does not wait for them."""

IN_WORDS = (
    "threadlab.history.contexts.context.Context",
    "threadlab.history.contexts.context.Said",
    "threadlab.history.contexts.context_policy.ByScore",
    "threadlab.history.contexts.context_policy.Recent",
    "threadlab.history.contexts.context_policy.UserChoice",
    "threadlab.history.contexts.context_policy.Writing",
    "threadlab.history.plans.changes.Changes",
    "threadlab.history.plans.prune.Keep",
    "threadlab.history.plans.reuse.Reuse",
    "threadlab.history.reading.prices.Cost",
    "threadlab.history.reading.prices.Prices",
    "threadlab.history.templates.template.Filled",
    "threadlab.history.templates.template.Template",
    "threadlab.history.work.budget.Budget",
    "threadlab.journal.annotations.Annotations",
    "threadlab.journal.archive.Archived",
    "threadlab.journal.branch_log.BranchState",
    "threadlab.journal.decision.Decision",
    "threadlab.journal.fact.Planned",
    "threadlab.journal.record.AgentCall",
    "threadlab.journal.record.Interrupt",
    "threadlab.journal.record.QueueEntry",
    "threadlab.journal.record.ToolUse",
    "threadlab.journal.record.Unit",
    "threadlab.journal.values.Config",
    "threadlab.journal.values.ContextPart",
    "threadlab.journal.values.Trigger",
)
"""Smaller ones of user runs that have no page of their own: they are told in words."""


def register(ipython: InteractiveShell) -> None:
    """Teach this IPython session to show threadlab's objects. Doing it twice does no harm."""
    display = ipython.display_formatter
    if display is None:  # a shell that was told to show nothing
        return
    pages, texts = display.formatters["text/html"], display.formatters["text/plain"]
    for kind, (as_html, as_text) in FORMS.items():
        pages.for_type(kind, as_html)
        texts.for_type(kind, _printed(as_text))
    for name in OF_HISTORIES:
        module, _, kind_name = name.rpartition(".")
        pages.for_type_by_name(module, kind_name, lambda shown: _history_forms(shown)[0](shown))
        texts.for_type_by_name(
            module, kind_name, _printed(lambda shown: _history_forms(shown)[1](shown), within=_on_one_line)
        )
    for name in IN_WORDS:
        module, _, kind_name = name.rpartition(".")
        texts.for_type_by_name(module, kind_name, _printed(_plain))


def load_ipython_extension(ipython: InteractiveShell) -> None:
    """What `%load_ext` calls."""
    register(ipython)


def _printed(words: Words, within: Words | None = None) -> Callable[[Any, Any, bool], None]:
    """The same words in the form that IPython's pretty printer asks for; others `within` a list of them."""

    def printed(shown: Any, printer: Any, cycle: bool) -> None:
        is_within = within is not None and len(printer.stack) > 1
        printer.text(within(shown) if within is not None and is_within else words(shown))

    return printed


def _on_one_line(shown: object) -> str:
    """Many of them are no page of cards: a user run is named with its status, and so is its record."""
    is_record = type(shown).__name__ == "Record"
    return f"<Record {shown.id}: {shown.status}>" if is_record else repr(shown)  # type: ignore[attr-defined]


def _plain(shown: object) -> str:
    from threadlab.widgets.plain_forms import in_words  # noqa: PLC0415 - only where there are some

    return in_words(shown)


def _history_forms(shown: object) -> tuple[Words, Words]:
    from threadlab.widgets.user_runs.history_forms import HISTORY_FORMS  # noqa: PLC0415 - only where there are some

    return next(HISTORY_FORMS[kind] for kind in type(shown).__mro__ if kind in HISTORY_FORMS)
