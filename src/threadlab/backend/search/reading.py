"""Reading: the text of a file, by the ending of its name.

Text is UTF-8, or UTF-16 with a byte order mark, as the service demands. What is compressed inside (PDF, DOCX)
is read only as far as a bound: a small file may unpack to gigabytes.
"""

from __future__ import annotations

import io
import logging
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping

MOST_TEXT = 20 * 2**20
"""Characters of text in one file: about the five million tokens that the service takes."""
MOST_UNPACKED = 100 * 2**20
"""Bytes that a compressed file may unpack to."""

TEXT = (
    "c cfg cpp cs css csv go h ini ipynb java js json jsonl log md php py r rb rs rst sh sql tex toml ts tsv "
    "txt xml yaml yml"
)
"""Endings of names of files that are read as they are."""
BLOCKS = (
    "address article aside blockquote br caption dd details div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr li main nav ol option p pre section summary table td th title tr ul"
)
"""Elements of a page that begin and end a line; all others stand within one."""

_SPACES = re.compile(r"\s+")
logging.getLogger("pypdf").addHandler(logging.NullHandler())  # what it finds wrong is told by Unreadable


class Unreadable(Exception):
    """There is no text to be had. `code` is the service's word: unsupported_file or invalid_file."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def text_of(filename: str, content: bytes) -> str:
    """The text of a file. Raises Unreadable, with the reason in words."""
    ending = filename.rpartition(".")[2].lower() if "." in filename else ""
    if ending not in READERS:
        known = ", ".join(sorted(READERS))
        raise Unreadable(
            "unsupported_file", f"a file named *.{ending} cannot be searched; these can: {known}"
        )
    try:
        text = READERS[ending](content)
    except Unreadable:
        raise
    except Exception as error:  # a library meets a broken file in its own way
        message = f"the file cannot be read as {ending}: {type(error).__name__}: {error}"
        raise Unreadable("invalid_file", message[:500]) from error
    if not text.strip():
        raise Unreadable("invalid_file", "there is no text in the file")
    return text


def _plain(content: bytes) -> str:
    is_16 = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        text = content.decode("utf-16" if is_16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"the file is neither UTF-8 nor UTF-16 with a byte order mark (byte {error.start})"
        raise Unreadable("invalid_file", message) from None
    if "\0" in text:
        raise Unreadable("invalid_file", "the file is no text: it holds null characters")
    return _bounded([text])


def _html(content: bytes) -> str:
    from bs4 import BeautifulSoup  # noqa: PLC0415

    page = BeautifulSoup(_plain(content), "html.parser")
    for unseen in page(["script", "style", "template", "noscript"]):
        unseen.decompose()
    for words in page.find_all(string=True):
        if words.find_parent("pre") is None:
            words.replace_with(_SPACES.sub(" ", words))
    for block in page(BLOCKS.split()):
        block.insert_before("\n")
        block.append("\n")
    lines = (" ".join(line.split()) for line in page.get_text().splitlines())
    return _bounded(f"{line}\n" for line in lines if line)


def _pdf(content: bytes) -> str:
    from pypdf import PdfReader  # noqa: PLC0415

    return _bounded(f"{page.extract_text()}\n\n" for page in PdfReader(io.BytesIO(content)).pages)


def _docx(content: bytes) -> str:
    from docx import Document  # noqa: PLC0415

    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        unpacked = sum(part.file_size for part in packed.infolist())
    if unpacked > MOST_UNPACKED:
        message = f"the file unpacks to {unpacked} bytes; {MOST_UNPACKED} are read at most"
        raise Unreadable("invalid_file", message)
    document = Document(io.BytesIO(content))
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return _bounded(f"{text}\n" for text in (*(p.text for p in document.paragraphs), *cells))


def _bounded(pieces: Iterable[str]) -> str:
    taken: list[str] = []
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > MOST_TEXT:
            raise Unreadable("invalid_file", f"the file has more than {MOST_TEXT} characters of text")
        taken.append(piece)
    return "".join(taken)


READERS: Mapping[str, Callable[[bytes], str]] = {
    **dict.fromkeys(TEXT.split(), _plain),
    "html": _html,
    "htm": _html,
    "pdf": _pdf,
    "docx": _docx,
}
"""How each kind of file is read."""
