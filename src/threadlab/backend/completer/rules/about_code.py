"""The rules about code: to compute or draw where code can be run, and to tell what came of it.

What they run are a few templates: a table's columns in numbers, a chart of one of them, a chart of numbers
that the message gives, or code that stands in the message itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from threadlab.backend.completer.port import Call, Request
from threadlab.backend.completer.rules import outputs
from threadlab.backend.completer.rules.choosing import NO_TOOLS
from threadlab.backend.completer.rules.reading import Answer, Reading
from threadlab.backend.completer.rules.values import expressions, in_signs
from threadlab.backend.completer.rules.words import human

CODE = "code_interpreter"

_DRAWS = re.compile(r"\b(?:plot|draw|chart|graph|diagram|histogram|visuali[sz]e)", re.I)
_COMPUTES = re.compile(
    r"\b(?:comput|calculat|average|mean|median|sum\b|total|statistic|analy[sz]|summari[sz]e|python|run\b)",
    re.I,
)
_FENCED = re.compile(r"```(?:python|py)?[ \t]*\n(.*?)```", re.S)
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])")

_READ = """\
import csv

with open({name!r}, newline="") as file:
    rows = list(csv.DictReader(file))
"""
_SUMMARY = """\
import statistics

with open("summary.csv", "w") as summary:
    print("column,rows,sum,mean", file=summary)
    for column in rows[0]:
        try:
            values = [float(row[column]) for row in rows]
        except ValueError:
            continue
        total, mean = sum(values), statistics.mean(values)
        print(f"{column}: {len(values)} rows, sum {total:g}, mean {mean:g}")
        print(f"{column},{len(values)},{total:g},{mean:g}", file=summary)
"""
_NUMBERS_OF_A_COLUMN = """\

def is_number(text):
    return text.strip().lstrip("+-").replace(".", "", 1).isdigit()

first, *others = rows[0]
column = next((name for name in others if all(is_number(row[name]) for row in rows)), first)
labels = [row[first] for row in rows]
values = [float(row[column]) for row in rows]
"""
_CHART = """\

from html import escape
from IPython.display import SVG, display

width, highest = 480 / len(values), max(map(abs, values)) or 1
bars = ""
for place, (label, value) in enumerate(zip(labels, values)):
    left, height = place * width, abs(value) / highest * 180
    size = f'width="{width * 0.8:.1f}" height="{height:.1f}"'
    bars += f'<rect x="{left:.1f}" y="{200 - height:.1f}" {size} fill="#4c78a8"/>'
    bars += f'<text x="{left:.1f}" y="216" font-size="12" fill="#888">{escape(label)}</text>'
chart = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 224" width="480" height="224">{bars}</svg>'
with open("chart.svg", "w") as file:
    file.write(chart)
display(SVG(chart))
print(f"{len(values)} bars, the highest is {max(values):g}")
"""


def code(reading: Reading) -> Answer | None:
    """Code can be run, has not been, and the message asks for it or the tool choice demands it."""
    request, message = reading.request, reading.message
    offer = next((tool for tool in request.tools if tool.get("type") == CODE), None)
    is_done = any(called.name == CODE for called in outputs.made(request))
    if offer is None or is_done or request.tool_choice == "none" or NO_TOOLS.search(message):
        return None
    written = _written(message, [str(name) for name in offer.get("files", ())])
    if written is None and _is_demanded(request):
        written = "the tool choice demands it", f"print({message!r})"
    if written is None:
        return None
    because, text = written
    return Answer(because, calls=(Call(CODE, json.dumps({"input": text}, ensure_ascii=False)),))


def code_results(reading: Reading) -> Answer | None:
    """Code has run, and nothing is left to call."""
    made = outputs.made(reading.request)
    if not any(called.name == CODE for called in made):
        return None
    told = [_told(outputs.parsed(c.output)) if c.name == CODE else outputs.told(c) for c in made]
    return Answer("the code has run", "\n\n".join(told), outputs.gist(made[-1]), whole=True)


def _written(message: str, files: list[str]) -> tuple[str, str] | None:
    """Why code is run, and the code; None where the message asks for none."""
    if fenced := _FENCED.search(message):
        return "the message gives the code itself", fenced[1]
    draws, computes = bool(_DRAWS.search(message)), bool(_COMPUTES.search(message))
    if not draws and not computes:
        return None
    tables = [name for name in files if name.lower().endswith(".csv")]
    if tables and (name := next((name for name in tables if name in message), tables[0])):
        read = _READ.format(name=name)
        if draws:
            return f"the message asks to draw, and {name} can be read", read + _NUMBERS_OF_A_COLUMN + _CHART
        return f"the message asks to compute, and {name} can be read", read + _SUMMARY
    numbers = _NUMBER.findall(message)
    if draws and len(numbers) > 1:
        given = f"values = [{', '.join(numbers)}]\nlabels = [str(value) for value in values]\n"
        return "the message asks to draw numbers that it gives", given + _CHART
    found = next(iter(expressions(in_signs(message))), None)
    if found is not None:
        return "the message asks to compute a term", f"from math import *\n\nprint({found.text})"
    return None


def _is_demanded(request: Request) -> bool:
    """Whether the tool choice leaves nothing else to do in this run."""
    choice: Any = request.tool_choice
    return isinstance(choice, Mapping) and (choice.get("function") or {}).get("name") == CODE


def _told(data: Any) -> str:
    """What came of the code, with links to its files."""
    if not isinstance(data, dict):
        return str(data)
    logs = str(data.get("logs", "")).strip()
    told = [f"The code printed:\n\n{logs}" if logs else "The code printed nothing."]
    if data.get("images_shown_to_the_user"):
        told[0] = f"Here is the chart. {told[0]}"
    files = [f"[{file['path'].rpartition('/')[2]}]({file['path']})" for file in data.get("files", ())]
    if files:
        told.append(f"It wrote {human(files)}.")
    return "\n\n".join(told)
