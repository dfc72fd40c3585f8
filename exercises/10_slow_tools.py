"""Exercise 10: tell an agent what came of a job that took longer than a run.

A run is not the place to wait: it expires. So the tool promised, the run ended, and one day an event says
that the job is done. Events come twice, late, in any order, and while the agent is busy. Write `kept` and
`keep`, which make sure that no result is lost; then `is_active`, `wake` and `complete_later`, so that each
result is told in one run of its own, in the order in which they came, and never into a run that is at work.

Try it out:      python exercises/10_slow_tools.py
Check it:        threadlab check 10
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from threadlab import Lab, Run, connect, wait


class Desk(NamedTuple):
    """Where the results come in: a service, a thread and its agent, and a file that outlives this program."""

    lab: Lab
    thread_id: str
    agent_id: str
    file: Path


def told(job: str, result: str) -> str:
    """What the agent is told of a result. It must not take it for the user's words."""
    return f"(The user did not write this.)\nThe job (ticket {job}) is done. Its result:\n{result}"


def kept(desk: Desk) -> dict[str, str]:
    """All results in the file, by job, in the order in which they came; none if there is no file yet."""
    # TODO 1. before the first result there is no file
    # TODO 2. a line for each: what `keep` wrote
    raise NotImplementedError("kept() is still to be written")


def keep(desk: Desk, job: str, result: str) -> bool:
    """Add a result to the end of the file. The first counts: False, and no change, if the job has one."""
    # TODO 1. the same event may come again
    # TODO 2. one line of JSON at the end of the file, in UTF-8
    raise NotImplementedError("keep() is still to be written")


def is_active(desk: Desk) -> bool:
    """Whether a run is at work on the thread, or waits for an answer."""
    # TODO 1. desk.lab.runs.list gives the runs of a thread; `is_terminal` says that one is over
    raise NotImplementedError("is_active() is still to be written")


def wake(desk: Desk) -> list[Run]:
    """Make a run for each result that was not told yet, one after another; the runs, as they ended.

    The agent reads what `told` makes of the result, and the run's metadata is {"job": job}. Nothing happens
    while a run is active. Whatever is not told now is told the next time.
    """
    # TODO 1. never into a run that is at work
    # TODO 2. the service knows what was told: each of our runs has its job in its metadata
    # TODO 3. message and run in one request (additional_messages=): so no crash can come between them
    raise NotImplementedError("wake() is still to be written")


def complete_later(desk: Desk, job: str, result: str) -> list[Run]:
    """An event: a job is done. Its result is kept, and told if that can be now; the runs that were made."""
    # TODO 1. first keep it, whatever happens next; then see what can be told
    raise NotImplementedError("complete_later() is still to be written")


def main() -> None:
    """Three events for two jobs; the first comes while the agent is busy."""
    with connect(seed=10) as lab, tempfile.TemporaryDirectory() as folder:
        lab.workbench.pace = 0
        agent = lab.create_agent(name="secretary")
        thread = lab.threads.create(messages=[{"role": "user", "content": "Hello!"}])
        desk = Desk(lab, thread.id, agent.id, Path(folder) / "results.jsonl")
        run = lab.runs.create(thread.id, agent.id)
        print("while it is busy:", complete_later(desk, "rain", "19 days"))
        wait(run)
        print("afterwards:      ", [one.messages()[-1].text for one in wake(desk)])
        print("the same again:  ", complete_later(desk, "rain", "19 days"))
        print("another:         ", [one.messages()[-1].text for one in complete_later(desk, "snow", "2 cm")])
        lab.delete_agent(agent.id)


if __name__ == "__main__":
    try:
        main()
    except NotImplementedError as todo:
        sys.exit(f"Not yet: {todo}. Open this file, and follow its TODO lines.")

# starter 0aeb37ae4975
