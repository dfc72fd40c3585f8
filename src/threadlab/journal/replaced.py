"""Replaced: a frozen object with some of its fields changed, as `dataclasses.replace`, in half its time.

A record is folded by some twenty such changes, and a list of ten thousand is made of as many folds.
"""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import Any, TypeVar

Changed = TypeVar("Changed")


def replaced(value: Changed, **changes: Any) -> Changed:
    """A copy with these fields changed. Only for classes that do nothing but keep what they are given."""
    kind: Any = type(value)
    names = _names(kind)
    assert changes.keys() <= names.keys(), f"a {kind.__name__} has no {', '.join(changes.keys() - names)}"
    copy: Changed = object.__new__(kind)
    for name in names:
        object.__setattr__(copy, name, changes[name] if name in changes else getattr(value, name))
    return copy


@cache
def _names(kind: Any) -> dict[str, None]:
    return dict.fromkeys(one.name for one in fields(kind))
