"""Table view: a table of figures as HTML, as it stands in a report."""

from __future__ import annotations

from threadlab.history.reading.report import Report
from threadlab.history.reading.table import Table, shown
from threadlab.widgets.drawing.page import html, styled


def render_html(table: Table) -> str:
    """The table as HTML that needs nothing else; columns of numbers stand to the right."""
    figures = [
        all(isinstance(row[place], int | float | None) for row in table.rows)
        for place in range(len(table.columns))
    ]
    rows = [[shown(cell) for cell in row] for row in table.rows]
    return styled(html("table.html", table=table, rows=rows, figures=figures))


def report_html(report: Report) -> str:
    """The two tables of a report, one below the other."""
    return render_html(report.slowest) + render_html(report.saved)
