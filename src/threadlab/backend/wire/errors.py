"""Errors as the service words them: one envelope, and a status that the SDK maps to an exception.

Shape (protocol of azure-ai-agents 1.1.0): `{"error": {"message", "type", "param", "code"}}`. The SDK
prints `(code) message`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from threadlab.backend.wire.http import Response, json_response


class ApiError(Exception):
    """A request that cannot be served, with what its client is told."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        type: str = "invalid_request_error",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.param = param
        self.type = type
        self.headers = headers or {}

    @property
    def content(self) -> dict[str, dict[str, str | None]]:
        """The envelope."""
        error = {"message": self.message, "type": self.type, "param": self.param, "code": self.code}
        return {"error": error}

    def response(self) -> Response:
        """The error as a response."""
        response = json_response(self.content, self.status)
        return replace(response, headers={**response.headers, **self.headers})


def bad_request(message: str, *, param: str | None = None, code: str = "invalid_value") -> ApiError:
    """400: the request itself is wrong."""
    return ApiError(400, message, code=code, param=param)


def missing(param: str) -> ApiError:
    """400: a parameter that must be there is not."""
    return bad_request(
        f"Missing required parameter: '{param}'.", param=param, code="missing_required_parameter"
    )


def not_found(what: str, id: str) -> ApiError:
    """404: there is no object of that kind with that id."""
    return ApiError(404, f"No {what} found with id '{id}'.", code="not_found")


def not_allowed(method: str, path: str, allowed: Iterable[str]) -> ApiError:
    """405: there is something under that path, but not for that method; `Allow` says for which."""
    message = f"{method} is not allowed on {path}."
    return ApiError(405, message, code="method_not_allowed", headers={"allow": ", ".join(sorted(allowed))})


def store_is_held(seconds: float) -> ApiError:
    """503: another process holds the store for writing. Nothing was done, so clients may ask again."""
    return ApiError(
        503,
        f"The store was held by another process for {seconds:g} seconds; nothing was done. "
        "Ask again; if that goes on, a program with this store is stopped in the midst of a change.",
        code="store_is_held",
        type="server_error",
        headers={"retry-after": "1"},
    )


def thread_is_busy(thread_id: str, run_id: str, *, adding_message: bool = False) -> ApiError:
    """400: one run at a time on a thread. Both texts are the service's own."""
    if adding_message:
        return ApiError(400, f"Can't add messages to {thread_id} while a run {run_id} is active.")
    return ApiError(400, f"Thread {thread_id} already has an active run {run_id}.")


def outputs_do_not_fit(
    expected: Iterable[str], given: Iterable[str], what: str = "tool output", param: str = "tool_outputs"
) -> ApiError:
    """400: what was submitted is not exactly one for each call that the run waits for."""
    expected, given = list(expected), list(given)
    faults: dict[str, Any] = {
        "missing": [id for id in expected if id not in given],
        "unknown": sorted({id for id in given if id not in expected}),
        "duplicate": sorted({id for id in given if given.count(id) > 1}),
    }
    details = "; ".join(f"{fault}: {', '.join(ids)}" for fault, ids in faults.items() if ids)
    return bad_request(
        f"Expected one {what} for each of the call ids {expected}, got {given} ({details}).",
        param=param,
    )
