"""Citation: a place in an answer that says where it has its knowledge from; and a link to a file made.

On the wire both are annotations of a message's text: `file_citation` and `file_path` (reference of the Agents
API, `MessageTextAnnotation`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_NAMELESS = "source"
"""What the service writes into a marker in place of a file's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """`marker` stands in the text from `start` to `end` (characters) and cites `quote` of a file.

    `file_name` is the one that the marker tells (`【4:0†manual.md】`); it is empty where that tells none,
    and `quote` where the service gives none.
    """

    marker: str
    start: int
    end: int
    file_id: str
    file_name: str = ""
    quote: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLink:
    """`marker` stands in the text from `start` to `end` (characters) and means a file that code made.

    It reads like a path (`sandbox:/mnt/data/chart.svg`); `lab.files.content(file_id)` gives what is in it.
    """

    marker: str
    start: int
    end: int
    file_id: str


def citations_of(part: Mapping[str, Any], begins: int = 0) -> Iterator[Citation]:
    """The citations of a text part in wire form, which begins at that character of the whole text."""
    for annotation, cited in _annotations(part, "file_citation"):
        marker = str(annotation.get("text") or "")
        yield Citation(
            marker=marker,
            start=begins + (annotation.get("start_index") or 0),
            end=begins + (annotation.get("end_index") or 0),
            file_id=str(cited.get("file_id") or ""),
            file_name=_name_in(marker),
            quote=str(cited.get("quote") or ""),
        )


def file_links_of(part: Mapping[str, Any], begins: int = 0) -> Iterator[FileLink]:
    """The links to files of a text part in wire form, which begins at that character of the whole text."""
    for annotation, linked in _annotations(part, "file_path"):
        yield FileLink(
            marker=str(annotation.get("text") or ""),
            start=begins + (annotation.get("start_index") or 0),
            end=begins + (annotation.get("end_index") or 0),
            file_id=str(linked.get("file_id") or ""),
        )


def _annotations(part: Mapping[str, Any], kind: str) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    text = part.get("text")
    for annotation in (text.get("annotations") or ()) if isinstance(text, Mapping) else ():
        if annotation.get("type") == kind:
            yield annotation, annotation.get(kind) or {}


def _name_in(marker: str) -> str:
    name = marker.partition("†")[2].rstrip("】")
    return "" if name == _NAMELESS else name
