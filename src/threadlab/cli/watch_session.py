"""A session of `threadlab watch`: it looks at the files, at the keys and at a judge at work, and prints."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager

from rich.console import Console
from rich.text import Text

from threadlab.cli.loop_page import comparison, hint_text, loop_table, progress_bar
from threadlab.cli.page import show_error
from threadlab.cli.verdict_page import verdict_lines
from threadlab.course.comparison import difference
from threadlab.course.desk import Desk, is_worked_in, written
from threadlab.course.exercise_loop import Exercise, State
from threadlab.course.exercise_watch import KEYS, Move, Saved, move_for
from threadlab.course.judge_start import JudgeProcess
from threadlab.course.judging import Judging
from threadlab.course.starters import read_solution
from threadlab.course.verdict import Verdict
from threadlab.errors import ThreadlabError

PATIENCE = 2.0
"""Seconds after which a check that still goes on is mentioned."""


class WatchSession(AbstractContextManager["WatchSession"]):
    """One session, from `begin` on. `step` does what there is to do, and never waits.

    Between two checks a judge's process is kept warm, so that the next one begins at once.
    """

    def __init__(self, desk: Desk, begin: str, out: Console, *, with_keys: bool) -> None:
        self.desk = desk
        self.name = begin
        self.out = out
        self.with_keys = with_keys
        self.asked = False
        self.going_on = True
        self.saved = Saved(self._texts(), {})
        self.spare: JudgeProcess | None = None
        self.judging: Judging | None = None
        self.since = 0.0
        self.said = ""
        self.check()

    @property
    def exercise(self) -> Exercise:
        """The one that is watched, as it is now."""
        return self.desk.loop().exercise(self.name)

    def step(self, keys: str) -> bool:
        """Do what the keys say, check what was saved, tell what is judged. False when it is over."""
        self.saved, saved = self.saved.look(self._texts())
        if saved is not None:
            self._turn_to(saved)
        try:
            for key in keys:
                self._pressed(key)
            if self.judging is not None:
                self._look(self.judging)
        except ThreadlabError as problem:  # such as checks that cannot be run: it can be put right meanwhile
            self._leave_judging()
            show_error(problem)
        return self.going_on

    def check(self) -> None:
        """Begin to judge the exercise; whatever was being judged is left."""
        self._leave_judging()
        self.judging = Judging(self.exercise.lesson, process=self.spare)
        self.spare = None
        self.since = time.monotonic()
        self.out.print()
        self.out.rule(
            Text.assemble((self.exercise.path, "bold"), f"  {self.desk.now():%H:%M:%S}"),
            align="left",
            style="bright_black",
        )

    def __exit__(self, *_: object) -> None:
        self._leave_judging()
        if self.spare is not None:
            self.spare.__exit__()

    def _texts(self) -> dict[str, str]:
        lessons = self.desk.catalogue.lessons
        return {lesson.name: text for lesson in lessons if (text := written(lesson)) is not None}

    def _turn_to(self, name: str) -> None:
        self.name, self.asked = name, False
        self.check()

    def _leave_judging(self) -> None:
        if self.judging is not None:
            self.judging.__exit__()
            self._say_at_work("")
        self.judging = None

    def _look(self, judging: Judging) -> None:
        looked = judging.look()
        if looked.verdict is not None:
            self._leave_judging()
            self.spare = JudgeProcess(warm=True)
            self.desk.judged(looked.verdict)
            self._tell(looked.verdict)
        elif (seconds := time.monotonic() - self.since) > PATIENCE:
            self._say_at_work(f"still checking, {seconds:.0f} s: {looked.under_way or 'getting ready'}")

    def _say_at_work(self, words: str) -> None:
        """One line that is written over, where there is a terminal."""
        if self.out.is_terminal and words != self.said:
            self.said = words
            self.out.file.write(f"\r\x1b[K{words[: self.out.width - 1]}")
            self.out.file.flush()

    def _tell(self, verdict: Verdict) -> None:
        for part in verdict_lines(verdict):
            self.out.print(part)
        loop = self.desk.loop()
        following = loop.after(self.name)
        if verdict.passed:
            words = "Solved." if following else "Solved, and that was the last one: all exercises are solved."
            told = f" Press s to compare it with another solution{', n for the next' if following else ''}."
            self.out.print(Text(f"\n{words}{told if self.with_keys else ''}", style="bold green"))
        self._show_where()
        if verdict.passed and not self.with_keys:
            self._move_on()

    def _show_where(self) -> None:
        self.out.print()
        self.out.print(progress_bar(self.desk.loop()))
        if self.with_keys:
            words = (part for key, (word, _) in KEYS.items() for part in ((key, "bold"), f" {word}   "))
            self.out.print(Text.assemble(*words))

    def _move_on(self) -> None:
        following = self.desk.loop().after(self.name)
        if following is not None:
            self._turn_to(following.name)
        elif self.with_keys:
            self.out.print("There is no other exercise to solve. What is left: threadlab self-check")
        else:
            self.going_on = False

    def _pressed(self, key: str) -> None:
        self._say_at_work("")
        exercise = self.exercise
        move = move_for(key, solved=exercise.state is State.SOLVED, asked=self.asked)
        self.asked = False
        match move:
            case Move.CHECK:
                self.check()
            case Move.NEXT:
                self._move_on()
            case Move.QUIT:
                self.going_on = False
            case Move.ASK_TO_RESET | Move.RESET | Move.DO_NOT_RESET:
                self._reset(move, exercise)
            case _:
                self.out.print()
                self._show(move, exercise)

    def _show(self, move: Move, exercise: Exercise) -> None:
        match move:
            case Move.HINT:
                hint = self.desk.hint(exercise)
                more = "\n(h again: a hint that says more)" if hint.more else ""
                self.out.print(Text.assemble(hint_text(exercise, hint), (more, "dim")))
            case Move.LIST:
                self.out.print(loop_table(self.desk.loop(), self.name))
            case Move.SOLUTION:
                mine = written(exercise.lesson) or ""
                self.out.print(comparison(difference(mine, read_solution(exercise.lesson), exercise.name)))
            case Move.KEEP_SOLUTION_BACK:
                self.out.print("The solution is shown once yours passes. h gives a hint.")
            case _:
                self._show_where()

    def _reset(self, move: Move, exercise: Exercise) -> None:
        if move is Move.DO_NOT_RESET:
            self.out.print("It stays as it is.")
        elif not is_worked_in(exercise.lesson):
            self.out.print(f"{exercise.path} is the starter already.")
        elif move is Move.ASK_TO_RESET:
            self.asked = True
            self.out.print(
                f"Put the starter back in {exercise.path}? Your version is kept. y: yes, any other key: no"
            )
        elif kept := self.desk.reset(exercise.lesson):
            self.out.print(
                f"Your version is kept as {kept.relative_to(self.desk.root).as_posix()}", soft_wrap=True
            )
