"""Multipart bodies: files and fields of an upload, encoded as a browser would."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from urllib3.filepost import encode_multipart_formdata


def encode_form(fields: Mapping[str, Any], files: Any) -> tuple[bytes, str]:
    """The body and its content type.

    `files` is as azure-core has it: names, each with its content or with (file name, content, type).
    """
    parts: list[tuple[str, Any]] = [(name, str(value)) for name, value in fields.items()]
    for name, value in files.items() if isinstance(files, Mapping) else files:
        filename, content, *rest = value if isinstance(value, tuple) else (None, value)
        parts.append((name, (filename, _bytes(content), rest[0] if rest else None)))
    return encode_multipart_formdata(parts)


def _bytes(content: Any) -> bytes:
    content = content.read() if hasattr(content, "read") else content
    return content.encode() if isinstance(content, str) else bytes(content)
