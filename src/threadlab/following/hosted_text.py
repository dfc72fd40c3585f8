"""Hosted text: what came of a call that the service answered itself, as lines for a terminal or a page."""

from __future__ import annotations

from collections.abc import Iterator

from threadlab.objects.hosted_call import FILE_SEARCH, SearchResult
from threadlab.objects.tool_call import ToolCall

CELLS = 10
LONGEST_SNIPPET = 64
LONGEST_OUTPUT = 400


def hosted_lines(call: ToolCall) -> Iterator[str]:
    """What was found, the code with what it printed and drew, or an output. Nothing for a function's call."""
    if call.kind == FILE_SEARCH and not call.results and call.detail.get(call.kind):
        yield "found nothing"
    if call.is_hosted and call.output is not None:
        yield f"{call.title}({_line(call.arguments, LONGEST_OUTPUT)})  {_line(call.output, LONGEST_OUTPUT)}"
    yield from map(result_line, call.results)
    if (code := call.code) is not None:
        yield from (f"in   {line}" for line in code.input.splitlines())
        yield from (f"out  {line}" for line in code.logs.splitlines())
        yield from (f"image {file_id}" for file_id in code.images)


def result_line(result: SearchResult) -> str:
    """A result on one line: how well it fits, the file, the beginning of the text."""
    return f"{score_bar(result.score)} {result.score:.2f}  {result.file_name}{_snippet(result.text)}"


def score_bar(score: float) -> str:
    """A score, 0 to 1, as a bar of ten cells."""
    full = round(CELLS * min(max(score, 0.0), 1.0))
    return "▰" * full + "▱" * (CELLS - full)


def _snippet(text: str | None) -> str:
    line = _line(text or "", LONGEST_SNIPPET)
    return f": {line}" if line else ""


def _line(text: str, longest: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
