"""Message: one entry of a thread, by the user or by an agent in a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from threadlab.objects.citation import Citation, FileLink, citations_of, file_links_of

BETWEEN_PARTS = "\n\n"


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a message's content: `kind` as on the wire ("text", "image_file", ...).

    `text` is filled for text parts alone; `detail` holds the part as it came (annotations, file ids).
    """

    kind: str
    text: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as the service holds it. `run_id` and `agent_id` are set when a run wrote it."""

    id: str
    thread_id: str
    role: str
    content: tuple[Part, ...]
    run_id: str | None = None
    agent_id: str | None = None
    attachments: tuple[Mapping[str, Any], ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    created_at: int = 0
    native: Any = field(default=None, repr=False, compare=False)

    @property
    def text(self) -> str:
        """All text parts, joined by blank lines."""
        return BETWEEN_PARTS.join(part.text for part in self.content if part.kind == "text")

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Where it cites files: `message.text[one.start:one.end]` is the marker of each."""
        return tuple(one for begins, part in self._texts() for one in citations_of(part.detail, begins))

    @property
    def file_links(self) -> tuple[FileLink, ...]:
        """Where it names files that an agent's code made."""
        return tuple(one for begins, part in self._texts() for one in file_links_of(part.detail, begins))

    @property
    def images(self) -> tuple[str, ...]:
        """The ids of the image files in it, in order."""
        parts = (part.detail.get("image_file") for part in self.content if part.kind == "image_file")
        return tuple(str(one["file_id"]) for one in parts if isinstance(one, Mapping) and one.get("file_id"))

    @property
    def image_links(self) -> tuple[str, ...]:
        """The images in it that are given by a link, in order; one that begins with `data:` is all there."""
        parts = (part.detail.get("image_url") for part in self.content if part.kind == "image_url")
        return tuple(str(one["url"]) for one in parts if isinstance(one, Mapping) and one.get("url"))

    def _texts(self) -> Iterator[tuple[int, Part]]:
        """Each text part, with the place in `text` where it begins."""
        begins = 0
        for part in self.content:
            if part.kind == "text":
                yield begins, part
                begins += len(part.text) + len(BETWEEN_PARTS)
