"""Message pictures: the images of a message, in words and, where their bytes are known, to look at.

A link to somewhere else is only named: looking at a message reaches for no network.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from threadlab.objects.image import Image, image_in
from threadlab.objects.message import Message, Part
from threadlab.widgets.drawing.page import html, styled
from threadlab.widgets.runs.hosted_lines import Picture, pictures

LONGEST_LINK = 80


def pictures_of(message: Message, images: Sequence[Image] = ()) -> tuple[Picture, ...]:
    """Those of its images that can be shown: the ones in `images`, by their file, and those that it holds."""
    held = (image_in(link) for link in message.image_links)
    shown = [Picture(_words_of(image), image.data_uri) for image in held if image is not None]
    return (*(one for one in pictures(message.images, images) if one.uri), *shown)


def part_words(part: Part) -> str:
    """A part that is no text, in brackets: its kind, and of an image where it is from."""
    return f"[{' '.join([part.kind, *_origin(part)])}]"


def image_html(image: Image) -> str:
    """A picture alone, as HTML that needs nothing else."""
    return styled(html("picture.html", one=Picture(image.file_id or _words_of(image), image.data_uri)))


def image_text(image: Image) -> str:
    """A picture on one line."""
    return f"image {image.file_id} · {_words_of(image)}"


def _origin(part: Part) -> Iterator[str]:
    body = part.detail.get(part.kind)
    if not isinstance(body, Mapping):
        return
    if file_id := body.get("file_id"):
        yield str(file_id)
    link = str(body.get("url") or "")
    if link.startswith("data:"):
        image = image_in(link)
        yield "that is no picture" if image is None else _words_of(image)
    elif link:
        yield link if len(link) <= LONGEST_LINK else f"{link[: LONGEST_LINK - 1]}…"


def _words_of(image: Image) -> str:
    return f"{image.media_type}, {len(image.content):,} bytes"
