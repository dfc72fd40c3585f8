"""Threads: one run at a time on each, with the settings it started with; and the log that tells it all."""

from __future__ import annotations

from functools import partial
from typing import Any

from azure.ai.agents.models import MessageDeltaChunk

from threadlab.backend.engine.replay import Replay
from threadlab.backend.records import MessageRecord, RunRecord, StepRecord
from threadlab.conformance.bench import LIVE, Bench
from threadlab.conformance.check import Check, expect


def one_run_at_a_time(bench: Bench) -> None:
    """A second run is refused while another is active on the thread, whatever that one is doing."""
    for status in LIVE:
        run = bench.in_status(status)
        bench.refused(partial(bench.run, thread=run.thread_id), f"another run is {status}")


def no_message_meanwhile(bench: Bench) -> None:
    """A message is refused while a run is active on its thread, whatever that run is doing."""
    for status in LIVE:
        thread = bench.in_status(status).thread_id
        add = partial(bench.sdk.messages.create, thread, role="user", content="Wait!")
        bench.refused(add, f"a run is {status}")


def free_again(bench: Bench) -> None:
    """When a run is over its thread takes messages and runs again, and the next run reads them all."""
    run = bench.until(bench.run(), "completed")
    bench.sdk.messages.create(run.thread_id, role="user", content="And tomorrow?")
    bench.until(bench.run(thread=run.thread_id), "completed")
    given = [said.text for said in bench.asked[-1].messages]
    wanted = ["How is the weather?", "It is sunny.", "And tomorrow?"]
    expect(given == wanted, f"a model that is given {wanted}", seen=given)


def threads_apart(bench: Bench) -> None:
    """Runs of two threads go on side by side, and answer each on its own."""
    waiting, other = bench.in_status("requires_action"), bench.until(bench.run(), "completed")
    bench.until(bench.answer(waiting), "completed")
    answers = [len(bench.said(run.thread_id)) for run in (waiting, other)]
    expect(answers == [1, 1], "one answer on each thread", seen=answers)


def settings_are_copied(bench: Bench) -> None:
    """A run keeps the settings that it started with, though its agent changes."""
    agent = bench.agent(instructions="Speak of the sea.")
    run = bench.run(agent=agent)
    bench.sdk.update_agent(agent, instructions="Speak of mountains.")
    bench.until(run, "completed")
    heard = bench.asked[0].instructions
    expect(heard == "Speak of the sea.", "the instructions as they were at the start", seen=heard)


def own_settings(bench: Bench) -> None:
    """Instructions that come with a run replace its agent's."""
    bench.until(bench.run(instructions="Speak of rivers."), "completed")
    expect(
        bench.asked[0].instructions == "Speak of rivers.", "the run's own", seen=bench.asked[0].instructions
    )


def agent_goes_meanwhile(bench: Bench) -> None:
    """A run outlives the deletion of its agent."""
    agent = bench.agent()
    run = bench.run(agent=agent)
    bench.sdk.delete_agent(agent)
    bench.until(run, "completed")


def thread_goes_meanwhile(bench: Bench) -> None:
    """Deleting a thread ends the run on it, and other runs go on."""
    run = bench.run()
    bench.sdk.threads.delete(run.thread_id)
    bench.until(bench.run(), "completed")
    expect(len(bench.asked) == 1, "a model that was asked for the other run alone", seen=len(bench.asked))


def log_tells_the_same(bench: Bench) -> None:
    """The log, read again from its start, comes to the same messages, runs and run steps."""
    run = bench.until(bench.answer(bench.in_status("requires_action")), "completed")
    again = Replay()
    for entry in bench.backend.store.log(thread_id=run.thread_id):
        again.apply(entry)
    every = bench.backend.store.every
    kept: list[Any] = [*every(MessageRecord, run.thread_id), *every(RunRecord, run.thread_id)]
    kept += every(StepRecord, run.id)
    told = {record.id: record for record in again}
    different = [record.id for record in kept if told.get(record.id) != record]
    expect(different == [] and len(told) == len(kept), "the same records", seen=f"different: {different}")


def stream_tells_the_same(bench: Bench) -> None:
    """A stream shows the run from its creation to its end, and its pieces are the answer."""
    thread, names, pieces = bench.thread("How is the weather?"), [], []
    with bench.sdk.runs.stream(thread, agent_id=bench.agent()) as stream:
        for name, content, _ in stream:
            names.append(str(name))
            if isinstance(content, MessageDeltaChunk):
                pieces.append(content.text)
    runs = [name.removeprefix("thread.run.") for name in names if name.count(".") == 2 and ".run." in name]
    expect(runs == ["created", "queued", "in_progress", "completed"], "the events of a run's life", seen=runs)
    expect(names[-1] == "done", "the event done at the end", seen=names[-1])
    said = bench.said(thread)
    expect(["".join(pieces)] == said, f"pieces that make {said}", seen=pieces)


THREADS = tuple(
    Check.of(judge)
    for judge in (
        one_run_at_a_time,
        no_message_meanwhile,
        free_again,
        threads_apart,
        settings_are_copied,
        own_settings,
        agent_goes_meanwhile,
        thread_goes_meanwhile,
        log_tells_the_same,
        stream_tells_the_same,
    )
)
