"""History forms: how user runs, branches, histories and what is said about them show themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from threadlab.history.bodies.orchestration import OrchestrationContext
from threadlab.history.branch import Branch
from threadlab.history.contexts.context_bar import ContextBar
from threadlab.history.history import History
from threadlab.history.plans.plan import Plan
from threadlab.history.plans.prune import Pruning
from threadlab.history.reading.compare import Comparison
from threadlab.history.reading.listing import Listing
from threadlab.history.reading.report import Report
from threadlab.history.reading.sequence import Sequence
from threadlab.history.reading.table import Table
from threadlab.history.user_run import UserRun
from threadlab.journal.record import Record
from threadlab.orchestration.learning.experiment import ExperimentResult
from threadlab.widgets.drawing import table_view
from threadlab.widgets.orchestrating import learned_rules, task_board
from threadlab.widgets.user_runs import (
    comparison_view,
    context_view,
    history_tree,
    plan_view,
    user_run_card,
    user_run_list,
    user_run_text,
)
from threadlab.widgets.user_runs.history_tree import HistoryTree
from threadlab.widgets.user_runs.shown_user_run import card_of
from threadlab.widgets.user_runs.user_run_list import UserRunList
from threadlab.widgets.user_runs.user_run_sequence import diagram_of
from threadlab.widgets.wire import sequence_diagram

Words = Callable[[Any], str]


def branch_list(branch: Branch) -> UserRunList:
    """The user runs of a branch, from the root to its head."""
    return user_run_list.user_run_list((run.record for run in branch), f"branch {branch.name}")


def tree_of(history: History) -> HistoryTree:
    """All user runs of a history, the branch that was made first drawn straight."""
    return history_tree.history_tree(
        [run.record for run in history], history_tree.heads_of(history.desk.branches)
    )


HISTORY_FORMS: Mapping[type, tuple[Words, Words]] = {
    **dict.fromkeys(
        (UserRun, Record),
        (
            lambda shown: user_run_card.render_html(card_of(shown)),
            lambda shown: user_run_text.render_text(card_of(shown)),
        ),
    ),
    Branch: (
        lambda branch: user_run_list.render_html(branch_list(branch)),
        lambda branch: user_run_list.render_text(branch_list(branch)),
    ),
    History: (
        lambda history: history_tree.render_html(tree_of(history)),
        lambda history: history_tree.render_text(tree_of(history)),
    ),
    OrchestrationContext: (
        lambda context: task_board.render_html(task_board.board_of_context(context)),
        lambda context: task_board.render_text(task_board.board_of_context(context)),
    ),
    ExperimentResult: (learned_rules.render_html, learned_rules.render_text),
    Plan: (plan_view.render_html, plan_view.render_text),
    Comparison: (comparison_view.render_html, comparison_view.render_text),
    ContextBar: (context_view.render_html, str),
    Sequence: (lambda told: sequence_diagram.render_html(diagram_of(told)), str),
    Table: (table_view.render_html, str),
    Report: (table_view.report_html, str),
    **dict.fromkeys((Listing, Pruning), (lambda shown: table_view.render_html(shown.table()), str)),
}
"""For each type its forms: HTML, and text."""
