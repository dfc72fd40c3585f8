"""Metadata: what was noted about a user run, by key. Setting a value writes it down."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

from threadlab.journal.annotations import Annotation, Annotations, MetadataSet


class Metadata(MutableMapping[str, Any]):
    """The metadata of a user run as they are on disk now: `user_run.metadata["author"] = "Ada"` is kept.

    Values are JSON; None takes a value away, as `del` does. Raises JournalError for what JSON cannot say.
    """

    def __init__(self, read: Callable[[], Annotations], annotate: Callable[[Annotation], None]) -> None:
        self._read = read
        self._annotate = annotate

    def __getitem__(self, key: str) -> Any:
        return self._read().metadata[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._annotate(MetadataSet(key=key, value=value))

    def __delitem__(self, key: str) -> None:
        self[key]
        self._annotate(MetadataSet(key=key, value=None))

    def __iter__(self) -> Iterator[str]:
        return iter(self._read().metadata)

    def __len__(self) -> int:
        return len(self._read().metadata)

    def __repr__(self) -> str:
        return repr(dict(self._read().metadata))
