"""Server-sent events: bytes in, blocks out, wherever the bytes were cut. No IO.

A block has an event's name, its data and perhaps an id (WHATWG HTML, "Server-sent events"). The SDK has a
parser of its own, which blocks until a block is whole and drops every field that it does not know.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Block:
    """One event as it came: its name, its data, its id or ""."""

    name: str
    data: str
    id: str = ""


class Blocks:
    """Cuts a stream of bytes into blocks. Line ends may be LF or CRLF; comments are skipped."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> Iterator[Block]:
        """The blocks that this piece completes."""
        if not piece:
            return
        held_back = b"\r" if piece.endswith(b"\r") else b""  # half of a line end, perhaps
        whole = self._rest + piece[: len(piece) - len(held_back)]
        *blocks, rest = whole.replace(b"\r\n", b"\n").split(b"\n\n")
        self._rest = rest + held_back
        for block in blocks:
            yield from _read(block)

    def end(self) -> Iterator[Block]:
        """The last block, where the stream ended without the blank line behind it."""
        rest, self._rest = self._rest, b""
        yield from _read(rest)


def _read(block: bytes) -> Iterator[Block]:
    fields: dict[str, list[str]] = {"event": [], "data": [], "id": []}
    for line in block.decode(errors="replace").split("\n"):
        field, _, value = line.partition(":")
        if field in fields:
            fields[field].append(value.removeprefix(" "))
    if fields["event"] and fields["data"]:
        yield Block(fields["event"][-1], "\n".join(fields["data"]), "".join(fields["id"][-1:]))
