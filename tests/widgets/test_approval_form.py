from __future__ import annotations

from dataclasses import replace

import pytest

from threadlab.following.run_view import RunView
from threadlab.objects.approval import Approval
from threadlab.objects.run import Run
from threadlab.objects.tool_call import ToolCall
from threadlab.tools.tool import tool
from threadlab.widgets.watching.approval_form import ApprovalForm, problem_with, time_left
from threadlab.widgets.watching.pacing import Pacing

ASKED = '{"city":"Oslo","days":2}'


@tool
def get_weather(city: str, days: int = 1) -> str:
    """The weather forecast of a city."""
    return f"{city}: snow for {days} days"


@pytest.fixture
def approval() -> Approval:
    """A call that waits."""
    call = ToolCall(id="call_1", name="get_weather", arguments=ASKED)
    return Approval(call, get_weather.validate)


@pytest.fixture
def form(approval: Approval) -> ApprovalForm:
    """Its form."""
    return ApprovalForm(approval)


def test_approve_runs_it_as_it_was_asked_for(form: ApprovalForm, approval: Approval) -> None:
    """Byte for byte, though the form lays the arguments out."""
    form.approve.click()
    assert approval.decision.result().approved
    assert approval.decision.result().arguments == ASKED


def test_edited_arguments_are_sent_as_typed(form: ApprovalForm, approval: Approval) -> None:
    """And the button says that they are edited."""
    form.edit.click()
    form.arguments.value = '{"city": "Bergen"}'
    assert form.approve.description == "Approve get_weather as edited"
    form.approve.click()
    assert approval.decision.result().arguments == '{"city": "Bergen"}'


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ('{"city": ', "no valid JSON: Expecting value, in line 1"),
        ('{"city": 5, "night": true}', "city: Input should be a valid string; night: Extra inputs"),
    ],
)
def test_what_the_tool_would_not_take_is_refused_beside_the_field(
    form: ApprovalForm, approval: Approval, typed: str, said: str
) -> None:
    """Nothing is sent, and what was typed stays."""
    form.edit.click()
    form.arguments.value = typed
    form.approve.click()
    assert not approval.decision.done()
    assert said in form.problem.value
    assert said in problem_with(approval, typed)
    assert form.arguments.value == typed


def test_keeping_it_as_asked_forgets_what_was_typed(form: ApprovalForm, approval: Approval) -> None:
    """The wrong arguments are gone, and so is what was said of them."""
    form.edit.click()
    form.arguments.value = "{"
    form.edit.click()
    assert form.problem.value == ""
    form.approve.click()
    assert approval.decision.result().arguments == ASKED


@pytest.mark.parametrize(("typed", "reason"), [("too far", "too far"), ("", "the user said no")])
def test_deny_tells_why(form: ApprovalForm, approval: Approval, typed: str, reason: str) -> None:
    """Or that a person said no."""
    form.reason.value = typed
    form.deny.click()
    assert not approval.decision.result().approved
    assert approval.decision.result().reason == reason


def test_an_approval_that_was_answered_elsewhere_is_left_alone(
    form: ApprovalForm, approval: Approval
) -> None:
    """A late press is no error."""
    approval.deny()
    form.approve.click()
    assert approval.decision.result().approved is False


@pytest.mark.parametrize(
    ("pacing", "said"),
    [
        (Pacing(1.0), "The run expires in 9 min 58 s."),
        (Pacing(0.0), "The run expires in 9 min 58 s, and time stands still."),
        (Pacing(1.0).turned(), "The run expires in 9 min 58 s, and time stands still."),
        (Pacing().turned(), "The run expires in 9 min 58 s."),
    ],
)
def test_it_counts_down_by_the_service_s_clock(run: Run, pacing: Pacing, said: str) -> None:
    """And says when that clock does not move."""
    view = RunView(run=replace(run, expires_at=1600), at=1002.0)
    assert time_left(view, pacing) == said
    assert time_left(replace(view, at=1600.5), pacing) == "The run is about to expire."
    assert time_left(RunView(run=run), pacing) == ""


def test_a_call_that_the_service_makes_can_be_allowed_or_denied_and_not_edited() -> None:
    """Neither Edit nor a reason is offered, and the form says why; and whose function it is."""
    server = {"server_label": "sums"}
    call = ToolCall(id="call_1", kind="mcp", name="add", arguments='{"a": 1}', detail=server)
    approval = Approval(call, editable=False)
    form = ApprovalForm(approval)
    assert (form.approve.description, form.deny.description) == ("Approve add of sums", "Deny add of sums")
    assert form.edit.layout.display == form.reason.layout.display == "none"
    assert "cannot be changed" in form.asked.value
    form.approve.click()
    assert approval.decision.result().arguments == '{"a": 1}'
