"""Sending: one request of an operation, to an allowed host, and what came back as text.

Redirects are not followed, for they may lead to a host that is not allowed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from threadlab.backend.openapi_tool.operations import Operation

PATIENCE = 30.0
"""Seconds that a host has for an answer."""
LONGEST = 200_000
"""Bytes of an answer that a model is given."""
PORTS: Mapping[str, int] = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it goes out."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


def is_allowed(url: str, hosts: Collection[str]) -> bool:
    """Whether a URL's host, with its port unless that is the scheme's own, is one of `hosts`."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme)
    except ValueError:
        return False
    if parts.scheme not in PORTS or not parts.hostname or parts.username is not None:
        return False
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    spelled = {f"{name}:{port}", *([name] if port == PORTS[parts.scheme] else [])}
    return bool(spelled & {host.lower() for host in hosts})


def host_of(url: str) -> str:
    """The host of a URL as it is allowed: `api.example.org`, `localhost:8080`."""
    return urlsplit(url).netloc.rpartition("@")[2].lower()


def request_of(operation: Operation, arguments: Mapping[str, Any]) -> Sent:
    """The request that calls an operation with checked arguments."""
    url, query = operation.url, list[tuple[str, str]]()
    headers = {"accept": "application/json, text/*;q=0.9, */*;q=0.1"}
    cookies: list[str] = []
    for name, value in arguments.items():
        match operation.places.get(name):
            case "path":
                url = url.replace(f"{{{name}}}", quote(_text(value), safe=""))
            case "query":
                values = value if isinstance(value, list) else [value]
                query += [(name, _text(one)) for one in values]
            case "header":
                headers[name] = _text(value).replace("\r", " ").replace("\n", " ")
            case "cookie":
                cookies.append(f"{name}={quote(_text(value))}")
    if cookies:
        headers["cookie"] = "; ".join(cookies)
    body = None
    if "body" in arguments and "body" not in operation.places:
        body = json.dumps(arguments["body"], ensure_ascii=False).encode()
        headers["content-type"] = "application/json"
    return Sent(operation.method, f"{url}?{urlencode(query)}" if query else url, headers, body)


def send(sent: Sent) -> str:
    """The answer's text; of one that is no success, or that never came, an object that says so."""
    request = Request(sent.url, sent.body, dict(sent.headers), method=sent.method)
    try:
        with _opener.open(request, timeout=PATIENCE) as answer:
            return _read(answer, answer.headers) or json.dumps({"status": answer.status})
    except HTTPError as refusal:
        with refusal:
            said = {"error": f"HTTP {refusal.code} {refusal.reason}", "body": _read(refusal, refusal.headers)}
        where = refusal.headers.get("location")
        return json.dumps({**said, **({"not followed": where} if where else {})}, ensure_ascii=False)
    except (URLError, OSError, ValueError) as trouble:
        reason = getattr(trouble, "reason", trouble)
        return json.dumps({"error": f"{host_of(sent.url)} could not be asked: {reason}"}, ensure_ascii=False)


class _NoRedirects(HTTPRedirectHandler):
    """Takes a redirect for the answer."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Nothing follows."""


_opener = build_opener(_NoRedirects)


def _read(answer: IO[bytes], headers: Message) -> str:
    content = answer.read(LONGEST + 1)
    text = content[:LONGEST].decode(headers.get_content_charset() or "utf-8", "replace")
    return text if len(content) <= LONGEST else f"{text}… (cut after {LONGEST} bytes)"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
