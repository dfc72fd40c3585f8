"""Diagnoses: the reason and the next action, with a workbench and without."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.backend_client import Scene
from tests.diagnosis.conftest import Station
from threadlab.connect.connect import connect
from threadlab.connect.targets import Local
from threadlab.diagnosis.diagnose import diagnose, judged
from threadlab.diagnosis.evidence import Evidence, gather
from threadlab.diagnosis.finding import Diagnosis
from threadlab.diagnosis.queued import queued_reason
from threadlab.diagnosis.tool_calls import fault_of_submission
from threadlab.errors import NobodyAnswers, NotFound, Refused, RunNotCompleted, ServiceError, Unavailable
from threadlab.following.wait import wait
from threadlab.objects.run import Run
from threadlab.objects.tool_call import ToolOutput
from threadlab.widgets.runs.diagnosis_card import diagnosis_html, diagnosis_text

Make = Callable[..., Station]


def until(station: Station, run: Run, status: str) -> Run:
    """Press step until the run has a status."""
    while run.status != status:
        run = station.lab.workbench.step(run)
    return run


def from_outside(run: Run) -> Diagnosis:
    """What can be said where nobody can look inside, as on Azure."""
    return judged(replace(gather(run), truth=None))


def test_a_run_that_nobody_follows_says_that_time_stands_still(station: Make) -> None:
    """Queued, and why: it is paused."""
    at = station()
    run = at.start()
    assert "its next move is due in" in queued_reason(run)
    assert "next move is due" in diagnose(run).found
    assert queued_reason(wait(run, tools=at.tools)) == ""


def test_stuck_in_queued_names_the_reason_and_another_model(station: Make) -> None:
    """F43."""
    at = station("stuck:reason=the quota of gpt-4o is used up")
    run = at.start()
    at.lab.time.sleep(30)
    told = diagnose(run)
    assert (told.reason, told.status) == ("stuck_in_queue", "queued")
    assert "the quota of gpt-4o is used up" in queued_reason(run)
    assert "another model" in told.next
    assert "quota" in told.next
    outside = from_outside(run)
    assert (outside.reason, outside.findings[0].certain) == ("stuck_in_queue", False)
    assert "quota" in outside.next
    assert "what happens inside the service" in outside.unknown


def submit(station: Station, run: Run, outputs: Any) -> Exception:
    """Submit what the service refuses, with the SDK itself; the kit's error."""
    with pytest.raises(ServiceError) as refused:
        run.submit(outputs)
    return refused.value


def test_a_fault_of_delay_is_named_however_short(station: Make) -> None:
    """One second is not slow by itself, but the backend knows that it was made late."""
    at = station("delay:seconds=1")
    told = diagnose(wait(at.start(), tools=at.tools))
    assert "slow_answer" in {finding.reason for finding in told.findings}
    assert "1 s late" in next(finding.found for finding in told.findings if finding.reason == "slow_answer")


def test_outputs_that_do_not_match_the_calls_are_named_as_ids(station: Make) -> None:
    """F44: from the error, and from the run afterwards."""
    at = station()
    run = until(at, at.start(), "requires_action")
    error = submit(at, run, [ToolOutput(run.required_calls[0].id, "sunny"), ToolOutput("call_x", "sunny")])
    assert diagnose(error).reason == "outputs_ids"
    told = diagnose(run)
    assert told.reason == "outputs_ids"
    assert "not asked for call_x" in told.found
    assert f"missing {run.required_calls[1].id}" in told.found
    assert "exactly once" in told.next


def test_outputs_of_another_form_are_named_as_format_or_content(station: Make) -> None:
    """F44: which of the three."""
    at = station()
    run = until(at, at.start(), "requires_action")
    call = run.required_calls[0].id
    for output, reason in (
        ({"tool_call_id": call, "output": 42}, "outputs_content"),
        ({"id": call}, "outputs_format"),
    ):
        with pytest.raises(Exception, match="tool_outputs"):
            at.lab.sdk.runs.submit_tool_outputs(run.thread_id, run.id, body={"tool_outputs": [output]})
        assert diagnose(run).reason == reason


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (None, "format"),
        ({"tool_outputs": "sunny"}, "format"),
        ({"tool_outputs": [{"output": "sunny"}]}, "format"),
        ({"tool_outputs": [{"tool_call_id": "a", "output": {"sky": "blue"}}]}, "content"),
        ({"tool_outputs": [{"tool_call_id": "b", "output": "sunny"}]}, "ids"),
        (
            {"tool_outputs": [{"tool_call_id": "a", "output": "x"}, {"tool_call_id": "a", "output": "y"}]},
            "ids",
        ),
        ({"tool_outputs": [{"tool_call_id": "a", "output": "sunny"}]}, "status"),
    ],
)
def test_a_submission_is_wrong_in_its_format_its_ids_its_content_or_its_moment(body: Any, kind: str) -> None:
    """Pure, so on Azure as well."""
    assert fault_of_submission(body, ["a"])[0] == kind


def test_no_tools_given(station: Make) -> None:
    """The run waits, the error and the run say the same."""
    at = station()
    with pytest.raises(NobodyAnswers) as nobody:
        wait(at.start())
    assert diagnose(nobody.value).reason == "nobody_answers"
    (run,) = at.lab.runs.list(at.thread_id)
    told = diagnose(run)
    assert told.reason == "nobody_answers"
    assert "tools=" in told.next


def test_messages_are_missing_for_one_of_three_reasons(station: Make) -> None:
    """F45: too early, another thread, the order of the list."""
    at = station()
    run = at.start()
    early = list(at.lab.messages.list(at.thread_id))
    assert diagnose(run, looked_at=early).reason == "too_early"
    done = wait(run, tools=at.tools)
    assert diagnose(done, looked_at=early).reason == "too_early"
    other = at.lab.threads.create(messages=[{"role": "user", "content": "elsewhere"}])
    assert diagnose(done, looked_at=list(at.lab.messages.list(other.id))).reason == "another_thread"
    newest_first = list(at.lab.messages.list(at.thread_id))
    told = diagnose(done, looked_at=newest_first)
    assert told.reason == "order"
    assert "order='asc'" in told.next
    assert diagnose(done, looked_at=newest_first[::-1]).reason == "answered"


def test_a_busy_thread_names_the_run_that_blocks_it(station: Make) -> None:
    """For a second run and for a message."""
    at = station()
    run = at.start()
    for attempt in (at.start, lambda: at.lab.messages.create(at.thread_id, content="And now?")):
        with pytest.raises(Refused) as refused:
            attempt()
        told = diagnose(refused.value)
        assert told.reason == "thread_busy"
        assert run.id in told.found
        assert run.id in told.next


def test_a_deleted_agent_is_named_and_harms_the_next_run_alone(station: Make) -> None:
    """The run has a copy."""
    at = station()
    run = at.start()
    at.lab.delete_agent(at.agent_id)
    done = wait(run, tools=at.tools)
    assert "agent_deleted" in diagnose(done)
    with pytest.raises(NotFound) as missing:
        at.start()
    assert diagnose(missing.value).reason == "agent_deleted"


def test_a_cancelled_run_says_who_asked(station: Make) -> None:
    """This client, or another."""
    at = station()
    run = at.start()
    run.cancel()
    assert "by this client" in diagnose(wait(run)).found
    elsewhere = until(at, at.start(), "in_progress")
    evidence = gather(wait(at.lab.runs.cancel(elsewhere.thread_id, elsewhere.id)))
    unseen = replace(evidence, requests=())
    assert "by somebody else" in judged(unseen).found


def test_an_incomplete_run_says_which_limit_to_raise(station: Make) -> None:
    """From a run as a service reports it."""
    done = wait((at := station()).start(), tools=at.tools)
    for limit in ("max_completion_tokens", "max_prompt_tokens"):
        cut = replace(done, status="incomplete", incomplete_reason=limit)
        told = judged(Evidence(seen=cut, now=cut, at=0.0))
        assert told.reason == "incomplete"
        assert limit in told.next


def test_expired_while_tools_ran_names_the_tools(station: Make) -> None:
    """Their outputs came too late."""
    at = station("expire:seconds=5")
    run = until(at, at.start(), "requires_action")
    at.lab.time.sleep(10)
    told = diagnose(run)
    assert told.reason == "expired_while_tools_ran"
    assert "weather" in told.found


def test_an_error_that_carries_a_run_is_a_diagnosis_of_the_run(station: Make) -> None:
    """`wait(run, expect=…)` and then `diagnose(error)`."""
    at = station("rate_limit")
    with pytest.raises(RunNotCompleted) as failed:
        wait(at.start(), expect="completed")
    assert diagnose(failed.value).reason == "rate_limited"


def test_errors_of_the_sdk_and_of_the_network_are_diagnosed_too(station: Make) -> None:
    """Whatever an except clause caught; nonsense is refused."""
    at = station("429:times=always:retry_after=0")
    with pytest.raises(Exception, match="Rate limit") as refused:
        at.lab.sdk.runs.create(at.thread_id, agent_id=at.agent_id)
    assert diagnose(refused.value).reason == "too_many_requests"
    assert diagnose(Unavailable("no answer")).reason == "connection_dropped"
    assert diagnose(Unavailable("oh", status=503)).reason == "server_errors"
    with pytest.raises(TypeError, match="can be diagnosed"):
        diagnose(ValueError("mine"))


def test_what_cannot_be_read_is_said(station: Make) -> None:
    """A service that answers nothing leaves a diagnosis all the same."""
    at = station()
    done = wait(at.start(), tools=at.tools)
    at.lab.workbench.faults.add("500", "GET /threads/*", times=None)
    told = diagnose(done)
    assert "its steps, its messages could not be read" in told.unknown
    assert "server_errors" in told or told.status == "completed"


def test_a_diagnosis_shows_itself_in_plain_text_and_safely_in_html() -> None:
    """What a model wrote is text on a page."""
    with connect(
        target=Local(seed=1, pace=0), completer=Scene(), faults=["model_error:message=<b>no</b>"]
    ) as lab:
        thread = lab.threads.create(messages=[{"role": "user", "content": "Hello?"}])
        run = wait(lab.runs.create(thread.id, lab.create_agent().id))
        told = diagnose(run)
    assert "model_failed: the run failed: <b>no</b> (server_error)" in diagnosis_text(told)
    shown = diagnosis_html(told)
    assert "&lt;b&gt;no&lt;/b&gt;" in shown
    assert "<b>no</b>" not in shown
    assert told.next in shown
