"""One user run explained: what it decided, who said what, why it is where it is, what is next to it."""

from dataclasses import replace

import pytest

from tests.history.records_by_hand import BEGAN, agent_call, tool_use, user_run
from threadlab import connect
from threadlab.errors import UnknownUserRun
from threadlab.history.navigation import goto
from threadlab.history.reading.diagnose import diagnose
from threadlab.history.reading.key_decisions import LONGEST, MOST_LINES, key_decisions
from threadlab.history.reading.run_tables import tool_operations
from threadlab.history.reading.sequence import sequence
from threadlab.journal.fact import Entry, Queued
from threadlab.journal.record import Interrupt, QueueEntry
from threadlab.journal.values import Command, ContextPart, Trigger
from threadlab.objects.fault import Fault
from threadlab.objects.run import Run

BROKEN = Fault("rate_limit_exceeded", "too many requests")
DELEGATED = user_run(
    "turn-1",
    "Plan a trip.",
    [
        agent_call("1", "Plan a trip.", "Take the train.", tools=[tool_use()], seconds=9),
        agent_call("1.ask_ben.1", "Find a hotel.", "The Grand.", agent="Ben", at=BEGAN + 3),
    ],
)


def test_key_decisions_are_short_lines_of_what_was_done() -> None:
    """In the order in which it was done."""
    assert key_decisions(DELEGATED) == (
        "Ada used get_weather(city=Turin): sunny",
        "Ada asked Ben, which answered: The Grand.",
        "Ada answered: Take the train.",
    )


def test_key_decisions_tell_of_changes_context_answers_and_the_end() -> None:
    """What made this user run another than its base."""
    parts = (
        ContextPart(user_run="a", use="summary", tokens=9),
        ContextPart(user_run="b", use="dropped", tokens=0),
    )
    asked = Interrupt(id="1.mail.1", kind="approval", question="send the mail?", answer="deny", by="user")
    call = agent_call(context=parts, status="failed", error=BROKEN, output="")
    record = user_run(
        verb="edit", base="turn-0", calls=[call], status="failed", error=BROKEN, interrupts=(asked,)
    )
    record = replace(record, received=replace(record.received, changes={"temperature": 0.9}))
    assert key_decisions(record) == (
        "edit of turn-0: set temperature to 0.9",
        "of 2 earlier user runs: 1 as summaries, 1 left out",
        "Ada ended failed: too many requests",
        "asked “send the mail?”: deny, by user",
        "ended failed: too many requests",
    )


def test_there_are_few_key_decisions_each_on_one_line_and_the_end_is_never_cut() -> None:
    """However much was done."""
    tools = [tool_use(output="long\n" * 99, path=f"1.get_weather.{number}") for number in range(1, 30)]
    told = key_decisions(
        user_run(calls=[agent_call(tools=tools)], status="expired", reason="its time ran out")
    )
    assert len(told) == MOST_LINES
    assert all(len(line) <= LONGEST and "\n" not in line for line in told)
    assert told[-2:] == ("… and 24 more", "ended expired: its time ran out")


def test_the_sequence_is_what_really_was_said_in_order() -> None:
    """Delegation lies within the call that asked for it."""
    drawn = sequence(DELEGATED)
    assert drawn.participants == ("you", "Ada", "Ben", "your tools")
    assert [line.split("  ")[-1] for line in str(drawn).splitlines()[1:]] == [
        "you → Ada: Plan a trip.",
        "Ada → your tools: get_weather(city=Turin)",
        "your tools ⇢ Ada: sunny",
        "Ada → Ben: Find a hotel.",
        "Ben ⇢ Ada: The Grand.",
        "Ada ⇢ you: Take the train.",
    ]


def test_questions_and_what_started_it_are_in_the_sequence() -> None:
    """A follow-up of a ticket was not asked by you."""
    asked = Interrupt(
        id="1.mail.1", kind="approval", question="send it?", raised_at=BEGAN + 1, answer="approve", by="user"
    )
    record = user_run(interrupts=(asked,))
    trigger = Trigger(type="system", cause="the-report-k3x9")
    record = replace(record, received=replace(record.received, trigger=trigger))
    assert sequence(record).participants == ("the system", "you", "Ada")
    assert [f"{one.sender}: {one.words}" for one in sequence(record).sayings][1:3] == [
        "Ada: (approval) send it?",
        "you: approve",
    ]
    assert key_decisions(record)[0] == "started by the system: the-report-k3x9"


def test_mermaid_reads_the_sequence_and_nothing_that_was_said_breaks_it() -> None:
    """What others wrote is escaped."""
    record = user_run(calls=[agent_call(prompt='a; b\nend <i> "x"', output="#1 {done}")])
    assert sequence(record).mermaid.splitlines() == [
        "sequenceDiagram",
        "    participant P0 as you",
        "    participant P1 as Ada",
        "    P0->>P1: a#59; b end #60;i#62; #34;x#34;",
        "    P1-->>P0: #35;1 #123;done#125;",
    ]


def test_a_call_at_work_has_no_answer_in_the_sequence_yet() -> None:
    """One that was cut off says that it has none."""
    tools = [tool_use(output=None, ok=None)]
    at_work, cut_off = (
        user_run(calls=[agent_call(status=status, output="", tools=tools)], status=status)
        for status in ("in_progress", "cancelled")
    )
    assert str(sequence(at_work)).endswith("Ada → your tools: get_weather(city=Turin)")
    assert tool_operations(at_work).first["status"] == "in_progress"  # type: ignore[index]  # there is one
    assert "(no result: it was interrupted)" in str(sequence(cut_off))


def test_a_stalled_user_run_is_to_be_resumed() -> None:
    """And the tool that was cut off is named."""
    tools = [tool_use("mail", "{}", None, ok=None)]
    record = user_run(calls=[agent_call(status="in_progress", output="", tools=tools)], status="in_progress")
    found = diagnose(record, stalled=True, now=BEGAN + 60)
    assert found.reason == "stalled"
    assert "resume it" in found.next
    assert "tool_interrupted" in found


def test_a_pause_names_its_question_and_deadline() -> None:
    """And how to answer."""
    asked = Interrupt(
        id="1.mail.1", kind="approval", question="send the mail?", raised_at=BEGAN, deadline=BEGAN + 600
    )
    found = diagnose(user_run(status="requires_action", interrupts=(asked,), calls=[]), now=BEGAN + 60)
    assert found.reason == "waits_for_answer"
    assert "send the mail?; it expires in 540 s" in found.found
    assert found.next == 'user_run.answer("approve"), or answer("deny: why")'
    both = (asked, replace(asked, id="2.mail.1"))
    first, _ = diagnose(
        user_run(status="requires_action", interrupts=both, calls=[]), now=BEGAN + 60
    ).findings
    assert first.next.endswith(", with interrupt='1.mail.1'")


def test_a_queued_user_run_says_what_it_waits_for() -> None:
    """Never without a reason."""
    waits = Entry(seq=2, at=BEGAN, fact=Queued(reason="turn-7 is at work on branch main"))
    record = user_run(status="queued", calls=[], entries=(waits,))
    assert "turn-7 is at work on branch main" in diagnose(record, now=BEGAN + 5).found


def test_a_failed_run_is_judged_by_the_rules_for_runs_though_the_service_is_far() -> None:
    """From what the journal has of it; with the command that failed and those that did not start."""
    run = Run(id="run_1", thread_id="thread_1", agent_id="asst_1", status="failed", error=BROKEN)
    call = agent_call(status="failed", error=BROKEN, output="", run=run)
    queue = (
        QueueEntry(command=Command(text="first"), status="failed"),
        QueueEntry(command=Command(text="second")),
    )
    found = diagnose(user_run(calls=[call], status="failed", error=BROKEN, queue=queue), now=BEGAN + 5)
    assert found.reason == "command_failed"
    assert "1 command after it did not start" in found.found
    assert "rate_limited" in found
    assert "Ada (call 1): the run failed: too many requests" in str(found)


def test_with_a_lab_the_runs_of_failed_calls_are_looked_at_again() -> None:
    """So the backend's own log is evidence too: the fault that was asked for is named."""
    with connect(seed=1) as lab:
        lab.workbench.faults.add("model_error")
        agent = lab.create_agent(model=lab.model, name="Ada")
        thread = lab.threads.create()
        lab.messages.create(thread.id, content="Hello")
        run = lab.runs.create(thread.id, agent.id)
        while not run.is_terminal:
            lab.time.sleep(1)
            run = run.read()
        recorded = replace(run, home=None, native=None)
        call = agent_call(status=run.status, error=run.error, output="", run=recorded)
        found = diagnose(user_run(calls=[call], status="failed"), now=lab.time.now(), lab=lab)
    assert "model_failed" in found
    assert [fault.kind for fault in found.faults] == ["model_error"]


def test_a_good_user_run_has_nothing_wrong_with_it() -> None:
    """Nor one that is at work, as far as can be seen."""
    assert diagnose(user_run(), now=BEGAN + 5).reason == "answered"
    at_work = user_run(calls=[], status="in_progress")
    assert diagnose(at_work, now=BEGAN + 5).reason == "at_work"


IDS = ("turn-a1", "turn-b2", "turn-b3")


def test_one_goes_to_a_place_an_id_or_a_piece_of_one() -> None:
    """Places count from 1, from the end with a minus."""
    assert [goto(IDS, where) for where in (1, 3, -1, "turn-b2", "b3", "turn-a")] == [
        "turn-a1", "turn-b3", "turn-b3", "turn-b2", "turn-b3", "turn-a1",
    ]  # fmt: skip


@pytest.mark.parametrize("where", [0, 4, -4, "turn-b", "zebra", ""])
def test_what_fits_nothing_or_several_is_an_error(where: str | int) -> None:
    """That lists what there is."""
    with pytest.raises(UnknownUserRun):
        goto(IDS, where)
