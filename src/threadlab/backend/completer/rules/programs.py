"""Programs: the few pieces of Python that the stand-in has run where code can be run.

They are put together from parts, and stand in the run's step for everybody to read. Which column and which
rows of a table are meant the code itself finds out, for only the code sees the table: it looks for the words
of the question in the names of the columns and in their cells, and prints what it took and what it missed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.util import find_spec

_TABLE = """\
import csv
import re

with open({name!r}, newline="", encoding="utf-8-sig", errors="replace") as file:
    table = csv.DictReader(file)
    rows, columns = list(table), table.fieldnames or []


def words(text):
    return {{word.removesuffix("s") for word in re.findall(r"[^\\W_]+", str(text).lower())}}


def number(text):
    try:
        return float(re.sub(r"[,$€£%\\s]", "", text or ""))
    except ValueError:
        return None


def is_numeric(column):
    cells = [row[column] for row in rows if row[column] not in (None, "", "-", "NA", "N/A")]
    is_a_time = words(column) <= {{"year", "quarter", "month", "week", "day"}}
    is_a_name = is_a_time or words(column) & {{"id", "code"}}
    return bool(cells) and not is_a_name and None not in map(number, cells)


# What the question names: columns of numbers, the best match first, and cells of the other columns.
question = {asked!r}
asked = words(question)
numeric = [column for column in columns if is_numeric(column)]
named = [column for column in numeric if words(column) & asked]
named.sort(key=lambda column: (-len(words(column) & asked), len(words(column))))
left = asked - words(named[:1])
found = {{}}
for column in columns:
    if column not in numeric:
        cells = {{row[column] for row in rows if words(row[column]) & left}}
        whole = {{cell for cell in cells if words(cell) <= left}}
        found[column] = whole or (cells if words(column) & left else set())
keys = [column for column in found if found[column]]
keys = [column for column in keys if words(column) & left] or keys
every, conditions = len(rows), []
for column in keys:
    if kept := [row for row in rows if row[column] in found[column]]:
        rows = kept
        conditions.append(f"{{column}} is {{' or '.join(sorted(found[column]))}}")
where = f"{{len(rows)}} of {{every}}, where {{' and '.join(conditions)}}" if conditions else f"all {{every}}"
known = words([*columns, *found.values()])
if missed := [word for word in question.split() if not words(word) <= known]:
    print(f"Not matched in the table: {{', '.join(missed)}}.")
"""

_SUMMARY = """
import statistics

if conditions:
    print(f"Rows: {where}.")
with open("summary.csv", "w") as summary:
    print("column,rows,sum,mean", file=summary)
    for column in [column for column in named if words(column) <= asked] or named[:1] or numeric:
        values = [value for row in rows if (value := number(row[column])) is not None]
        total, mean = sum(values), statistics.mean(values or [0])
        print(f"{column}: {len(values)} rows, sum {total:g}, mean {mean:g}")
        print(f"{column},{len(values)},{total:g},{mean:g}", file=summary)
if not numeric:
    print(f"No column holds numbers alone. The columns are: {', '.join(columns)}.")
"""

_COLUMN_TO_DRAW = """
if not numeric:
    print(f"No column holds numbers alone, so nothing is drawn. The columns are: {', '.join(columns)}.")
else:
    column = (named or numeric)[0]
    others = [name for name in columns if name != column]
    naming = [name for name in others if name not in numeric] or others[:1] or [column]
    name = max(naming, key=lambda name: len({row[name] for row in rows}))
    drawn = [(row[name] or "", value) for row in rows if (value := number(row[column])) is not None]
    draw([label for label, _ in drawn], [value for _, value in drawn], column)
    if not named and len(numeric) > 1:
        print(f"The question names no column of numbers, so this is the first of: {', '.join(numeric)}.")
    print(f"Column: {column}. Rows: {where}. Labels: {name}.")
    if beside := [other for other in named[1:] if words(other) <= asked - words(column)]:
        print(f"A chart has one column, so these are not drawn: {', '.join(beside)}.")
    if len(drawn) < len(rows):
        print(f"Rows left out, for they have no number: {len(rows) - len(drawn)}.")
"""

_DRAW_PNG = """
import matplotlib.pyplot as plt

plt.rcParams["text.parse_math"] = False  # a dollar sign in a label is one

def draw(labels, values, title):
    step = -(-len(values) // 24) or 1  # more labels than that cannot be read
    figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
    axes.bar(range(len(values)), values)
    turn = {"rotation": 45, "ha": "right"} if len(values) > 6 else {}
    axes.set_xticks(range(0, len(values), step), [label[:20] for label in labels[::step]], **turn)
    axes.set_ylabel(title)
    figure.savefig("chart.png")
    plt.show()
    print(f"{len(values)} bar{'s' * (len(values) != 1)}, the highest is {max(values, default=0):g}")
    if step > 1:
        print(f"Only each bar number 1, {1 + step}, {1 + 2 * step} and so on has its label.")
"""

_DRAW_SVG = """
from html import escape
from IPython.display import SVG, display


def draw(labels, values, title):
    step = -(-len(values) // 24) or 1  # more labels than that cannot be read
    low, high, width = min([0, *values]), max([0, *values]), 480 / (len(values) or 1)
    scale, turn = 180 / (high - low or 1), 40 if len(values) > 6 else 0
    parts = f'<text x="0" y="12" font-size="12" fill="#888">{escape(title)}</text>'
    for place, (label, value) in enumerate(zip(labels, values)):
        left, top = place * width, 20 + (high - max(value, 0)) * scale
        size = f'width="{width * 0.8:.1f}" height="{abs(value) * scale:.1f}"'
        parts += f'<rect x="{left:.1f}" y="{top:.1f}" {size} fill="#4c78a8"/>'
        if place % step == 0:
            there = f'transform="translate({left:.1f} 216) rotate({turn})"'
            parts += f'<text {there} font-size="11" fill="#888">{escape(label[:20])}</text>'
    frame = 'viewBox="0 0 560 310" width="560" height="310"'
    chart = f'<svg xmlns="http://www.w3.org/2000/svg" {frame}>{parts}</svg>'
    with open("chart.svg", "w") as file:
        file.write(chart)
    display(SVG(chart))
    print(f"{len(values)} bar{'s' * (len(values) != 1)}, the highest is {max(values, default=0):g}")
    if step > 1:
        print(f"Only each bar number 1, {1 + step}, {1 + 2 * step} and so on has its label.")
    print("It is an SVG image: matplotlib, which would draw a PNG, is not installed here.")
"""

_BEGINNING_OF_TABLE = """\
import csv

with open({name!r}, newline="", encoding="utf-8-sig", errors="replace") as file:
    rows = list(csv.reader(file))
print({name!r}, f"is a table. Rows: {{max(len(rows) - 1, 0)}}. It begins:")
for row in rows[:6]:
    print(", ".join(row))
"""
_BEGINNING_OF_PDF = """\
from pypdf import PdfReader

pages = [page.extract_text() for page in PdfReader({name!r}).pages]
print({name!r}, f"is a PDF. Pages: {{len(pages)}}. It begins:")
print("\\n".join(pages).strip()[:1000])
"""
_BEGINNING_OF_WORD = """\
from docx import Document

paragraphs = [paragraph.text for paragraph in Document({name!r}).paragraphs]
print({name!r}, f"is a Word file. Paragraphs: {{len(paragraphs)}}. It begins:")
print("\\n".join(paragraphs).strip()[:1000])
"""
_BEGINNING_OF_TEXT = """\
from pathlib import Path

content = Path({name!r}).read_bytes()
text = content.decode("utf-8-sig", "replace")
if b"\\0" in content:
    print({name!r}, f"is no text. Bytes: {{len(content)}}.")
elif len(text) <= 1000:
    print({name!r}, "says:")
    print(text)
else:
    print({name!r}, f"is a text. Lines: {{len(text.splitlines())}}. It begins:")
    print(text[:1000])
"""
_BEGINNINGS = {"csv": _BEGINNING_OF_TABLE, "pdf": _BEGINNING_OF_PDF, "docx": _BEGINNING_OF_WORD}


def summary(name: str, asked: Iterable[str]) -> str:
    """Compute sum and mean of the columns and rows of a CSV file that these words name."""
    return _TABLE.format(name=name, asked=" ".join(asked)) + _SUMMARY


def chart(name: str, asked: Iterable[str]) -> str:
    """Draw the column and the rows of a CSV file that these words name."""
    return _TABLE.format(name=name, asked=" ".join(asked)) + _draw() + _COLUMN_TO_DRAW


def chart_of(numbers: Sequence[str]) -> str:
    """Draw these numbers."""
    given = f"\nvalues = [{', '.join(numbers)}]\ndraw([str(value) for value in values], values, 'value')\n"
    return _draw().lstrip() + given


def beginning(name: str) -> str:
    """Print how much there is in a file, and what it begins with."""
    ending = name.lower().rpartition(".")[2]
    return _BEGINNINGS.get(ending, _BEGINNING_OF_TEXT).format(name=name)


def _draw() -> str:
    """How to draw: code runs with this Python's packages, so what is here is there as well."""
    return _DRAW_PNG if find_spec("matplotlib") is not None else _DRAW_SVG
