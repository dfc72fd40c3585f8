"""Hosted lines: what came of a file search, or of code that the service ran, worded for the run card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from threadlab.objects.hosted_call import CODE_INTERPRETER, FILE_SEARCH
from threadlab.objects.image import Image
from threadlab.objects.tool_call import ToolCall
from threadlab.widgets.drawing.short_forms import clipped, first_line

LONGEST_SNIPPET = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultLine:
    """What a search found: the file, how well it fits (`light`, 0 to 1, and in digits), a snippet."""

    file_id: str
    file_name: str
    light: float
    score: str
    snippet: str


@dataclass(frozen=True, slots=True)
class Picture:
    """An image by the id of its file. `uri` holds all of it; empty where it was not read."""

    file_id: str
    uri: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedLines:
    """Results of a search, or code with what it printed and drew. `nothing` says that a search found none."""

    results: tuple[ResultLine, ...] = ()
    nothing: bool = False
    code: str = ""
    logs: str = ""
    pictures: tuple[Picture, ...] = ()


def hosted_lines_of(call: ToolCall, images: Sequence[Image] = ()) -> HostedLines | None:
    """The lines of a file search or of code; None for a call that has arguments and an output."""
    if call.kind not in (FILE_SEARCH, CODE_INTERPRETER):
        return None
    code = call.code
    results = tuple(
        ResultLine(
            file_id=one.file_id,
            file_name=one.file_name or one.file_id,
            light=min(max(one.score, 0.0), 1.0),
            score=f"{one.score:.2f}",
            snippet=first_line(one.text or "", LONGEST_SNIPPET),
        )
        for one in call.results
    )
    return HostedLines(
        results=results,
        nothing=code is None and not results and bool(call.detail.get(call.kind)),
        code=clipped(code.input if code and code.input else call.arguments),
        logs=clipped(code.logs.rstrip("\n")) if code else "",
        pictures=pictures(code.images if code else (), images),
    )


def pictures(file_ids: Sequence[str], images: Sequence[Image]) -> tuple[Picture, ...]:
    """These images, each with its bytes where they were read."""
    read = {image.file_id: image.data_uri for image in images}
    return tuple(Picture(file_id, read.get(file_id, "")) for file_id in file_ids)
