"""Embedding: the embedder that settings name, for a backend of this process or a served one."""

from __future__ import annotations

from threadlab.backend.completer.openai_compatible.endpoint import Endpoint
from threadlab.backend.search.embedder import Embedder
from threadlab.backend.search.embedders.named import embedder_named
from threadlab.errors import SettingsError


def chosen_embedder(name: str | None, endpoint: Endpoint | None) -> Embedder | None:
    """The embedder of that name; None for none. Raises SettingsError for one that there cannot be."""
    try:
        return embedder_named(name, endpoint)
    except ValueError as problem:
        hint = "THREADLAB_EMBEDDER=local needs no endpoint, only the extra: threadlab[embeddings]"
        raise SettingsError(str(problem), hint=hint) from problem
