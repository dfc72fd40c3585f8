"""Filters: which files a search may look into, by their attributes. Pure.

A comparison with an attribute that a file does not have holds for `ne` and `nin` alone; so does one of values
of different kinds, such as a text and a number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import ge, gt, le, lt
from typing import Any

Json = dict[str, Any]

ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {"gt": gt, "gte": ge, "lt": lt, "lte": le}


def fits(filter: Json, attributes: Mapping[str, Any]) -> bool:
    """Whether a filter holds for a file with these attributes."""
    kind = filter["type"]
    if kind in ("and", "or"):
        held = (fits(each, attributes) for each in filter["filters"])
        return all(held) if kind == "and" else any(held)
    value, wanted = attributes.get(filter["key"]), filter["value"]
    if kind in ORDERS:
        return _kind(value) == _kind(wanted) and ORDERS[kind](value, wanted)
    wanted = wanted if kind in ("in", "nin") else [wanted]
    is_one = any(_kind(value) == _kind(each) and value == each for each in wanted)
    return is_one == (kind in ("eq", "in"))


def _kind(value: object) -> str:
    """Numbers are of one kind, and a truth value is none of them."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return "number" if is_number else type(value).__name__
