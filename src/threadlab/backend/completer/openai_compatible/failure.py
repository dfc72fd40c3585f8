"""Failure: why a model could not answer, in words that say what to do about it."""

from __future__ import annotations

import os

from openai import APIConnectionError, APIStatusError, APITimeoutError, AsyncOpenAI, OpenAIError

from threadlab.backend.completer.openai_compatible.client import models_of
from threadlab.backend.completer.openai_compatible.endpoint import Endpoint
from threadlab.backend.completer.port import ModelError

ASKING_FOR_MODELS = 5.0
"""Seconds that an endpoint has to say which models it has."""
MOST_MODELS = 12
"""So many are named; an endpoint of a provider has hundreds."""


async def failure_of(
    error: Exception, endpoint: Endpoint, model: str, client: AsyncOpenAI, *, began: bool
) -> ModelError:
    """The run's error for what the client raised when `model` was asked; `began`: after its first token."""
    where = endpoint.base_url
    if isinstance(error, APIStatusError):
        return await _refusal(error, endpoint, model, client)
    if isinstance(error, APIConnectionError):
        if began:
            return ModelError(f"the connection to {where} broke in the midst of the answer: {_cause(error)}")
        slow = "did not accept a connection in time" if isinstance(error, APITimeoutError) else _cause(error)
        return ModelError(f"nothing answers at {where} ({slow}): {endpoint.remedy}")
    if isinstance(error, OpenAIError):
        return ModelError(f"the endpoint {where} sent an error in its stream: {error}", _code(str(error)))
    return ModelError(f"the endpoint {where} sent what is no stream of an answer: {error}")


async def _refusal(error: APIStatusError, endpoint: Endpoint, model: str, client: AsyncOpenAI) -> ModelError:
    status, said = error.status_code, _said(error)
    match status:
        case 401 | 403:
            return ModelError(f"{endpoint.place} refuses the key ({status}, {said}): set MODEL_API_KEY")
        case 404:
            return ModelError(await _not_found(said, endpoint, model, client))
        case 429:
            after = error.response.headers.get("retry-after")
            wait = f"; it asks to wait {after} s" if after else ""
            return ModelError(f"{endpoint.place} takes no more requests now (429, {said}){wait}", RATE_LIMIT)
    who = "failed" if status >= 500 else "refused the request"
    return ModelError(f"{endpoint.place} {who} ({status}, {said})")


RATE_LIMIT = "rate_limit_exceeded"


async def _not_found(said: str, endpoint: Endpoint, model: str, client: AsyncOpenAI) -> str:
    """A 404 is a name that the endpoint does not know, or an address that is none: its models tell which."""
    try:
        names = await models_of(client, ASKING_FOR_MODELS)
    except Exception:  # whatever it is, the 404 is what has to be explained
        names = []
    if not names or model in names:
        address = f"POST {endpoint.base_url}/chat/completions"
        return f"404 for {address} ({said}): is MODEL_BASE_URL right? Most end in /v1"
    has = ", ".join(names[:MOST_MODELS]) + (", …" if len(names) > MOST_MODELS else "")
    pull = f", or `ollama pull {model}`" if endpoint.base_url.endswith(":11434/v1") else ""
    return f"{endpoint.place} has no model {model!r}; it has {has}: set MODEL_NAME to one of them{pull}"


def _said(error: APIStatusError) -> str:
    """The server's own words, in one line."""
    body = error.body
    words = body.get("message") if isinstance(body, dict) else None
    return " ".join(str(words or error.response.text or error.response.reason_phrase).split())[:300]


def _cause(error: BaseException) -> str:
    """What the system said, or else the innermost cause that has words: the client has none."""
    causes = [error]
    while inner := causes[-1].__cause__ or causes[-1].__context__:
        causes.append(inner.exceptions[0] if isinstance(inner, BaseExceptionGroup) else inner)
    for cause in reversed(causes):
        if isinstance(cause, OSError) and cause.errno:
            return os.strerror(cause.errno) if cause.errno > 0 else str(cause.strerror)
    return next((str(cause) for cause in reversed(causes) if str(cause)), type(error).__name__)


def _code(words: str) -> str:
    return RATE_LIMIT if "rate limit" in words.lower() else "server_error"
