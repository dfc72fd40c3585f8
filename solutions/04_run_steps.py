"""Exercise 4: explain where the time and the tokens of a run went.

Write `ended`, and with it `explain`: one row for each step, and one for each wait before, between and after
them. Lay the rows end to end, and their seconds add up to the run's, their tokens to the run's usage.

Try it out:      python solutions/04_run_steps.py
Check it:        threadlab check 04
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from threadlab import Run, Toolbox, connect, tool, wait


class Row(NamedTuple):
    """A step by its type, or a "wait"; whole seconds, as the service tells them; tokens in and out."""

    name: str
    seconds: int
    tokens: int


class Usage(Protocol):
    """Tokens."""

    @property
    def total_tokens(self) -> int:
        """In and out together."""
        ...


class Step(Protocol):
    """A run step, as far as time and tokens are concerned. All times are Unix seconds; a run has them too."""

    type: str
    created_at: int
    completed_at: int | None
    failed_at: int | None
    cancelled_at: int | None
    expired_at: int | None
    usage: Usage | None


def ended(one: Run | Step) -> int | None:
    """When a run or a step ended, however it ended; None while it goes on."""
    # >>> solution
    # 1. of the times that it could have ended at, the one that is filled in (a run has no expired_at)
    times = (one.completed_at, one.failed_at, one.cancelled_at, getattr(one, "expired_at", None))
    return next((time for time in times if time is not None), None)
    # <<< solution


def explain(run: Run, steps: Sequence[Step]) -> list[Row]:
    """The rows of a run that is over, in the order of time. `steps` come oldest first, and never overlap."""
    # >>> solution
    rows: list[Row] = []
    # 1. begin when the run was created, and keep in mind how far you have come
    at, end = run.created_at, ended(run) or run.created_at
    for step in steps:
        # 2. a step that begins later than that was waited for
        if step.created_at > at:
            rows.append(Row("wait", step.created_at - at, 0))
        # 3. every step counts, however it ended; one that never did ended with its run
        at = ended(step) or end
        rows.append(Row(step.type, at - step.created_at, step.usage.total_tokens if step.usage else 0))
    # 4. what is left at the end is a wait too
    if end > at:
        rows.append(Row("wait", end - at, 0))
    return rows
    # <<< solution


def main() -> None:
    """A run with a slow tool."""
    with connect(seed=4) as lab:

        @tool
        def opening_hours(place: str) -> str:
            """The opening hours of a place in town.

            Args:
                place: what kind of place, such as museum or library.
            """
            lab.time.sleep(3)
            return "10:00 to 18:00"

        toolbox = Toolbox(opening_hours)
        agent = lab.create_agent(name="guide", tools=toolbox.definitions)
        thread = lab.threads.create(
            messages=[{"role": "user", "content": "What are the opening hours of the museum?"}]
        )
        run = wait(lab.runs.create(thread.id, agent.id), tools=toolbox)
        for row in explain(run, run.steps()):
            print(f"{row.name:<17} {row.seconds:>3} s {row.tokens:>5} tokens")
        lab.delete_agent(agent.id)


if __name__ == "__main__":
    try:
        main()
    except NotImplementedError as todo:
        sys.exit(f"Not yet: {todo}. Open this file, and follow its TODO lines.")
