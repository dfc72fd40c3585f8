"""The SDK's exceptions as our errors, through the real client."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ServiceRequestError

from threadlab.backend.wire.http import Request, Response, json_response
from threadlab.errors import NotFound, Refused, ServiceError, Unauthorized, Unavailable
from threadlab.service.failures import service_error, telling

if TYPE_CHECKING:
    from tests.service.conftest import MakeCanned


def refusal(status: int, message: str = "No.", code: str | None = "no", **headers: str) -> Response:
    """An error of the service."""
    body = {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}
    answer = json_response(body, status)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, answer.body, {**answer.headers, **named})


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Refused),
        (401, Unauthorized),
        (403, Unauthorized),
        (404, NotFound),
        (408, Unavailable),
        (409, Refused),
        (422, Refused),
        (429, Unavailable),
        (500, Unavailable),
        (502, Unavailable),
        (503, Unavailable),
        (504, Unavailable),
    ],
)
def test_each_status_has_its_error(canned: MakeCanned, status: int, kind: type[ServiceError]) -> None:
    """With status, code, ids, what was attempted and a hint."""
    service = canned(lambda _: refusal(status)).service()
    with pytest.raises(ServiceError) as caught:
        service.runs.get("thread_1", "run_1")
    error = caught.value
    assert type(error) is kind
    assert (error.status, error.code, error.run_id, error.thread_id) == (status, "no", "run_1", "thread_1")
    assert error.message == f"could not read run run_1: No. (HTTP {status})"
    assert error.hint
    assert isinstance(error.__context__, HttpResponseError)


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("0.5", 0.5), ("nonsense", None), (None, None)])
def test_the_wait_that_the_service_asks_for_is_kept(
    canned: MakeCanned, header: str | None, seconds: float | None
) -> None:
    """In seconds, from the Retry-After header."""
    headers = {} if header is None else {"retry_after": header}
    service = canned(lambda _: refusal(400, **headers)).service()
    with pytest.raises(ServiceError) as caught:
        service.threads.create()
    assert caught.value.retry_after == seconds


def test_a_date_to_wait_for_becomes_seconds(canned: MakeCanned) -> None:
    """A date in the past means no wait."""
    service = canned(lambda _: refusal(400, retry_after="Mon, 05 Jan 2015 09:00:00 GMT")).service()
    with pytest.raises(ServiceError) as caught:
        service.threads.create()
    assert caught.value.retry_after == 0


@pytest.mark.parametrize(
    ("message", "hint"),
    [
        ("Thread thread_1 already has an active run run_2.", "one run at a time"),
        ("Can't add messages to thread_1 while a run run_2 is active.", "closed to new messages"),
        ('Runs in status "completed" do not accept tool outputs.', "requires_action"),
        ('Runs in status "queued" do not accept tool approvals: no tool call waits.', "say yes or no"),
        ("Cannot cancel run with status 'completed'.", "nothing to cancel"),
        ("Invalid 'assistant_id': 'x'. Expected an ID that begins with 'asst'.", "their order"),
        ("Something else.", "correct it"),
    ],
)
def test_refusals_that_are_known_have_a_hint_of_their_own(
    canned: MakeCanned, message: str, hint: str
) -> None:
    """The texts are the service's own."""
    service = canned(lambda _: refusal(400, message, None)).service()
    with pytest.raises(Refused, match=hint) as caught:
        service.messages.create("thread_1", content="x")
    assert caught.value.code is None


@pytest.mark.parametrize("kind", ["text/html", "application/json"])
def test_an_error_that_is_no_json_says_so(canned: MakeCanned, kind: str) -> None:
    """Something between the client and the service has answered."""
    service = canned(lambda _: Response(502, b"<html>Bad gateway", {"content-type": kind})).service()
    with pytest.raises(Unavailable):
        service.threads.get("thread_1")


def test_no_answer_is_unavailable_and_has_no_status(canned: MakeCanned) -> None:
    """The hint speaks of the network."""

    def fail(_: Request) -> Response:
        raise ServiceRequestError("cannot resolve host")

    service = canned(fail).service()
    with pytest.raises(Unavailable, match="check the network") as caught:
        service.list_agents().__next__()
    assert (caught.value.status, caught.value.message) == (None, "could not list agents: cannot resolve host")


def test_a_missing_credential_is_unauthorized() -> None:
    """azure-identity raises it without any answer of the service."""
    error = service_error(ClientAuthenticationError("no credential\nand a long list"), "create an agent")
    assert isinstance(error, Unauthorized)
    assert "az login" in error.hint
    assert error.message == "could not create an agent: no credential"


def test_a_success_that_is_not_200_is_no_success(canned: MakeCanned) -> None:
    """The SDK takes exactly 200; the error is of no particular kind."""
    service = canned(lambda _: json_response({"id": "thread_1"}, 201)).service()
    with pytest.raises(ServiceError) as caught:
        service.threads.create()
    assert (type(caught.value), caught.value.status) == (ServiceError, 201)


def test_other_exceptions_pass_through() -> None:
    """A fault in the caller's own code is not the service's."""
    with pytest.raises(KeyError), telling("do something"):
        raise KeyError("mine")
