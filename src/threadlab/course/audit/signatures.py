"""Whether a function accepts a call, by its real signature and those of its overloads."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import FunctionType
from typing import Any, get_overloads

from threadlab.course.audit.known import Itself, Known, Method


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PIPELINE_OPTIONS = _words("""
    headers params request_id user_agent user_agent_overwrite logging_enable logger timeout
    connection_timeout read_timeout connection_verify connection_cert connection_data_block_size
    retry_total retry_connect retry_read retry_status retry_backoff_factor retry_backoff_max retry_mode
    retry_on_status_codes permit_redirects redirect_max redirect_remove_headers redirect_on_status_codes
    proxies use_env_settings raw_request_hook raw_response_hook response_encoding network_span_namer
    tracing_attributes cls error_map stream content_type
""")
"""What azure-core's own policies take out of `**kwargs` of any operation (its README and its policies)."""

CLIENT_OPTIONS = PIPELINE_OPTIONS | _words("""
    api_version transport pipeline policies per_call_policies per_retry_policies credential_scopes
    authentication_policy headers_policy user_agent_policy proxy_policy logging_policy http_logging_policy
    retry_policy redirect_policy custom_hook_policy base_headers base_user_agent
""")
"""The same for a client's constructor, which makes the pipeline."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """A call's arguments: how many by position, which by name; `open` when there are more (`*`, `**`)."""

    positional: int
    named: tuple[str, ...]
    open: bool = False


def refusal(known: Known | None, given: Arguments) -> str | None:
    """Why the call cannot be, in words; None when it can, or nobody knows.

    An operation of Azure's SDKs takes `**kwargs` and hands them to its pipeline, which passes on what it does
    not know until the transport raises a TypeError. So there only the pipeline's own options count as
    accepted; elsewhere `**kwargs` accepts what it says, everything.
    """
    match known:
        case Itself(value=value) if callable(value):
            function, filled = value, False
        case Method(function=function):
            filled = True
        case _:
            return None
    signatures = list(_signatures(function, filled))
    if _passes_on(function):
        options = CLIENT_OPTIONS if isinstance(function, type) else PIPELINE_OPTIONS
        given = Arguments(given.positional, tuple(n for n in given.named if n not in options), given.open)
        signatures = [_without_kwargs(signature) for signature in signatures]
    reasons = [reason for signature in signatures if (reason := _reason(signature, given))]
    if not signatures or len(reasons) < len(signatures):
        return None
    return _unknown_name(signatures, given) or reasons[0]


def _signatures(function: Callable[..., Any], filled: bool) -> Iterable[inspect.Signature]:
    overloaded = function.__init__ if isinstance(function, type) else function  # type: ignore[misc]
    bound = filled or inspect.ismethod(function) or isinstance(function, type)
    plain = getattr(overloaded, "__func__", overloaded)
    if overloads := (get_overloads(plain) if isinstance(plain, FunctionType) else []):
        told = [_shortened(inspect.signature(one), bound) for one in overloads]
        if not any(hasattr(one, "__deprecated__") for one in overloads):
            return told
        # Python keeps one overload for each first line, and all that are deprecated have their wrapper's: so
        # some are lost, and the implementation has to speak for them
        return [*told, _shortened(inspect.signature(function), filled)]
    try:
        return [_shortened(inspect.signature(function), filled)]
    except (ValueError, TypeError):  # written in C, or it hides its signature
        return []


def _shortened(signature: inspect.Signature, bound: bool) -> inspect.Signature:
    parameters = list(signature.parameters.values())
    return signature.replace(parameters=parameters[1:] if bound else parameters)


def _without_kwargs(signature: inspect.Signature) -> inspect.Signature:
    kept = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
    return signature.replace(parameters=kept)


def _passes_on(function: Callable[..., Any]) -> bool:
    return (getattr(function, "__module__", None) or "").startswith("azure.ai.")


def _reason(signature: inspect.Signature, given: Arguments) -> str | None:
    bind = signature.bind_partial if given.open else signature.bind
    try:
        bind(*[None] * given.positional, **dict.fromkeys(given.named))
    except TypeError as problem:
        return str(problem)
    return None


def _unknown_name(signatures: Iterable[inspect.Signature], given: Arguments) -> str | None:
    accepted = sorted({name for signature in signatures for name in signature.parameters})
    for name in given.named:
        if name not in accepted:
            near = difflib.get_close_matches(name, accepted, 1) or [", ".join(accepted)]
            return f"there is no argument {name!r}; there is {near[0]}"
    return None
