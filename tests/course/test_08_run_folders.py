"""Exercise 8, judged on random jobs: what stands in the folder, at every moment, and what was done again."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from threadlab import Lab, wait
from threadlab.course.chance import Chance
from threadlab.course.checks import check, observe

SUBJECTS = ("an agent", "a message", "a run", "a run step", "a thread", "a token", "a tool")
NAMES = ("ask", "count", "draft", "facts", "order", "plan", "search", "sum", "title", "words")
LOG = "events.jsonl"

Results = Mapping[str, Any]


@dataclass(slots=True)
class Job:
    """Steps with random names and results; `done` are those done so far, `given` what each was given."""

    answer: ModuleType
    results: dict[str, Any]
    done: list[str] = field(default_factory=list)
    given: dict[str, Any] = field(default_factory=dict)
    fails: str = ""

    @property
    def names(self) -> list[str]:
        """Of the steps, in their order."""
        return list(self.results)

    def steps(self, during: Callable[[str], object] = lambda name: None) -> list[Any]:
        """The steps; `during` is called in each, with its name."""
        return [self.answer.Step(name, partial(self._work, name, during)) for name in self.results]

    def _work(self, name: str, during: Callable[[str], object], given: Results) -> Any:
        self.done.append(name)
        self.given[name] = {**given}
        during(name)
        if name == self.fails:
            raise LookupError(f"{name} is out of order")
        return self.results[name]


def test_each_step_is_recorded(answer: ModuleType, chance: Chance, tmp_path: Path) -> None:
    """Each step is recorded as started and as ended, one line of JSON each, in this order"""
    job = _job(answer, chance)
    returned = answer.run(tmp_path / "job", job.steps())
    wanted = [event for name in job.names for event in _both(name, job.results[name])]
    seen = _events(tmp_path / "job")
    check(
        seen == wanted and returned == job.results,
        expected=f"{len(wanted)} events for the steps {', '.join(job.names)}, and their results returned",
        seen=f"{_words(seen)}; returned: {returned!r}"[:300],
        try_next="which two lines does one step leave, and which of them has the result?",
    )


def test_it_is_on_disk_first(answer: ModuleType, chance: Chance, tmp_path: Path) -> None:
    """While a step is at work, the disk tells that it has started, and all that was before"""
    job = _job(answer, chance)
    told: dict[str, list[Any]] = {}
    answer.run(tmp_path / "job", job.steps(lambda name: told.update({name: _events(tmp_path / "job")})))
    for place, name in enumerate(job.names):
        before = [event for one in job.names[:place] for event in _both(one, job.results[one])]
        check(
            told[name] == [*before, {"step": name, "event": "started"}],
            expected=f"{2 * place + 1} lines on disk while step {place + 1} is at work",
            seen=f"{_words(told[name])}",
            try_next="if the power failed inside the work, who would know how far it came?",
        )


def test_nothing_is_written_anew(answer: ModuleType, chance: Chance, tmp_path: Path) -> None:
    """The log is never emptied to be written again: a crash right then would lose everything"""
    job = _job(answer, chance)
    job.fails = job.names[-1]
    with _emptied(tmp_path) as times:
        _run(answer, tmp_path / "job", job.steps())
        job.fails = ""
        answer.run(tmp_path / "job", job.steps())
        answer.replay(tmp_path / "again", tmp_path / "job", job.steps(), job.names[1])
    check(
        not times,
        expected="a log that is only ever added to",
        seen=f"it was opened {len(times)} times in a way that empties it first",
        try_next="what is left on the disk between emptying the file and writing it? See the modes of open()",
    )


def test_history_stays(answer: ModuleType, chance: Chance, tmp_path: Path) -> None:
    """What was written stays as it is, to the letter: a failure too, when all went well later"""
    job = _job(answer, chance)
    job.fails = chance.choice(job.names[1:])
    _run(answer, tmp_path / "job", job.steps())
    before = (tmp_path / "job" / LOG).read_bytes()
    job.fails = ""
    answer.run(tmp_path / "job", job.steps())
    after = (tmp_path / "job" / LOG).read_bytes()
    check(
        after.startswith(before),
        expected="all that was written before, and new lines behind it",
        seen=f"{_words(_events(tmp_path / 'job'))}",
        try_next="a failure is history too: whoever looks for its cause wants to find it",
    )


def test_a_failure_is_recorded_and_told(answer: ModuleType, chance: Chance, tmp_path: Path) -> None:
    """A step that fails is recorded with its error, the error is raised, and nothing behind it begins"""
    job = _job(answer, chance)
    job.fails = chance.choice(job.names[1:-1])
    raised = _run(answer, tmp_path / "job", job.steps())
    last = (_events(tmp_path / "job") or [{}])[-1]
    check(
        isinstance(raised, LookupError) and job.done[-1] == job.fails,
        expected=f"the LookupError of {job.fails}, and no step behind it",
        seen=f"{raised!r}; done: {', '.join(job.done)}",
        try_next="who called run() wants to know: what happens to an exception after you have noted it?",
    )
    check(
        last == {"step": job.fails, "event": "failed", "error": str(raised)},
        expected=f"a last line that says that {job.fails} failed, with the error's text",
        seen=f"{last}",
        try_next="try the step, and note what it raises before it is raised on",
    )


def test_a_cut_line_is_no_line(answer: ModuleType, chance: Chance, tmp_path: Path) -> None:
    """After a crash in the middle of a line, the lines before it are all there, and that one is not"""
    job = _job(answer, chance)
    answer.run(tmp_path / "job", job.steps())
    written = (tmp_path / "job" / LOG).read_bytes()
    for cut in _cuts(written, chance):
        whole = [json.loads(line) for line in written[:cut].split(b"\n")[:-1]]
        seen = answer.read(_copied(tmp_path / f"cut at {cut}", written[:cut]))
        check(
            seen == whole,
            expected=f"{len(whole)} events of a log that was cut off after {cut} of {len(written)} bytes",
            seen=_words(seen),
            try_next="how do you tell a line that is whole? Look at the last byte of each",
        )


def test_nothing_finished_is_done_again(answer: ModuleType, chance: Chance, tmp_path: Path) -> None:
    """A step whose result is on disk is not done again; one that was cut off is"""
    job = _job(answer, chance)
    answer.run(tmp_path / "job", job.steps())
    written = (tmp_path / "job" / LOG).read_bytes()
    ends = [place + 1 for place, byte in enumerate(written) if byte == ord("\n")]
    for place, cut in enumerate(ends):
        job.done.clear()
        answer.run(_copied(tmp_path / f"cut at {cut}", written[:cut]), job.steps())
        wanted = job.names[(place + 1) // 2 :]
        check(
            job.done == wanted,
            expected=f"after {place + 1} of {len(ends)} lines: {', '.join(wanted) or 'nothing'} to be done",
            seen=f"done: {', '.join(job.done) or 'nothing'}",
            try_next="which of a step's two lines says that there is a result?",
        )


def test_it_goes_on_after_any_crash(answer: ModuleType, chance: Chance, tmp_path: Path) -> None:
    """After a crash at any byte, run() comes to the same results, and its log can be read again"""
    job = _job(answer, chance)
    answer.run(tmp_path / "job", job.steps())
    written = (tmp_path / "job" / LOG).read_bytes()
    for cut in _cuts(written, chance):
        folder = _copied(tmp_path / f"cut at {cut}", written[:cut])
        seen = answer.run(folder, job.steps())
        ended = {event["step"] for event in _events(folder) if event.get("event") == "ended"}
        check(
            seen == job.results and ended == {*job.names},
            expected=f"all {len(job.names)} results, and a log that has them, after a crash at byte {cut}",
            seen=f"{len(seen)} results; the log: {_words(_events(folder))}",
            try_next="print the folder's log: at what is the first new line written?",
        )


def test_each_step_gets_what_is_on_disk(answer: ModuleType, chance: Chance, tmp_path: Path) -> None:
    """A step is given the same whether what it is given was just made or comes from the disk"""
    job = _job(answer, chance)
    first, last = job.names[0], job.names[-1]
    job.results[first] = (chance.number(), {chance.number(): (chance.city(),)})
    answer.run(tmp_path / "job", job.steps())
    fresh = job.given[last]
    answer.replay(tmp_path / "again", tmp_path / "job", job.steps(), last)
    read = job.given[last]
    check(
        repr(fresh) == repr(read),
        expected=f"the last step to be given {read!r}",
        seen=f"{fresh!r}, when it was just made",
        try_next="JSON knows no tuples, and its keys are texts: what comes back when you read it?",
    )


def test_a_replay_is_the_same(answer: ModuleType, chance: Chance, tmp_path: Path) -> None:
    """A replay of everything is equal, event for event, and does nothing"""
    job = _job(answer, chance)
    job.fails = chance.choice(job.names[1:])
    _run(answer, tmp_path / "job", job.steps())
    job.fails = ""
    answer.run(tmp_path / "job", job.steps())
    job.done.clear()
    returned = answer.replay(tmp_path / "again", tmp_path / "job", job.steps())
    check(
        returned == job.results and not job.done,
        expected="all results, and no step done",
        seen=f"{returned!r}; done: {', '.join(job.done) or 'nothing'}"[:300],
        try_next="everything that is needed stands in the old log",
    )
    check(
        _events(tmp_path / "again") == _events(tmp_path / "job"),
        expected=f"the events of the old log, a failure too: {_words(_events(tmp_path / 'job'))}",
        seen=_words(_events(tmp_path / "again")),
        try_next="what happened is all of it, not only what went well",
    )


def test_it_is_done_again_from_the_step_on(answer: ModuleType, chance: Chance, tmp_path: Path) -> None:
    """With from_step, that step and those behind it are done, and none before it"""
    job = _job(answer, chance)
    answer.run(tmp_path / "job", job.steps())
    for place, name in enumerate(job.names):
        job.done.clear()
        returned = answer.replay(tmp_path / f"from {name}", tmp_path / "job", job.steps(), name)
        check(
            job.done == job.names[place:] and returned == job.results,
            expected=f"from {name}: {', '.join(job.names[place:])}",
            seen=f"done: {', '.join(job.done) or 'nothing'}",
            try_next="does the step itself belong to what stands before it?",
        )


def test_the_base_stays(answer: ModuleType, chance: Chance, tmp_path: Path) -> None:
    """The folder that is made again stays as it is, in every letter"""
    job = _job(answer, chance)
    answer.run(tmp_path / "job", job.steps())
    before = (tmp_path / "job" / LOG).read_bytes()
    answer.replay(tmp_path / "again", tmp_path / "job", job.steps(), job.names[1])
    after = (tmp_path / "job" / LOG).read_bytes()
    made = _words(_events(tmp_path / "again"))
    check(
        after == before and (tmp_path / "again" / LOG).is_file(),
        expected="the old log as it was, and a new one beside it",
        seen=f"the old one has {len(after) - len(before):+d} bytes, the new one {made}",
        try_next="into which folder do you write?",
    )


def test_a_wrong_step_is_told_first(answer: ModuleType, chance: Chance, tmp_path: Path) -> None:
    """A step that is not there, or a result that is missing, is a ValueError before anything is written"""
    job = _job(answer, chance)
    job.fails = job.names[1]
    _run(answer, tmp_path / "job", job.steps())
    job.fails = ""
    job.done.clear()
    for from_step in ("nowhere", job.names[2], None):
        try:
            seen = (
                f"it returned {answer.replay(tmp_path / 'again', tmp_path / 'job', job.steps(), from_step)!r}"
            )
        except ValueError as error:
            seen = "" if str(error) else "a ValueError without a word"
        there = _events(tmp_path / "again")
        check(
            not seen and not there and not job.done,
            expected=f"a ValueError for from_step={from_step!r}, an empty folder, and no step done",
            seen=f"{seen or 'the ValueError'}; written: {_words(there)}; done: {', '.join(job.done) or '-'}",
            try_next="look at everything that can be wrong before you write the first line",
        )


def test_only_what_was_mended_is_paid(answer: ModuleType, lab: Lab, chance: Chance, tmp_path: Path) -> None:
    """With the third step mended, the agent of the second is not asked again, and its answer is used"""
    agent = lab.create_agent(name="guide", instructions="Answer in one sentence.")
    subject, number = chance.choice(SUBJECTS), chance.number()

    def ask(results: Results) -> str:
        thread = lab.threads.create()
        lab.messages.create(thread.id, content=f"What is {results['subject']}?")
        return wait(lab.runs.create(thread.id, agent.id)).messages()[-1].text

    def broken(results: Results) -> int:
        raise LookupError("the third step is broken")

    def mended(results: Results) -> int:
        return len(results["text"]) + number

    first = [answer.Step("subject", lambda results: subject), answer.Step("text", ask)]
    _run(answer, tmp_path / "job", [*first, answer.Step("third", broken)])
    steps = [*first, answer.Step("third", mended)]
    seen = observe(lab, lambda: answer.replay(tmp_path / "again", tmp_path / "job", steps, "third"))
    runs = len(seen.all("create run"))
    text = seen.result.get("text") or ""
    check(
        runs == 0 and bool(text) and seen.result.get("third") == len(text) + number,
        expected="no run at the service, the recorded answer, and the third result made of it",
        seen=f"{runs} runs; {seen.result!r}"[:300],
        try_next="where does the second step's result stand, and who reads it for the third?",
    )


def _job(answer: ModuleType, chance: Chance) -> Job:
    """Four or five steps with random names, each with a random result."""
    results: list[Any] = [
        chance.number(), f"{chance.city()}\n“{chance.name()}”", [chance.city(), {"n": chance.number()}], None,
        {"by": chance.name()},
    ]  # fmt: skip
    count = chance.randint(4, 5)
    chosen = chance.sample(results, count)
    return Job(answer, dict(zip(chance.sample(NAMES, count), chosen, strict=True)))


def _both(name: str, result: Any) -> list[dict[str, Any]]:
    return [{"step": name, "event": "started"}, {"step": name, "event": "ended", "result": result}]


def _run(answer: ModuleType, folder: Path, steps: Sequence[Any]) -> BaseException | None:
    """Run it; what it raised."""
    try:
        answer.run(folder, steps)
    except LookupError as error:
        return error
    return None


def _events(folder: Path) -> list[Any]:
    """What the log says, read strictly; a line that is no JSON is told as it is."""
    if not (folder / LOG).is_file():
        return []
    lines = (folder / LOG).read_text(encoding="utf-8").split("\n")
    return [_read(line) for line in lines if line]


def _read(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return {"event": f"no JSON: {line[:60]}"}


def _words(events: Any) -> str:
    """The events in few words."""
    if not isinstance(events, Sequence):
        return f"{events!r}"[:200]
    told = [f"{one.get('step', '?')} {one.get('event', '?')}" for one in events if isinstance(one, Mapping)]
    return f"{len(events)} lines ({', '.join(told)})"[:300] if told else f"{len(events)} lines"


def _cuts(written: bytes, chance: Chance) -> list[int]:
    """Places to crash at: behind and before each end of line, and a few at random."""
    ends = [place + 1 for place, byte in enumerate(written) if byte == ord("\n")]
    return sorted(
        {0, *ends, *(end - 1 for end in ends), *(chance.randrange(len(written)) for _ in range(12))}
    )


def _copied(folder: Path, written: bytes) -> Path:
    """A folder with that log: what a crash left."""
    folder.mkdir()
    (folder / LOG).write_bytes(written)
    return folder


_WATCHED: list[tuple[Path, list[str]]] = []


def _see_open(event: str, arguments: tuple[Any, ...]) -> None:
    """Note each opening of a log below a watched folder that empties it; Python tells of every one."""
    if event != "open" or not _WATCHED:
        return
    path, _, flags = arguments
    if isinstance(path, str | os.PathLike) and isinstance(flags, int) and flags & os.O_TRUNC:
        for folder, times in tuple(_WATCHED):
            file = Path(path)
            if (
                file.name == LOG
                and folder in file.absolute().parents
                and file.exists()
                and file.stat().st_size
            ):
                times.append(str(file))


sys.addaudithook(_see_open)


@contextmanager
def _emptied(folder: Path) -> Iterator[list[str]]:
    """The logs below the folder that were emptied meanwhile."""
    watched: tuple[Path, list[str]] = (folder, [])
    _WATCHED.append(watched)
    try:
        yield watched[1]
    finally:
        _WATCHED.remove(watched)
