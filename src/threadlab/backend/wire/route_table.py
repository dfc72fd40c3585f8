"""The route table: which endpoint a method and a path lead to, found part by part in a tree.

A template is a path with names in the place of some parts, `/threads/<thread_id>/runs`. Where a part is
written out in one template and named in another, the written one counts, unless it does not know the method.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from threadlab.backend.wire.errors import ApiError, not_allowed

Endpoint = TypeVar("Endpoint")


@dataclass(slots=True)
class _Node(Generic[Endpoint]):
    """A place in the tree: what ends here, by method, and what goes on from here."""

    ends: dict[str, tuple[Endpoint, tuple[str, ...]]] = field(default_factory=dict)
    written: dict[str, _Node[Endpoint]] = field(default_factory=dict)
    named: _Node[Endpoint] | None = None


class RouteTable(Generic[Endpoint]):
    """Endpoints by method and template, given as (method, template, endpoint)."""

    def __init__(self, routes: Iterable[tuple[str, str, Endpoint]]) -> None:
        self._root: _Node[Endpoint] = _Node()
        for method, template, endpoint in routes:
            self._add(method, template, endpoint)

    def find(self, method: str, path: str) -> tuple[Endpoint, dict[str, str]]:
        """The endpoint, and the values of the template's names; one slash at the end does not count.

        Raises a 404 for a path that leads nowhere, and a 405 that names the methods that it takes.
        """
        allowed: set[str] = set()
        for node, values in self._at(self._root, path.removesuffix("/").split("/"), ()):
            if method in node.ends:
                endpoint, names = node.ends[method]
                return endpoint, dict(zip(names, values, strict=True))
            allowed |= node.ends.keys()
        if not allowed:
            raise ApiError(404, f"There is no {path} here.", code="not_found")
        raise not_allowed(method, path, allowed)

    def _add(self, method: str, template: str, endpoint: Endpoint) -> None:
        node, names = self._root, []
        for part in template.split("/"):
            if part.startswith("<"):
                names.append(part.strip("<>"))
                node.named = node = node.named or _Node()
            else:
                node = node.written.setdefault(part, _Node())
        node.ends[method] = (endpoint, tuple(names))

    def _at(
        self, node: _Node[Endpoint], parts: list[str], values: tuple[str, ...]
    ) -> Iterator[tuple[_Node[Endpoint], tuple[str, ...]]]:
        """The places where a path may end, the best one first, with the parts that stand for names."""
        if not parts:
            yield node, values
            return
        part, rest = parts[0], parts[1:]
        if part in node.written:
            yield from self._at(node.written[part], rest, values)
        if part and node.named is not None:
            yield from self._at(node.named, rest, (*values, part))
