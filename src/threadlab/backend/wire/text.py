"""Text: what comes with a request has to be text that can be written down again."""

from __future__ import annotations

from itertools import chain

from threadlab.backend.wire.errors import bad_request
from threadlab.backend.wire.http import Request


def check_text(request: Request) -> None:
    """Raise a 400 for a lone surrogate in what names the request: half a character, which no server sends on.

    A request that was made by hand in this process may have one; it can be neither stored nor answered.
    """
    words = chain.from_iterable(request.query.items())
    written = "".join((request.method, request.path, *words, request.headers.get("last-event-id", "")))
    if written.isascii():
        return
    try:
        written.encode()
    except UnicodeEncodeError as error:
        half = written[error.start].encode("unicode_escape").decode()
        raise bad_request(f"The path or the query holds {half}, half of a character and no text.") from None
