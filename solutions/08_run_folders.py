"""Exercise 8: record what is done in a folder that only grows; go on after a crash; begin again at a step.

A job is a row of steps. Each has a name and some work, which may cost something: an agent is asked, a tool is
called. `write` and `read` keep a log of what happened. `run` does the steps, and never does one again whose
result is in the log. `replay` makes a new folder from an old one: what stands before a step is taken over.

Try it out:      python solutions/08_run_folders.py
Check it:        threadlab check 08
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from threadlab import connect, wait

LOG = "events.jsonl"

Event = dict[str, Any]
"""{"step": ..., "event": "started"}; or "ended", with its "result"; or "failed", with its "error", a text."""


@dataclass(frozen=True)
class Step:
    """A name, and work that is given the results of the steps before it by their names. It returns JSON."""

    name: str
    work: Callable[[Mapping[str, Any]], Any]


def write(folder: Path, event: Event) -> None:
    """Add the event to the folder's LOG, as one line of JSON. It is on disk when this returns.

    What is there already is not touched. The folder is made if there is none.
    """
    # >>> solution
    folder.mkdir(parents=True, exist_ok=True)
    # 1. "a" adds at the end; "w" would empty the file first, and a crash right then would lose it all
    with (folder / LOG).open("ab") as log:
        # 2. a line that a crash cut off was never finished: what comes must not be glued to it
        log.truncate((folder / LOG).read_bytes().rfind(b"\n") + 1)
        log.write(json.dumps(event).encode() + b"\n")
    # <<< solution


def read(folder: Path) -> list[Event]:
    """All events of the folder, oldest first; none if there is no LOG.

    A last line that a crash cut off is not among them: it has no end of line.
    """
    # >>> solution
    if not (folder / LOG).is_file():
        return []
    # 1. whatever stands behind the last end of line was cut off
    whole, _, _ = (folder / LOG).read_bytes().rpartition(b"\n")
    return [json.loads(line) for line in whole.splitlines()]
    # <<< solution


def run(folder: Path, steps: Sequence[Step]) -> dict[str, Any]:
    """Do the steps in their order, and return the results by their names.

    Before a step begins it is recorded as started; then as ended, or as failed: then its error is raised, and
    nothing behind it begins. A step that the folder has the result of is not done again.
    """
    # >>> solution
    # 1. what is on disk already
    results = {event["step"]: event["result"] for event in read(folder) if event["event"] == "ended"}
    for step in steps:
        if step.name in results:
            continue
        # 2. first the line, then the work: whoever finds the folder later sees what was going on
        write(folder, {"step": step.name, "event": "started"})
        try:
            result = step.work(results)
        except Exception as error:
            write(folder, {"step": step.name, "event": "failed", "error": str(error)})
            raise
        write(folder, {"step": step.name, "event": "ended", "result": result})
        # 3. the next step gets what is on disk: the same today and after a crash
        results[step.name] = read(folder)[-1]["result"]
    return results
    # <<< solution


def replay(folder: Path, base: Path, steps: Sequence[Step], from_step: str | None = None) -> dict[str, Any]:
    """Make the job of the folder `base` again in a new folder, and return the results. `base` stays as it is.

    What `base` recorded of the steps before `from_step` is taken over, event for event; that step and those
    behind it are done. Without `from_step` all is taken over and nothing is done. Raises ValueError, before
    anything is written, for a `from_step` that is no step, and for a result that would have to be taken over
    and is not there.
    """
    # >>> solution
    names = [step.name for step in steps]
    if from_step is not None and from_step not in names:
        raise ValueError(f"there is no step {from_step!r}: {', '.join(names)}")
    # 1. what stands before the step
    before = names if from_step is None else names[: names.index(from_step)]
    recorded = [event for event in read(base) if event["step"] in before]
    finished = {event["step"] for event in recorded if event["event"] == "ended"}
    if missing := [name for name in before if name not in finished]:
        raise ValueError(f"{base.name} has no result of {', '.join(missing)}")
    # 2. say it again in the new folder; then go on there, as after a crash
    for event in recorded:
        write(folder, event)
    return run(folder, steps)
    # <<< solution


def main() -> None:
    """Three steps, the last of which fails; then the same with the last one mended."""
    with connect(seed=8) as lab, tempfile.TemporaryDirectory() as place:
        agent = lab.create_agent(name="writer", instructions="Answer in one sentence.")

        def ask(results: Mapping[str, Any]) -> str:
            thread = lab.threads.create()
            lab.messages.create(thread.id, content=f"What is {results['subject']}?")
            return wait(lab.runs.create(thread.id, agent.id)).messages()[-1].text

        def count(results: Mapping[str, Any]) -> int:
            return len(results["text"].split())

        def broken(results: Mapping[str, Any]) -> int:
            return len(results["texts"].split())

        first = [Step("subject", lambda results: "a run step"), Step("text", ask), Step("words", broken)]
        try:
            run(Path(place, "first"), first)
        except KeyError as error:
            print(f"failed: {error!r}")
        for event in read(Path(place, "first")):
            print(f"  {event}")

        sent = lab.wire.count
        mended = [*first[:2], Step("words", count)]
        print(replay(Path(place, "second"), Path(place, "first"), mended, "words"))
        print(f"{lab.wire.count - sent} requests")
        lab.delete_agent(agent.id)


if __name__ == "__main__":
    try:
        main()
    except NotImplementedError as todo:
        sys.exit(f"Not yet: {todo}. Open this file, and follow its TODO lines.")
