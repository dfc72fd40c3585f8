"""Page: view models into HTML, through the templates and the one style sheet.

Everything that reaches a template is escaped; a template has no filter that lifts that. So what a model, a
tool or a user wrote can be read on the page and can do nothing there: it lands in text and in quoted
`title` attributes, never in a class, a style or a link. A picture comes as base64 in an `img` element, where
an SVG runs no script and loads nothing.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from threadlab.widgets.drawing.short_forms import short_id


def html(template: str, **model: Any) -> Markup:
    """What the template makes of the view model: a fragment, without the style."""
    return Markup(_templates().get_template(template).render(**model).strip())


def styled(fragment: str) -> str:
    """A fragment that stands alone: the style sheet with it."""
    return f"{style()}\n{fragment}"


@cache
def style() -> Markup:
    """The style sheet as an element, without its comments and indentation."""
    sheet = files("threadlab.widgets").joinpath("style.css").read_text(encoding="utf-8")
    bare = " ".join(re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL).split())
    tight = re.sub(r" ?([{};,]) ?", r"\1", bare)
    return Markup(f"<style>{tight}</style>")


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("threadlab.widgets"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["short"] = short_id
    return environment
