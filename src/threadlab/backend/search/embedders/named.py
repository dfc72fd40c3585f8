"""Embedders by name, as settings give them."""

from __future__ import annotations

from dataclasses import replace

from threadlab.backend.completer.openai_compatible.endpoint import Endpoint
from threadlab.backend.search.embedder import Embedder

LOCAL = "local"


def embedder_named(name: str | None, endpoint: Endpoint | None = None) -> Embedder | None:
    """`local`, or the embedding model of that name at the endpoint; None for no name.

    Raises ValueError for a model without an endpoint.
    """
    if name is None:
        return None
    if name == LOCAL:
        from threadlab.backend.search.embedders.local_model import LocalModel  # noqa: PLC0415

        return LocalModel()
    if endpoint is None:
        raise ValueError(f"the embedder {name!r} is a model at an endpoint, and MODEL_BASE_URL names none")
    from threadlab.backend.search.embedders.openai_compatible import EmbedderAtEndpoint  # noqa: PLC0415

    return EmbedderAtEndpoint(replace(endpoint, model=name))
