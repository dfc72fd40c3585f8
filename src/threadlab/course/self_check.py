"""The self-check: the questions of `lessons/self_check.toml`, and how answers to them count."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from threadlab.errors import CourseError

FILE = Path("lessons") / "self_check.toml"


@dataclass(frozen=True, slots=True)
class Choice:
    """One possible answer; `why` says why it is right, or wrong."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    says: str
    why: str
    right: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `lesson` is the number of the lesson that answers it."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    topic: str
    lesson: int
    asks: str
    choice: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """The choices made so far, by the number of their question, the first one first."""

    questions: tuple[Question, ...]
    chosen: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    def choose(self, question: int, choice: int) -> Answers:
        """After one more choice. Choosing the same again changes nothing."""
        before = self.chosen.get(question, ())
        after = before if choice in before else (*before, choice)
        return Answers(self.questions, {**self.chosen, question: after})

    def found(self, question: int) -> bool:
        """Whether the right choice was made, at whichever try."""
        choices = self.questions[question].choice
        return any(choices[choice].right for choice in self.chosen.get(question, ()))

    @property
    def at_once(self) -> int:
        """How many questions were answered rightly at the first try."""
        return sum(self.questions[number].choice[made[0]].right for number, made in self.chosen.items())

    @property
    def finished(self) -> bool:
        """Whether the right choice of every question was made."""
        return all(self.found(number) for number in range(len(self.questions)))

    @property
    def lessons(self) -> tuple[int, ...]:
        """The lessons to look at again: those of the questions that took more than one try."""
        again = {self.questions[number].lesson for number, made in self.chosen.items() if len(made) > 1}
        return tuple(sorted(again))

    @property
    def in_words(self) -> str:
        """The result in words."""
        told = f"{self.at_once} of {len(self.questions)} at the first try."
        if not self.lessons:
            return told
        return f"{told} Worth another look: lesson {', lesson '.join(map(str, self.lessons))}."


def read_self_check(root: Path) -> tuple[Question, ...]:
    """The questions of the course in `root`. Raises CourseError when the file cannot be used."""
    try:
        entries = tomllib.loads((root / FILE).read_text(encoding="utf-8"))
        questions = TypeAdapter(tuple[Question, ...]).validate_python(entries["question"])
    except (OSError, tomllib.TOMLDecodeError, KeyError, ValidationError) as problem:
        raise CourseError(
            f"the self-check cannot be read: {problem}", hint=f"correct {FILE.as_posix()}"
        ) from problem
    for question in questions:
        if sum(choice.right for choice in question.choice) != 1:
            raise CourseError(
                f"the question on {question.topic!r} has not exactly one right choice",
                hint=f"correct {FILE.as_posix()}",
            )
    return questions
