"""Live exercise: the exercise card with buttons, in a notebook.

Check judges in a process of its own, and meanwhile the kernel is free: all that happens here is a look now
and then. A button that was pressed keeps the keyboard's focus: it is never disabled, a second press while the
first is at work does nothing.
"""

from __future__ import annotations

import asyncio
from typing import Any

import ipywidgets

from threadlab.course.catalogue import Lesson
from threadlab.course.desk import Desk
from threadlab.course.exercise_loop import TIERS
from threadlab.course.judging import LIMIT, LOOK_EVERY, Judging, Looked
from threadlab.errors import ThreadlabError
from threadlab.widgets.exercises.exercise_card import card_of, static_html, static_text
from threadlab.widgets.drawing.page import html, style
from threadlab.widgets.drawing.whole import Whole

HEAD, CHECKS, HINTS, PROGRESS = (f"exercise_{part}.html" for part in ("head", "checks", "hints", "progress"))


class LiveExercise(Whole):
    """The card of one exercise, and after Next of the following one. `limit`: seconds for one check."""

    def __init__(self, desk: Desk, lesson: Lesson, *, limit: float = LIMIT) -> None:
        self.desk = desk
        self.stored = lesson
        self.name = lesson.name
        self.limit = limit
        self.looked: Looked | None = None
        self.trouble = ""
        self.checking: asyncio.Future[None] | None = None
        self.parts = {name: ipywidgets.HTML() for name in (HEAD, CHECKS, HINTS, PROGRESS)}
        self.check_button = ipywidgets.Button(button_style="primary", tooltip="Judge the file as it is saved")
        self.hint_button = ipywidgets.Button(tooltip="A hint; the next one says more")
        self.next_button = ipywidgets.Button(tooltip="Go to the next exercise that is not solved")
        self.check_button.on_click(self._press_check)
        self.hint_button.on_click(self._press_hint)
        self.next_button.on_click(self._press_next)
        buttons = ipywidgets.HBox([self.check_button, self.hint_button, self.next_button])
        buttons.add_class("tl-buttons")
        head, checks, hints, progress = self.parts.values()
        super().__init__([ipywidgets.HTML(style()), head, buttons, checks, hints, progress])
        self.add_class("tl")
        self.add_class("tl-card")
        self.show()

    def show(self) -> None:
        """Draw the exercise as it stands. What is drawn already is not sent again."""
        loop = self.desk.loop()
        card = card_of(loop, self.name, self.looked, self.trouble)
        for template, part in self.parts.items():
            body = html(template, card=card)
            part.value = f'<div class="tl-part">{body}</div>' if body else ""
        at_work = self.looked is not None and self.looked.verdict is None
        self.check_button.description = "Checking …" if at_work else "Check"
        tier = card.exercise.next_tier
        self.hint_button.description = f"Hint {tier} of {TIERS}"
        self.hint_button.layout.display = "none" if card.exercise.hints == TIERS else ""
        following = loop.after(self.name)
        self.next_button.description = f"Next: exercise {following.lesson.number}" if following else ""
        self.next_button.layout.display = "" if following and card.look.word == "solved" else "none"

    async def check(self) -> None:
        """Judge the file as it is now, and show each check as soon as it is known."""
        self.trouble, self.looked = "", Looked((), "", None)
        self.show()
        try:
            with Judging(self.desk.exercise(self.name).lesson, limit=self.limit) as judging:
                while self.looked.verdict is None:
                    await asyncio.sleep(LOOK_EVERY)
                    self._look(judging.look())
        except ThreadlabError as problem:
            self.looked, self.trouble = None, f"{problem.message}. {problem.hint or ''}"
        self.show()

    def _look(self, looked: Looked) -> None:
        changed, self.looked = looked != self.looked, looked
        if looked.verdict is not None:
            self.desk.judged(looked.verdict)
        elif changed:
            self.show()

    def _press_check(self, _: ipywidgets.Button) -> None:
        if self.checking is None or self.checking.done():
            self.checking = asyncio.ensure_future(self.check())

    def _press_hint(self, _: ipywidgets.Button) -> None:
        self.desk.hint(self.desk.exercise(self.name))
        self.show()

    def _press_next(self, _: ipywidgets.Button) -> None:
        following = self.desk.loop().after(self.name)
        at_work = self.checking is not None and not self.checking.done()
        if following is not None and not at_work:
            self.name, self.looked, self.trouble = following.name, None, ""
            self.show()

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """The live card, and beside it what a notebook stores: the same for everybody, whatever is solved."""
        live: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        return {**live, "text/html": static_html(self.stored), "text/plain": repr(self)}

    def __repr__(self) -> str:
        return static_text(self.stored)
