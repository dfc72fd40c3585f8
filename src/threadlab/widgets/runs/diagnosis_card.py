"""Diagnosis card: what was found about a run or an error, each reason with what to do next."""

from __future__ import annotations

from threadlab.diagnosis.finding import Diagnosis
from threadlab.following.terminal_text import foreign_text
from threadlab.widgets.drawing.page import html, styled


def diagnosis_html(diagnosis: Diagnosis) -> str:
    """The diagnosis as HTML that needs nothing else."""
    return styled(html("diagnosis.html", diagnosis=diagnosis))


def diagnosis_text(diagnosis: Diagnosis) -> str:
    """The diagnosis as plain text."""
    return foreign_text(str(diagnosis)).plain
