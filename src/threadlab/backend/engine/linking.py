"""Linking: the paths that an answer writes become links to the files that its run's code has made.

The code interpreter tells the model the path of each new file, `sandbox:/mnt/data/result.csv`. Where the
model writes it, the piece of text gets an annotation with the file. A path of no such file stays text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from threadlab.backend.completer.port import Called, Piece, Request, Text


def linked(pieces: Iterable[Piece], request: Request) -> Iterator[Piece]:
    """The pieces, with an annotation where text is a known path. Text is held back where one may begin."""
    files = dict(file for group in request.rounds for called in group for file in _files(called))
    if not files:
        yield from pieces
        return
    held = ""
    for piece in pieces:
        if isinstance(piece, Text) and piece.text and not piece.annotations:
            found, held = _split(held + piece.text, files, is_all=False)
            yield from found
        elif isinstance(piece, Text) and not piece.text:
            yield piece
        else:
            yield from _split(held, files, is_all=True)[0]
            held = ""
            yield piece
    yield from _split(held, files, is_all=True)[0]


def _split(text: str, files: dict[str, str], *, is_all: bool) -> tuple[list[Text], str]:
    """Text and links in turn; and what is held back, for it may be the beginning of a path."""
    found: list[Text] = []
    while text:
        here = min((place for path in files if (place := text.find(path)) >= 0), default=-1)
        held = len(text) if is_all else _may_begin(text, files)
        if here < 0 or held < here:
            return [*found, *_texts(text[:held])], text[held:]
        path = max((path for path in files if text.startswith(path, here)), key=len)
        if not is_all and any(longer != path and longer.startswith(text[here:]) for longer in files):
            return [*found, *_texts(text[:here])], text[here:]
        link = {"type": "file_path", "text": path, "file_path": {"file_id": files[path]}}
        found += [*_texts(text[:here]), Text(path, (link,))]
        text = text[here + len(path) :]
    return found, ""


def _may_begin(text: str, files: dict[str, str]) -> int:
    """Where the end of the text may be the beginning of a path; its length if nowhere."""
    longest = max(map(len, files))
    starts = range(max(len(text) - longest, 0), len(text))
    return next((at for at in starts if any(path.startswith(text[at:]) for path in files)), len(text))


def _texts(text: str) -> list[Text]:
    return [Text(text)] if text else []


def _files(called: Called) -> Iterator[tuple[str, str]]:
    """The paths of the files that a call of the code interpreter has made, with their ids."""
    if called.name != "code_interpreter":
        return
    try:
        told = json.loads(called.output)
    except ValueError:
        return
    for file in (told.get("files") or ()) if isinstance(told, dict) else ():
        yield str(file["path"]), str(file["file_id"])
