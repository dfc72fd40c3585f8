"""Lives: what a run goes through when nobody disturbs it, and what it leaves behind."""

from __future__ import annotations

from threadlab.backend.completer.port import Call, Cut, ModelError, Request, Text
from threadlab.conformance.bench import Bench
from threadlab.conformance.check import Check, expect


def plain_run(bench: Bench) -> None:
    """A run is queued, then in progress, then completed."""
    life = bench.life(bench.run())
    expect(life == ["queued", "in_progress", "completed"], "queued → in_progress → completed", seen=life)


def answer_on_the_thread(bench: Bench) -> None:
    """The answer is one message of the thread, and names its run and its agent."""
    run = bench.until(bench.run(), "completed")
    question, *answers = bench.messages(run.thread_id)
    expect(question.role == "user" and len(answers) == 1, "the question and one answer", seen=answers)
    names = (answers[0].run_id, answers[0].agent_id)
    expect(names == (run.id, run.agent_id), f"a message of {run.id} by {run.agent_id}", seen=names)
    expect(
        bench.said(run.thread_id) == ["It is sunny."], "what the model said", seen=bench.said(run.thread_id)
    )


def steps_of_a_tool_round(bench: Bench) -> None:
    """Each round and each message is one completed step; a message's step names it, a round's its calls."""
    run = bench.answer(bench.in_status("requires_action"), "rainy")
    bench.until(run, "completed")
    round_, answer = bench.steps(run)
    kinds = [(step.type, step.status) for step in (round_, answer)]
    wanted = [("tool_calls", "completed"), ("message_creation", "completed")]
    expect(kinds == wanted, f"the steps {wanted}", seen=kinds)
    details = round_.step_details.as_dict()["tool_calls"]
    outputs = [call["function"]["output"] for call in details]
    expect(outputs == ["rainy", "rainy"], "both calls with their outputs", seen=outputs)
    message = answer.step_details.as_dict()["message_creation"]["message_id"]
    newest = bench.messages(run.thread_id)[-1].id
    expect(message == newest, f"the step of the message {newest}", seen=message)


def dates_in_order(bench: Bench) -> None:
    """A run is created, started and completed in this order, and its steps lie in between."""
    run = bench.until(bench.answer(bench.in_status("requires_action")), "completed")
    dates = [run.created_at, run.started_at]
    dates += [date for step in bench.steps(run) for date in (step.created_at, step.completed_at)]
    dates.append(run.completed_at)
    known = [date for date in dates if date is not None]
    expect(
        len(known) == len(dates) and known == sorted(known), "dates, each after the one before", seen=dates
    )


def final_run_rests(bench: Bench) -> None:
    """A run that is over stays as it is, however often it is moved."""
    run = bench.until(bench.run(), "completed")
    bench.engine.move(run.id, bench.backend.time.now())
    bench.step(run)
    after, said = bench.read(run), bench.said(run.thread_id)
    expect(after == run and len(said) == 1, "the same run with one answer", seen=(after.status, said))


def empty_thread(bench: Bench) -> None:
    """A run on a thread without messages is a run like any other."""
    bench.until(bench.run(thread=bench.thread()), "completed")
    expect(bench.asked[0].messages == (), "a model that is given no message", seen=bench.asked[0].messages)


def failing_model(bench: Bench) -> None:
    """An error of the model fails its run, with code and message, and nothing else."""

    def fails(request: Request) -> str:
        raise ModelError("the deployment has no quota", "rate_limit_exceeded")

    bench.model = fails
    run = bench.until(bench.run(), "failed")
    error = run.last_error.as_dict() if run.last_error else None
    wanted = {"code": "rate_limit_exceeded", "message": "the deployment has no quota"}
    expect(error == wanted, f"the error {wanted}", seen=error)
    bench.model = lambda request: "Here I am again."
    bench.until(bench.run(thread=run.thread_id), "completed")


def cut_answer(bench: Bench) -> None:
    """A run whose model was cut short is incomplete, and says for what."""
    bench.model = lambda request: [Text("It is"), Cut("max_completion_tokens")]
    run = bench.until(bench.run(), "incomplete")
    reason = run.incomplete_details and run.incomplete_details.reason
    expect(reason == "max_completion_tokens", "the reason max_completion_tokens", seen=reason)


def text_before_calls(bench: Bench) -> None:
    """Text that comes with tool calls is a message of its own, before them."""
    bench.model = lambda request: "Done." if request.rounds else ["Let me look.", Call("weather", "{}")]
    run = bench.answer(bench.in_status("requires_action"))
    bench.until(run, "completed")
    said = bench.said(run.thread_id)
    expect(said == ["Let me look.", "Done."], "both messages", seen=said)


LIVES = tuple(
    Check.of(judge)
    for judge in (
        plain_run,
        answer_on_the_thread,
        steps_of_a_tool_round,
        dates_in_order,
        final_run_rests,
        empty_thread,
        failing_model,
        cut_answer,
        text_before_calls,
    )
)
