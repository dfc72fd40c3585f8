"""Tool rounds: what a run asks its client for, and which outputs it takes."""

from __future__ import annotations

from collections.abc import Callable

from threadlab.backend.completer.port import Call
from threadlab.conformance.bench import Bench
from threadlab.conformance.check import Check, expect


def tool_round(bench: Bench) -> None:
    """A run waits for outputs, is queued when they come, and is completed."""
    run = bench.run(tools=True)
    life = bench.life(run)
    life += bench.life(bench.answer(run))
    wanted = ["queued", "in_progress", "requires_action", "queued", "in_progress", "completed"]
    expect(life == wanted, " → ".join(wanted), seen=" → ".join(life))


def two_rounds(bench: Bench) -> None:
    """A model may ask again; each round is a step of its own, with ids of its own."""
    bench.model = lambda request: "Done." if len(request.rounds) == 2 else Call("weather", "{}")
    run = bench.in_status("requires_action")
    ids = [call.id for call in bench.calls(run)]
    run = bench.until(bench.answer(run), "requires_action")
    ids += [call.id for call in bench.calls(run)]
    bench.until(bench.answer(run), "completed")
    expect(len(ids) == len(set(ids)) == 2, "two calls with different ids", seen=ids)
    kinds = [step.type for step in bench.steps(run)]
    expect(
        kinds == ["tool_calls", "tool_calls", "message_creation"], "two rounds, then a message", seen=kinds
    )


def required_action(bench: Bench) -> None:
    """A waiting run names all calls with their arguments; one that does not wait names none."""
    run = bench.in_status("requires_action")
    asked = [(call.function.name, call.function.arguments) for call in bench.calls(run)]
    wanted = [("weather", '{"city": "Oslo"}'), ("weather", '{"city": "Bergen"}')]
    expect(asked == wanted, f"the calls {wanted}", seen=asked)
    after = bench.answer(run).required_action
    expect(after is None, "no required_action once the outputs are there", seen=after)


def outputs_reach_the_model(bench: Bench) -> None:
    """The model is consulted again with every output of the round."""
    bench.until(bench.answer(bench.in_status("requires_action"), "rainy"), "completed")
    given = [call.output for round_ in bench.asked[-1].rounds for call in round_]
    expect(given == ["rainy", "rainy"], "both outputs in the second consultation", seen=given)


def usage_is_the_sum(bench: Bench) -> None:
    """A run's usage is the sum over its steps, and is told when the run is over."""
    run = bench.in_status("requires_action")
    expect(run.usage is None, "no usage while the run is live", seen=run.usage)
    run = bench.until(bench.answer(run), "completed")
    steps = [step.usage.total_tokens if step.usage else 0 for step in bench.steps(run)]
    total = run.usage.total_tokens if run.usage else 0
    expect(total == sum(steps) and all(steps), f"the sum of {steps}", seen=total)


def missing_output(bench: Bench) -> None:
    """Outputs are all submitted together: one too few is refused, and the run still waits."""
    _refuses(bench, lambda ids: ids[:1], "an output is missing")


def unknown_output(bench: Bench) -> None:
    """An output for a call that was never made is refused, and the run still waits."""
    _refuses(bench, lambda ids: [*ids, "call_of_somebody_else"], "an output's call is unknown")


def duplicate_output(bench: Bench) -> None:
    """Two outputs for one call are refused, and the run still waits."""
    _refuses(bench, lambda ids: [*ids, ids[0]], "a call has two outputs")


def outputs_before_they_are_asked_for(bench: Bench) -> None:
    """A run that waits for nothing takes no outputs."""
    run = bench.run(tools=True)
    bench.refused(lambda: bench.submit(run, ["call_too_early"]), "the run is queued and waits for nothing")
    run = bench.until(run, "requires_action")
    expect(len(bench.calls(run)) == 2, "two calls to be answered", seen=bench.calls(run))


def outputs_twice(bench: Bench) -> None:
    """The same outputs are not taken a second time."""
    run = bench.in_status("requires_action")
    ids = [call.id for call in bench.calls(run)]
    bench.submit(run, ids)
    bench.refused(lambda: bench.submit(run, ids), "the outputs came before")


def outputs_for_a_run_that_is_over(bench: Bench) -> None:
    """A run that is over takes no outputs, and does not answer twice."""
    run = bench.in_status("requires_action")
    ids = [call.id for call in bench.calls(run)]
    bench.until(bench.submit(run, ids), "completed")
    bench.refused(lambda: bench.submit(run, ids), "the run is completed")
    expect(len(bench.said(run.thread_id)) == 1, "one answer", seen=bench.said(run.thread_id))


def _refuses(bench: Bench, spoil: Callable[[list[str]], list[str]], rule: str) -> None:
    run = bench.in_status("requires_action")
    ids = [call.id for call in bench.calls(run)]
    bench.refused(lambda: bench.submit(run, spoil(ids)), rule)
    after = bench.read(run)
    expect(after.status == "requires_action", "a run that still waits", seen=after.status)
    bench.until(bench.submit(run, ids), "completed")


TOOL_ROUNDS = tuple(
    Check.of(judge)
    for judge in (
        tool_round,
        two_rounds,
        required_action,
        outputs_reach_the_model,
        usage_is_the_sum,
        missing_output,
        unknown_output,
        duplicate_output,
        outputs_before_they_are_asked_for,
        outputs_twice,
        outputs_for_a_run_that_is_over,
    )
)
