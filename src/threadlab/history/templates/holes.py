"""Holes: text with `{{ names }}` in it, in Jinja's notation, to be filled with values.

It is read in Jinja's sandbox, for such a text is data: it can call nothing of ours. A name that nobody fills
is an error. Nothing is escaped: what is made is text for a model or a command, not a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import StrictUndefined
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import SandboxedEnvironment


@cache
def _jinja() -> SandboxedEnvironment:
    return SandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)


def holes_in(text: str) -> frozenset[str]:
    """The names that it wants filled. Raises jinja2.TemplateError for a text that cannot be read."""
    return frozenset(find_undeclared_variables(_jinja().parse(text)))


def filled(text: str, values: Mapping[str, Any]) -> str:
    """The text with the values in it. Raises jinja2.TemplateError, and what its arithmetic raises."""
    return _jinja().from_string(text).render(values)
