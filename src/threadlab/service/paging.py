"""Lists as iterators that ask for a page only when one is needed.

The SDK's own iterator goes on until a page is empty, so each list costs it one request more than there
is to read. A page that is shorter than was asked for is the last one, unless the service says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from azure.core.paging import ItemPaged
from azure.core.pipeline import PipelineResponse

from threadlab.service.failures import telling
from threadlab.service.port import Order

PAGE = 100
"""The longest page that the service gives."""

Item = TypeVar("Item")


def listed(
    fetch: Callable[..., ItemPaged[Any]],
    read: Callable[[Any], Item],
    attempt: str,
    *,
    limit: int | None,
    order: Order | None,
    run_id: str | None = None,
    thread_id: str | None = None,
) -> Iterator[Item]:
    """What `fetch` lists, each item through `read`. Raises ServiceError at the page that fails."""
    size = PAGE if limit is None else limit
    more: list[bool] = [False]

    def look(response: PipelineResponse[Any, Any]) -> None:
        more[0] = response.http_response.status_code == 200 and bool(
            response.http_response.json().get("has_more")
        )

    options: dict[str, Any] = {"limit": size, "raw_response_hook": look}
    if order is not None:
        options["order"] = order
    pages = fetch(**options).by_page()
    while True:
        with telling(attempt, run_id=run_id, thread_id=thread_id):
            page = next(pages, None)
        items = [] if page is None else list(page)
        yield from map(read, items)
        if not items or (len(items) < size and not more[0]):
            return
