"""Outputs: what a kernel's messages say that code has printed and shown, within limits.

Messages may be anything, for code can send its own: what is not in its right form is not heard.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from threadlab.backend.code.limits import Limits

IMAGES: Mapping[str, str] = {"image/png": "png", "image/jpeg": "jpg", "image/svg+xml": "svg"}
"""Kinds of images, the best first, and how their files' names end."""

_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_UNSEEN = re.compile(r"[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Logs:
    """Text, as it was printed."""

    text: str


@dataclass(frozen=True, slots=True)
class Image:
    """An image, and how a file of it is to end: png, jpg, svg."""

    ending: str
    content: bytes


class Outputs:
    """What one call has put out so far."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._every: list[Logs | Image] = []
        self._written = 0
        self._dropped = 0
        self._images = 0

    def take(self, message: Mapping[str, Any]) -> None:
        """Hear one message."""
        content = message.get("content")
        if not isinstance(content, dict):
            return
        match message.get("msg_type"):
            case "stream":
                self._write(content.get("text"))
            case "error":
                lines = content.get("traceback")
                said = lines if isinstance(lines, list) and lines else [content.get("evalue")]
                self._write("\n".join(line for line in said if isinstance(line, str)) + "\n")
            case "execute_result" | "display_data":
                self._show(content.get("data"))

    def say(self, text: str) -> None:
        """Add a line of our own, whatever the limits."""
        self._every.append(Logs(f"{text}\n"))

    def all(self) -> list[Logs | Image]:
        """Everything, in order; texts that follow one another are one."""
        together: list[Logs | Image] = []
        for one in [*self._every, *self._cut()]:
            last = together[-1] if together else None
            if isinstance(one, Logs) and isinstance(last, Logs):
                joint = "" if last.text.endswith("\n") or not one.text.startswith("[") else "\n"
                together[-1] = Logs(last.text + joint + one.text)
            else:
                together.append(one)
        return together

    def _write(self, text: Any) -> None:
        if not isinstance(text, str):
            return
        clean = _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", _COLOURS.sub("", text))
        kept = clean[: max(self._limits.output - self._written, 0)]
        self._written += len(kept)
        self._dropped += len(clean) - len(kept)
        if kept:
            self._every.append(Logs(kept))

    def _show(self, data: Any) -> None:
        if not isinstance(data, dict):
            return
        image = next((kind for kind in IMAGES if isinstance(data.get(kind), str)), None)
        if image is None:
            text = data.get("text/plain")
            self._write(f"{text}\n" if isinstance(text, str) else None)
            return
        self._images += 1
        content = _bytes(image, data[image])
        if content and len(content) <= self._limits.file_size and self._images <= self._limits.images:
            self._every.append(Image(IMAGES[image], content))

    def _cut(self) -> Iterator[Logs]:
        if self._dropped:
            yield Logs(f"[{self._dropped} more characters were cut off]\n")
        if self._images > self._limits.images:
            yield Logs(f"[only the first {self._limits.images} of {self._images} images were kept]\n")


def _bytes(kind: str, data: str) -> bytes:
    if kind == "image/svg+xml":
        return data.encode("utf-8", "replace")
    try:
        return base64.b64decode(data)
    except (binascii.Error, ValueError):
        return b""
