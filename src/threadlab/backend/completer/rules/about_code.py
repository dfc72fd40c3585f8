"""The rules about code: to compute or draw where code can be run, and to tell what came of it.

What they run are a few programs (`programs.py`): a table's columns in numbers, a chart of one of them, a
chart of numbers that the message gives, the beginning of a file; or code that stands in the message itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from threadlab.backend.completer.port import Call, Request
from threadlab.backend.completer.rules import outputs, programs
from threadlab.backend.completer.rules.choosing import NO_TOOLS
from threadlab.backend.completer.rules.reading import Answer, Reading
from threadlab.backend.completer.rules.values import expressions, in_signs
from threadlab.backend.completer.rules.words import GENERIC, VOCABULARY, human, stems, words

CODE, SEARCH = "code_interpreter", "file_search"

_DRAWS = re.compile(r"\b(?:plot|draw|chart|graph|diagram|histogram|visuali[sz]e)", re.I)
_COMPUTES = re.compile(
    r"\b(?:comput|calculat|average|mean|median|sum\b|total|statistic|analy[sz]|summari[sz]e|python|run\b)",
    re.I,
)
_FENCED = re.compile(r"```(?:python|py)?[ \t]*\n(.*?)```", re.S)
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])")

_ASIDE = stems(VOCABULARY["aside"])
_OTHER_KIND = re.compile(r"\b(line|pie|scatter|histogram|box)\b", re.I)
_LOOKS = re.compile(
    r"\b(?:what|summari[sz]e|read|open|show|describe|tell|look|see|list|contents?|begins?)\b", re.I
)
_ATTACHED = re.compile(
    r"\battach(?:ed|ments?)\b|\bupload(?:ed)?\b"
    r"|\b(?:the|this|these|that|those|my|our|your)\s+(?:\w+\s+){0,2}(?:file|document|table|spreadsheet|data|csv|pdf)s?\b",
    re.I,
)
MOST_FILES = 3


def code(reading: Reading) -> Answer | None:
    """Code can be run, has not been, and the message asks for it or the tool choice demands it."""
    files, message = _files(reading), reading.message
    if files is None:
        return None
    written = _written(message, files)
    if written is None and _is_demanded(reading.request):
        shown = _beginnings(files, message) if files else f"print({message!r})"
        written = "the tool choice demands it", shown
    return _run(*written) if written else None


def attachment(reading: Reading) -> Answer | None:
    """The message asks what is in a file that only code can read."""
    files, message = _files(reading), reading.message
    if not files or not _LOOKS.search(message):
        return None
    tools = [tool for tool in reading.request.tools if tool.get("type") == SEARCH]
    searched = [name for tool in tools for name in tool.get("files", ())]
    is_named = any(name in message and name not in searched for name in files)
    if not is_named and (searched or not _ATTACHED.search(message)):
        return None
    return _run("the message asks what is in a file that code can read", _beginnings(files, message))


def code_results(reading: Reading) -> Answer | None:
    """Code has run, and nothing is left to call."""
    made = outputs.made(reading.request)
    if not any(called.name == CODE for called in made):
        return None
    told = [_told(outputs.parsed(c.output)) if c.name == CODE else outputs.told(c) for c in made]
    is_chart = any("images_shown_to_the_user" in c.output for c in made if c.name == CODE)
    if is_chart and not _FENCED.search(reading.message) and (kind := _OTHER_KIND.search(reading.message)):
        told.append(f"I draw bars alone, so this is no {kind[1].lower()} chart.")
    return Answer("the code has run", "\n\n".join(told), outputs.gist(made[-1]), whole=True)


def _files(reading: Reading) -> list[str] | None:
    """The names of the files that code can read; None where it cannot be run, may not, or has been."""
    request = reading.request
    offer = next((tool for tool in request.tools if tool.get("type") == CODE), None)
    is_done = any(called.name == CODE for called in outputs.made(request))
    if offer is None or is_done or request.tool_choice == "none" or NO_TOOLS.search(reading.message):
        return None
    return [str(name) for name in offer.get("files", ())]


def _run(because: str, program: str) -> Answer:
    return Answer(because, calls=(Call(CODE, json.dumps({"input": program}, ensure_ascii=False)),))


def _beginnings(files: list[str], message: str) -> str:
    """What prints the beginnings of the files that are named, or else of the first few."""
    named = [name for name in files if name in message] or files[:MOST_FILES]
    return "\n".join(map(programs.beginning, named))


def _written(message: str, files: list[str]) -> tuple[str, str] | None:
    """Why code is run, and the code; None where the message asks for none."""
    if fenced := _FENCED.search(message):
        return "the message gives the code itself", fenced[1]
    draws, computes = bool(_DRAWS.search(message)), bool(_COMPUTES.search(message))
    if not draws and not computes:
        return None
    tables = [name for name in files if name.lower().endswith(".csv")]
    if tables and (name := next((name for name in tables if name in message), tables[0])):
        asked = _asked(message.replace(name, ""))
        if draws:
            return f"the message asks to draw, and {name} can be read", programs.chart(name, asked)
        return f"the message asks to compute, and {name} can be read", programs.summary(name, asked)
    numbers = _NUMBER.findall(message)
    if draws and len(numbers) > 1:
        return "the message asks to draw numbers that it gives", programs.chart_of(numbers)
    found = next(iter(expressions(in_signs(message))), None)
    if found is not None:
        return "the message asks to compute a term", f"from math import *\n\nprint({found.text})"
    return None


def _asked(message: str) -> list[str]:
    """The words that may name a column of a table or what stands in it."""
    told = [word for stem_, word in words(message).items() if stem_ not in _ASIDE]
    return [w for w in told if w.lower() not in GENERIC and not _DRAWS.match(w) and not _COMPUTES.match(w)]


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
