"""Shown user run: what a picture takes, a record or a user run of a history, and the card of either."""

from __future__ import annotations

from threadlab.history.user_run import UserRun
from threadlab.journal.record import Record
from threadlab.widgets.user_runs.user_run_card import UserRunCard, user_run_card

ShownUserRun = Record | UserRun
"""A user run has what people said of it, and knows whether anybody works on it; a record is its log alone."""


def record_of(shown: ShownUserRun) -> Record:
    """What its log says, read now."""
    return shown if isinstance(shown, Record) else shown.record


def card_of(shown: ShownUserRun) -> UserRunCard:
    """Its card."""
    if isinstance(shown, Record):
        return user_run_card(shown)
    return user_run_card(shown.record, shown.annotations, is_stalled=shown.is_stalled)
