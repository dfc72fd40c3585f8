"""Made by: how the kit knows later what it made, so that it deletes that and nothing of anybody else.

The mark travels in the request that creates the object. So there is no instant at which a crash could leave
an object behind that nobody knows of, which a list kept on this side could not promise: an id is known only
once the answer is here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

from threadlab.objects.agent import Agent
from threadlab.objects.file import File
from threadlab.objects.thread import Thread
from threadlab.objects.vector_store import VectorStore

KEY = "threadlab.made_by"
"""The metadata that says whose an object is."""
PARENT = "threadlab.parent_thread"
"""The metadata that says for a run on which thread the local backend made an object."""
MOST_PAIRS = 16
"""How many pairs of metadata the service takes (reference of the Agents API, `metadata`)."""


class MadeBy:
    """Marks what is made here, and recognises it: by its id in this process, by its mark in later ones.

    `owner` gives the value of the mark when it is first needed. None marks nothing: that is for a store
    that ends with its lab, where there is no later.
    """

    def __init__(self, owner: Callable[[], str] | None = None) -> None:
        self._find_owner = owner
        self._made: set[str] = set()

    @cached_property
    def owner(self) -> str | None:
        """The value of the mark."""
        return None if self._find_owner is None else self._find_owner()

    def marked(self, metadata: Mapping[str, str] | None) -> Mapping[str, str] | None:
        """The metadata of a new object, with the mark if there is room for it."""
        if self.owner is None or len(metadata or ()) >= MOST_PAIRS:
            return metadata
        return {**(metadata or {}), KEY: self.owner}

    def still_marked(self, id: str, metadata: Mapping[str, str]) -> Mapping[str, str]:
        """The metadata that takes the place of an object's, which would take its mark away."""
        return (self.marked(metadata) or {}) if id in self._made else metadata

    def remember(self, id: str) -> None:
        """That one was made here just now."""
        self._made.add(id)

    def knows(self, one: Agent | Thread | VectorStore | File) -> bool:
        """Whether it was made here, or by the local backend for a run on a thread that was.

        A file carries no mark: one that another process uploaded is nobody's here.
        """
        if one.id in self._made:
            return True
        if isinstance(one, File):
            return False
        if one.metadata.get(PARENT) in self._made:
            return True
        return self.owner is not None and one.metadata.get(KEY) == self.owner
