"""Hosted text: what came of a call that the service answered itself, as lines for a terminal or a page."""

from __future__ import annotations

from collections.abc import Iterator

from threadlab.objects.hosted_call import SearchResult
from threadlab.objects.tool_call import ToolCall

CELLS = 10
LONGEST_SNIPPET = 64


def hosted_lines(call: ToolCall) -> Iterator[str]:
    """What was found, or the code with what it printed and drew. Nothing for a call of another kind."""
    if call.kind == "file_search" and not call.results and call.detail.get(call.kind):
        yield "found nothing"
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
    line = " ".join((text or "").split())
    return f": {line if len(line) <= LONGEST_SNIPPET else line[: LONGEST_SNIPPET - 1] + '…'}" if line else ""
