"""Hosted call: what came of a file search, or of code that the service ran.

The service answers all calls but those of functions itself. Most of them have arguments and an output, as
functions have; those of `file_search` and `code_interpreter` have not: what they did stands in the call's
`detail` (reference of the Agents API, `RunStepFileSearchToolCall`, `RunStepCodeInterpreterToolCall`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FILE_SEARCH = "file_search"
CODE_INTERPRETER = "code_interpreter"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """A chunk of a file that a search found, and how well it fits: `score`, 0 to 1.

    `text` is None where it was not asked for: `run.steps()` asks, the service's plain list does not.
    """

    file_id: str
    file_name: str
    score: float
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeResult:
    """Code that the model wrote and the service ran: `input`, what it printed, and the ids of its images."""

    input: str
    logs: str = ""
    images: tuple[str, ...] = ()


def search_results(detail: Mapping[str, Any]) -> tuple[SearchResult, ...]:
    """What a call of file_search found, best first as the service gives it; empty for other calls."""
    found = _body(detail, FILE_SEARCH).get("results")
    return tuple(_result(one) for one in found or () if isinstance(one, Mapping))


def code_result(detail: Mapping[str, Any]) -> CodeResult | None:
    """What a call of code_interpreter ran; None for other calls."""
    if detail.get("type") != CODE_INTERPRETER:
        return None
    body = _body(detail, CODE_INTERPRETER)
    outputs = [one for one in body.get("outputs") or () if isinstance(one, Mapping)]
    images = [one["image"] for one in outputs if isinstance(one.get("image"), Mapping)]
    return CodeResult(
        input=str(body.get("input") or ""),
        logs="".join(str(one.get("logs") or "") for one in outputs),
        images=tuple(str(image["file_id"]) for image in images if image.get("file_id")),
    )


def _body(detail: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    body = detail.get(kind)
    return body if isinstance(body, Mapping) else {}


def _result(wire: Mapping[str, Any]) -> SearchResult:
    return SearchResult(
        file_id=str(wire.get("file_id") or ""),
        file_name=str(wire.get("file_name") or ""),
        score=float(wire.get("score") or 0.0),
        text=_text(wire.get("content")),
    )


def _text(content: Sequence[Mapping[str, Any]] | None) -> str | None:
    return None if content is None else "".join(str(part.get("text") or "") for part in content)
