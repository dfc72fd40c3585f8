"""Filters on attributes, each kind by itself."""

from __future__ import annotations

from typing import Any

import pytest

from threadlab.backend.search.filters import fits

FILE = {"place": "oslo", "year": 2024, "open": True}


@pytest.mark.parametrize(
    ("kind", "key", "value", "holds"),
    [
        ("eq", "place", "oslo", True),
        ("eq", "year", 2024.0, True),
        ("eq", "year", "2024", False),
        ("eq", "open", 1, False),
        ("eq", "lost", "oslo", False),
        ("ne", "place", "bergen", True),
        ("ne", "place", "oslo", False),
        ("ne", "lost", "oslo", True),
        ("gt", "year", 2024, False),
        ("gte", "year", 2024, True),
        ("lt", "year", 2024.5, True),
        ("lte", "year", 2023, False),
        ("gt", "place", "bergen", True),
        ("lt", "place", 3, False),
        ("lt", "lost", 3, False),
        ("in", "place", ["bergen", "oslo"], True),
        ("in", "year", ["2024"], False),
        ("nin", "place", ["bergen"], True),
        ("nin", "place", ["oslo"], False),
        ("nin", "lost", ["oslo"], True),
    ],
)
def test_a_comparison_holds_for_its_own_kind_of_value(kind: str, key: str, value: Any, holds: bool) -> None:
    """Values of different kinds are never equal, and none comes before the other."""
    assert fits({"type": kind, "key": key, "value": value}, FILE) is holds
