"""Content: what a client says in a message, checked block by block, as responses show it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from threadlab.backend.file_records import FileRecord
from threadlab.backend.records import Json
from threadlab.backend.routes.call import Room
from threadlab.backend.wire import objects
from threadlab.backend.wire.errors import bad_request, not_found
from threadlab.backend.wire.invalid import invalid

IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"RIFF")
"""How files of the kinds that the service takes as images begin: PNG, JPEG, GIF, WebP."""
DATA = "data:image/"


class _Block(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)


class _Text(BaseModel):
    value: str


class _TextBlock(_Block):
    text: str | _Text


Detail = Literal["auto", "low", "high"]


def _image_address(url: str) -> str:
    if url.startswith(DATA):
        _, _, data = url.partition(";base64,")
        try:
            held = base64.b64decode(data, validate=True)
        except (binascii.Error, ValueError):
            held = b""
        if not held:
            raise ValueError("a data: address holds an image in base64, data:image/png;base64,…")
    elif urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise ValueError("expected an address that begins with https://, http:// or data:image/")
    return url


class _ImageUrl(_Block):
    url: Annotated[str, AfterValidator(_image_address)]
    detail: Detail = "auto"


class _ImageUrlBlock(_Block):
    image_url: _ImageUrl


class _ImageFile(_Block):
    file_id: str
    detail: Detail = "auto"


class _ImageFileBlock(_Block):
    image_file: _ImageFile


BLOCKS: Mapping[str, type[_Block]] = {
    "text": _TextBlock,
    "image_file": _ImageFileBlock,
    "image_url": _ImageUrlBlock,
}


def content_of(room: Room, content: str | list[Json]) -> list[Json]:
    """Content as responses show it; input text blocks hold a plain string, output ones an object.

    Raises a 400 for a block that is none of the service's kinds, or that is no image, and a 404 for a file
    that is not there.
    """
    if isinstance(content, str):
        return [objects.text_part(content)]
    return [_part(room, block, f"content[{index}]") for index, block in enumerate(content)]


def _part(room: Room, sent: Json, place: str) -> Json:
    kind = BLOCKS.get(str(sent.get("type")))
    if kind is None:
        raise bad_request(
            f"Invalid '{place}': expected a block of type {', '.join(BLOCKS)} with its content under the "
            "same name.",
            param="content",
        )
    try:
        block = kind.model_validate(sent)
    except ValidationError as error:
        raise invalid(error, place) from None
    if isinstance(block, _TextBlock):
        return objects.text_part(block.text if isinstance(block.text, str) else block.text.value)
    if isinstance(block, _ImageFileBlock):
        _check_image(room, block.image_file.file_id, f"{place}.image_file.file_id")
    return sent


def _check_image(room: Room, id: str, param: str) -> None:
    record: Any = room.store.get(FileRecord, id)
    if record is None:
        raise not_found("file", id)
    with room.blobs.open(record.sha256) as file:
        begins = file.read(8)
    if not begins.startswith(IMAGES):
        raise bad_request(
            f"Invalid '{param}': file '{record.filename}' is no image. Images are PNG, JPEG, GIF or WebP; "
            "a document is attached: attachments=[{'file_id': …, 'tools': [{'type': 'file_search'}]}].",
            param=param,
        )
