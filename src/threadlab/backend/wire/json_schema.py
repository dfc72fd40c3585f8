"""JSON schemas that clients send: compiled to a check, and never fetched from anywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class _Nowhere(dict[str, Callable[[str], Any]]):
    """Handlers of every scheme: references lead nowhere but into the schema itself."""

    def __contains__(self, scheme: object) -> bool:
        return True

    def __getitem__(self, scheme: str) -> Callable[[str], Any]:
        return _refuse


def compiled(schema: dict[str, Any]) -> Callable[[Any], Any]:
    """The check of a schema, which raises a ValueError for what is not valid by it.

    Raises whatever the library raises for a schema that it cannot read.
    """
    import fastjsonschema  # noqa: PLC0415

    check: Callable[[Any], Any] = fastjsonschema.compile(schema, handlers=_Nowhere(), use_default=False)
    return check


def _refuse(uri: str) -> Any:
    raise LookupError(f"the reference {uri} leads out of the schema")
