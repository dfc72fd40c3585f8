"""The gate: what a request must be before a handler sees it. It works on plain data and waits for nothing.

Every refusal is a 4xx in the service's envelope. The `Host` header is checked because a page in a browser
can be made to talk to this machine under a name of its own (DNS rebinding); such a page has no key either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

from threadlab.backend.files.blobs import LARGEST_FILE
from threadlab.backend.wire.bearer import check_key
from threadlab.backend.wire.errors import ApiError, bad_request, not_allowed
from threadlab.backend.wire.http import Request

MOST_BODY = 8 * 2**20
"""Bytes of a body."""
MOST_HEAD = 64 * 2**10
"""Bytes of a request's first line and headers."""
MOST_PARAMETERS = 50

METHODS = ("GET", "POST", "DELETE")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
EVERYWHERE = ("0.0.0.0", "::")
HEALTH = "/healthz"

_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[^:\[\]]*)(:\d{1,5})?", re.IGNORECASE)
_BROKEN_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_ONCE = ("host", "authorization", "content-length", "content-encoding")


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets requests in that come for `host` and bring `key`.

    A form, which may hold a file, may have `largest_form` bytes.
    """

    host: str
    key: str
    largest_form: int = LARGEST_FILE + MOST_HEAD

    def admit(self, scope: Mapping[str, Any]) -> Request:
        """The request of an ASGI scope, without its body. Raises ApiError for one that may not come in."""
        headers = _headers(scope["headers"])
        self._check_host(headers.get("host"))
        path = _path(scope["raw_path"])
        if path != HEALTH:
            check_key(headers, self.key)
        if scope["method"] not in METHODS:
            raise not_allowed(scope["method"], path, METHODS)
        _check_body(headers, self.largest_form if is_form(headers) else MOST_BODY)
        return Request(scope["method"], path, _query(scope["query_string"]), headers)

    def _check_host(self, header: str | None) -> None:
        match = _HOST.fullmatch(header or "")
        name = match["name"].strip("[]").rstrip(".").lower() if match else ""
        if name in (*LOOPBACK, self.host.lower()):
            return
        if self.host in EVERYWHERE and _is_address(name):
            return  # an address cannot be rebound
        raise ApiError(
            421,
            f"This server does not answer for the host {header!r}: ask for {self.host} or localhost.",
            code="misdirected_request",
        )


def is_form(headers: Mapping[str, str]) -> bool:
    """Whether the body is a form, which may hold a file."""
    return headers.get("content-type", "").startswith("multipart/form-data")


def body_too_large(most: int = MOST_BODY) -> ApiError:
    """413: the body has more bytes than are taken."""
    return ApiError(413, f"The body is larger than {most} bytes.", code="request_too_large")


def _headers(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by name; of one that came several times, all values."""
    headers: dict[str, str] = {}
    size = 0
    for raw_name, raw_value in pairs:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        size += len(name) + len(value)
        if name in headers and name in _ONCE:
            raise bad_request(f"The header {name} came more than once.", code="invalid_header")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    if size > MOST_HEAD:
        raise ApiError(431, f"The headers are larger than {MOST_HEAD} bytes.", code="headers_too_large")
    return headers


def _path(raw: bytes) -> str:
    """The path, decoded. A broken escape, bytes that are no UTF-8 and control characters are refused."""
    try:
        path = unquote_to_bytes(raw).decode()
    except UnicodeDecodeError:
        raise bad_request("The path is not valid UTF-8.", code="invalid_path") from None
    if _BROKEN_PERCENT.search(raw):
        raise bad_request("The path has a '%' that no two hexadecimal digits follow.", code="invalid_path")
    if not path.isprintable():
        raise bad_request("The path has control characters.", code="invalid_path")
    return path


def _query(raw: bytes) -> dict[str, str]:
    try:
        text = raw.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
    except ValueError:
        raise bad_request(
            f"The query is not valid: percent-encoded UTF-8, at most {MOST_PARAMETERS} parameters.",
            code="invalid_query",
        ) from None
    return dict(pairs)


def _check_body(headers: Mapping[str, str], most: int) -> None:
    """What the headers say about the body: an encoding that is not known, or a size that is too large."""
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding != "identity":
        raise ApiError(
            415, f"Bodies are taken as they are, not as {encoding!r}.", code="unsupported_content_encoding"
        )
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdecimal()):
        raise bad_request(f"The content-length is {length!r}.", code="invalid_header")
    if len(length) > len(str(most)) or int(length) > most:
        raise body_too_large(most)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
