"""Self-check: the questions as a card; every choice is a button that says why it is right or wrong."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import ipywidgets

from threadlab.course.course_root import find_course_root
from threadlab.course.self_check import Answers, Question, read_self_check
from threadlab.widgets.drawing.page import html, style, styled
from threadlab.widgets.drawing.whole import Whole


class SelfCheck(Whole):
    """The card. `answers` are those made by now; what a notebook stores has none of them."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self.answers = Answers(tuple(questions))
        self.result = ipywidgets.HTML()
        self.whys = [ipywidgets.HTML() for _ in questions]
        self.choices = [
            [self._choice(number, at) for at in range(len(question.choice))]
            for number, question in enumerate(questions)
        ]
        blocks = [self._block(number, question) for number, question in enumerate(questions)]
        super().__init__([ipywidgets.HTML(style()), *blocks, self.result])
        self.add_class("tl")
        self.add_class("tl-card")

    def choose(self, question: int, choice: int, *_: object) -> None:
        """Choose, as a press on the button does."""
        self.answers = self.answers.choose(question, choice)
        chosen = self.answers.questions[question].choice[choice]
        button = self.choices[question][choice]
        button.description = f"{'✓' if chosen.right else '✗'} {chosen.says}"
        button.add_class("tl-good" if chosen.right else "tl-bad")
        self.whys[question].value = _part(html("self_check_why.html", choice=chosen))
        if self.answers.finished:
            self.result.value = _part(f'<p role="status"><strong>{self.answers.in_words}</strong></p>')

    def _block(self, number: int, question: Question) -> ipywidgets.VBox:
        head = ipywidgets.HTML(_part(html("self_check_head.html", number=number + 1, question=question)))
        choices = ipywidgets.VBox(self.choices[number])
        choices.add_class("tl-choices")
        self.whys[number].value = _part(html("self_check_why.html", choice=None))
        return ipywidgets.VBox([head, choices, self.whys[number]])

    def _choice(self, question: int, at: int) -> ipywidgets.Button:
        button = ipywidgets.Button(description=self.answers.questions[question].choice[at].says)
        button.on_click(partial(self.choose, question, at))
        return button

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        live: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        stored = styled(html("self_check.html", questions=self.answers.questions))
        return {**live, "text/html": stored, "text/plain": repr(self)}

    def __repr__(self) -> str:
        asked = (f"{number}. {one.asks}" for number, one in enumerate(self.answers.questions, start=1))
        return "\n".join(("Self-check (threadlab self-check)", *asked))


def self_check() -> SelfCheck:
    """The course's questions as a card. Raises CourseError outside a course."""
    return SelfCheck(read_self_check(find_course_root()))


def _part(body: str) -> str:
    return f'<div class="tl-part">{body}</div>'
