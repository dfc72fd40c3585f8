"""`threadlab self-check`: a few questions, each answered with its reason."""

from __future__ import annotations

LETTERS = "abcdefgh"


def self_check() -> None:
    """Five questions on what the course is about. A wrong answer says why, and you choose again."""
    from rich.markup import escape

    from threadlab.cli.page import out
    from threadlab.course.course_root import find_course_root
    from threadlab.course.self_check import Answers, read_self_check

    answers = Answers(read_self_check(find_course_root()))
    try:
        for number, question in enumerate(answers.questions):
            out.print(f"\n[bold]{number + 1} of {len(answers.questions)}  {escape(question.topic)}[/]")
            out.print(question.asks, markup=False)
            for letter, choice in zip(LETTERS, question.choice, strict=False):
                out.print(f"  {letter}  {choice.says}", markup=False)
            while not answers.found(number):
                at = LETTERS.find(out.input("> ").strip().lower() or "?")
                if not 0 <= at < len(question.choice):
                    out.print(f"Type one of {', '.join(LETTERS[: len(question.choice)])}.")
                    continue
                answers = answers.choose(number, at)
                mark = "[green]✓[/]" if question.choice[at].right else "[red]✗[/]"
                out.print(f"{mark} {escape(question.choice[at].why)}")
    except (EOFError, KeyboardInterrupt):
        out.print("\nStopped.")
    out.print(f"\n{answers.in_words}")
