"""Multipart bodies: files and fields of an upload, encoded as a browser would."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from werkzeug.datastructures import Headers
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartEncoder, Preamble


def encode_form(fields: Mapping[str, Any], files: Any) -> tuple[bytes, str]:
    """The body and its content type.

    `files` is as azure-core has it: names, each with its content or with (file name, content, type).
    """
    boundary = secrets.token_hex(16)
    encoder = MultipartEncoder(boundary.encode())
    body = b"".join(encoder.send_event(event) for event in _events(fields, files))
    return body, f"multipart/form-data; boundary={boundary}"


def _events(fields: Mapping[str, Any], files: Any) -> Iterator[Event]:
    yield Preamble(data=b"")
    for name, value in fields.items():
        yield Field(name=name, headers=Headers())
        yield Data(data=str(value).encode(), more_data=False)
    for name, value in files.items() if isinstance(files, Mapping) else files:
        filename, content, *rest = value if isinstance(value, tuple) else (None, value)
        headers = Headers([("Content-Type", rest[0])] if rest and rest[0] else [])
        yield (
            File(name=name, filename=filename, headers=headers)
            if filename
            else Field(name=name, headers=headers)
        )
        yield Data(data=_bytes(content), more_data=False)
    yield Epilogue(data=b"")


def _bytes(content: Any) -> bytes:
    content = content.read() if hasattr(content, "read") else content
    return content.encode() if isinstance(content, str) else bytes(content)
