"""An embedder at an endpoint that speaks OpenAI's protocol: the same client and errors as a model there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from openai import OpenAIError

from threadlab.backend.completer.openai_compatible.client import Patience, client_of
from threadlab.backend.completer.openai_compatible.endpoint import Endpoint
from threadlab.backend.completer.openai_compatible.failure import failure_of
from threadlab.backend.search.embedder import EmbeddingFailed

AT_ONCE = 64
"""Texts that are sent together."""


class EmbedderAtEndpoint:
    """Asks the embedding model that `endpoint` names."""

    def __init__(self, endpoint: Endpoint, patience: Patience | None = None) -> None:
        self.endpoint = endpoint
        self.patience = patience or Patience()

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector for each text. Raises EmbeddingFailed, with what to do."""
        with ThreadPoolExecutor(1) as aside:  # an event loop may be running here
            return aside.submit(asyncio.run, self._ask(texts)).result()

    async def _ask(self, texts: Sequence[str]) -> list[list[float]]:
        vectors: list[list[float]] = []
        async with client_of(self.endpoint, self.patience) as client:
            try:
                for start in range(0, len(texts), AT_ONCE):
                    some = list(texts[start : start + AT_ONCE])
                    async with asyncio.timeout(self.patience.first_token):
                        answer = await client.embeddings.create(
                            model=self.endpoint.model, input=some, encoding_format="float"
                        )
                    data = sorted(answer.data, key=lambda each: each.index)
                    vectors += [each.embedding for each in data]
            except (OpenAIError, TimeoutError, TypeError, AttributeError) as error:
                failure = await failure_of(error, self.endpoint, self.endpoint.model, client, began=False)
                raise EmbeddingFailed(failure.message) from error
        if len(vectors) != len(texts):
            raise EmbeddingFailed(f"{self.endpoint.place} gave {len(vectors)} vectors for {len(texts)} texts")
        return vectors
