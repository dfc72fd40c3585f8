"""Growing: a live view that is only ever added to, whatever its length.

An addition is one small message to the page, and one element there; nothing is drawn again. The kernel's
`log` holds everything, so that a view that opens later, or a page that is loaded again, gets all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import anywidget
import traitlets

from threadlab.widgets.drawing.page import style

FIRST_LINES = 20
"""So many lines are sent as state while no page has spoken yet: messages to a script not loaded are lost."""


def script(*names: str) -> str:
    """These scripts of ours as one."""
    folder = files("threadlab.widgets").joinpath("scripts")
    return "\n".join(folder.joinpath(name).read_text(encoding="utf-8") for name in names)


def sheet() -> str:
    """The style sheet, for a widget to carry."""
    return str(style()).removeprefix("<style>").removesuffix("</style>")


class Growing(anywidget.AnyWidget):
    """A list of lines, each a small JSON object; `text` of a line can grow."""

    _css = sheet()
    log = traitlets.Dict().tag(sync=True)

    def __init__(self, lines: list[dict[str, Any]] | None = None, **traits: Any) -> None:
        self.heard = False
        super().__init__(log={"lines": lines or [], "now": ""}, **traits)
        self.on_msg(self._hear)

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Everything that was added, as it is now."""
        lines: list[dict[str, Any]] = self.log["lines"]
        return lines

    def append(self, line: Mapping[str, Any]) -> int:
        """Add a line; its place."""
        self.lines.append(dict(line))
        place = len(self.lines) - 1
        self._tell({"at": place, "add": line})
        return place

    def put(self, place: int, line: Mapping[str, Any]) -> None:
        """Put another line in the place of one. Nothing is sent where they are equal."""
        if self.lines[place] != line:
            self.lines[place] = dict(line)
            self._tell({"at": place, "put": line})

    def grow(self, place: int, text: str) -> None:
        """Add to the text of a line."""
        line = self.lines[place]
        before = utf16_length(line["text"])
        line["text"] += text
        self._tell({"at": place, "from": before, "more": text})

    def now(self, words: str) -> None:
        """Say in one line what goes on at present; empty for nothing."""
        if self.log["now"] != words:
            self.log["now"] = words
            self._tell({"now": words})

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"  # a stored notebook is compared by this text

    def answer(self, asked: Mapping[str, Any]) -> None:
        """Answer what a view asked, beyond the lines themselves. Overridden by views that can be asked."""

    def _tell(self, told: Mapping[str, Any]) -> None:
        """One message; while no page has spoken, and the list is short, the state instead."""
        if self.heard or len(self.lines) > FIRST_LINES:
            self.send(told)
        else:
            self.send_state("log")

    def _hear(self, _: object, asked: Any, __: object) -> None:
        """A page speaks: it is there from now on, and gets what it has not."""
        self.heard = True
        if isinstance(asked, Mapping) and "has" in asked:
            self.send({"all": self.log})
        elif isinstance(asked, Mapping):
            self.answer(asked)


def utf16_length(text: str) -> int:
    """The length of a text as a page counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
