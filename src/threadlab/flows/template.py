"""Template: text with `{{ names }}` in it, in jinja's notation; a name that nobody fills is an error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import TemplateError

from threadlab.errors import FlowDefinitionError, FlowError
from threadlab.history.templates import holes


def names_in(template: str) -> frozenset[str]:
    """The names that it wants filled. Raises FlowDefinitionError for a template that cannot be read."""
    try:
        return holes.holes_in(template)
    except TemplateError as error:
        raise FlowDefinitionError(
            f"the template {template!r} cannot be read: {error}",
            hint="a name to fill stands in two curly brackets: {{ topic }}",
        ) from error


def filled(template: str, values: Mapping[str, Any]) -> str:
    """The template with the values in it. Raises FlowError for a name that has none."""
    try:
        return holes.filled(template, values)
    except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
        raise FlowError(
            f"the template {template!r} cannot be filled: {error}",
            hint=f"it may use: {', '.join(values) or 'nothing'}",
        ) from error
