"""The doctor's one question over a network, asked only on request: does the real model answer?"""

from __future__ import annotations

from threadlab.backend.completer.openai_compatible.endpoint import Endpoint
from threadlab.backend.completer.openai_compatible.probe import models_at
from threadlab.backend.completer.port import ModelError
from threadlab.connect.doctor import Finding

MOST_MODELS = 12


def probe(endpoint: Endpoint) -> Finding:
    """What the endpoint says when it is asked for its models. No token is spent."""
    try:
        names = models_at(endpoint)
    except ModelError as error:
        return Finding("problem", error.message)
    if names is None:
        return Finding(
            "warn",
            f"{endpoint.place} answers, but does not say which models it has",
            f"whether it has {endpoint.model} shows with the first run; most URLs end in /v1",
        )
    if {endpoint.model, f"{endpoint.model}:latest"} & set(names):
        return Finding("ok", f"{endpoint.place} answers and has the model {endpoint.model}")
    has = ", ".join(names[:MOST_MODELS]) or "none"
    return Finding(
        "problem" if endpoint.api_version is None else "warn",
        f"{endpoint.place} answers and does not name a model {endpoint.model}; it names {has}",
        "set MODEL_NAME to one of these",
    )
