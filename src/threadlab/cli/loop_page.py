"""How the exercise loop is printed: the progress, the list, a hint, two versions side by side."""

from __future__ import annotations

from rich.console import RenderableType
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from threadlab.course.desk import Hint
from threadlab.course.exercise_loop import Exercise, ExerciseLoop, State

BAR = 20
STYLES = {State.SOLVED: "green", State.FAILING: "red", State.BEGUN: "yellow", State.UNTOUCHED: "dim"}


def progress_bar(loop: ExerciseLoop, width: int = BAR) -> Text:
    """The bar, and the same in words."""
    filled, empty = loop.bar(width)
    return Text.assemble(("━" * filled, "green"), ("━" * empty, "bright_black"), f" {loop.in_words}")


def loop_table(loop: ExerciseLoop, current: str) -> Table:
    """One line an exercise; an arrow marks the current one."""
    table = Table("", "lesson", "title", "min", "exercise", box=None, padding=(0, 2, 0, 0))
    for one in loop.exercises:
        arrow = Text("→" if one.name == current else " ", style="bold")
        state = Text(one.state.value, style=STYLES[one.state])
        if one.hints:
            state.append(f", {one.hints} of 3 hints", style="dim")
        table.add_row(arrow, one.name, one.lesson.title, str(one.lesson.minutes), state)
    return table


def hint_text(exercise: Exercise, hint: Hint) -> Text:
    """The hint under its tier."""
    head = f"Hint {hint.tier} of {len(exercise.lesson.hints)} for exercise {exercise.lesson.number}\n"
    return Text.assemble((head, "bold"), hint.words)


def what_next(loop: ExerciseLoop, solved: Exercise) -> Text:
    """What to do after an exercise was solved, in a terminal where each thing is a command."""
    following = loop.after(solved.name)
    words = f"Solved. Compare yours with another solution: threadlab solution {solved.number}\n"
    if following is None:
        return Text(f"{words}That was the last one: {loop.in_words}. What is left: threadlab self-check")
    return Text(f"{words}Next: {following.path}, then threadlab check {following.number}")


def comparison(different: str) -> RenderableType:
    """The difference between the learner's version and the solution."""
    if not different:
        return Text("Yours is the solution, word for word.")
    return Syntax(different, "diff", theme="ansi_dark", background_color="default", word_wrap=True)
