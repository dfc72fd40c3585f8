"""Lists: cursor pages in the service's envelope.

The SDK never reads `has_more`: it asks again with `after=<last_id>` until `last_id` is null, so an empty
page must carry null there, and `after` must be honoured. Newest first unless asked otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from threadlab.backend.wire.errors import bad_request

DEFAULT_LIMIT = 20
MAX_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for; `after` and `before` are ids of elements."""

    limit: int = DEFAULT_LIMIT
    descending: bool = True
    after: str | None = None
    before: str | None = None


def read_page(query: Mapping[str, str]) -> Page:
    """The page that a query asks for. Raises a 400 that names the wrong parameter."""
    limit = query.get("limit", str(DEFAULT_LIMIT))
    is_number = limit.isascii() and limit.isdecimal() and len(limit) <= len(str(MAX_LIMIT))
    if not is_number or not 1 <= int(limit) <= MAX_LIMIT:
        raise bad_request(
            f"Invalid 'limit': '{limit}'. Expected an integer from 1 to {MAX_LIMIT}.", param="limit"
        )
    order = query.get("order", "desc")
    if order not in ("asc", "desc"):
        raise bad_request(f"Invalid 'order': '{order}'. Expected 'asc' or 'desc'.", param="order")
    return Page(int(limit), order == "desc", query.get("after") or None, query.get("before") or None)


def envelope(data: Sequence[Mapping[str, Any]], has_more: bool) -> dict[str, Any]:
    """The list envelope around one page."""
    return {
        "object": "list",
        "data": data,
        "first_id": data[0]["id"] if data else None,
        "last_id": data[-1]["id"] if data else None,
        "has_more": has_more,
    }
