"""Lazy names: the public names of a module, each loaded from its home when it is first used (PEP 562)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module

Home = str | tuple[str, str]
"""The module that defines a name; or that module, and how it calls it."""


def lazy_names(
    module: str, homes: Mapping[str, Home], names: list[str]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` for that module: what `homes` tells is loaded, `names` are completed."""

    def load(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        home = homes[name]
        where, called = (home, name) if isinstance(home, str) else home
        found: object = getattr(import_module(where), called)
        setattr(sys.modules[module], name, found)
        return found

    return load, lambda: names
