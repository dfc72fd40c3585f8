"""Image: a picture in a message, or made by an agent's code, small enough to be shown where it stands."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass, field

MOST_BYTES = 1_000_000
"""A larger file is not shown inline: it would stay in every stored notebook."""

_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"<svg", "image/svg+xml"),
    (b"<?xml", "image/svg+xml"),
)


@dataclass(frozen=True, slots=True)
class Image:
    """A picture with the id of its file. `media_type` was told from its first bytes, not from its name."""

    file_id: str
    media_type: str
    content: bytes = field(repr=False)

    @property
    def data_uri(self) -> str:
        """The picture as a link that holds all of it. An SVG in an `img` element runs no script."""
        return f"data:{self.media_type};base64,{b64encode(self.content).decode('ascii')}"


def image_in(link: str) -> Image | None:
    """The picture that a `data:` link holds, without the id of a file; None for any other link."""
    head, _, text = link.partition(",")
    if not head.startswith("data:") or not head.endswith(";base64"):
        return None
    try:
        return image_of("", b64decode(text, validate=True))
    except ValueError:
        return None


def image_of(file_id: str, content: bytes) -> Image | None:
    """The picture in these bytes; None for what is no picture, or larger than `MOST_BYTES`."""
    if len(content) > MOST_BYTES:
        return None
    beginning = content[:64].lstrip()
    found = (media_type for first, media_type in _BEGINNINGS if beginning.startswith(first))
    media_type = next(found, "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None)
    return None if media_type is None else Image(file_id, media_type, content)
