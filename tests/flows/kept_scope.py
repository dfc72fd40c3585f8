"""A scope that keeps everything in memory: what a flow does, without a user run around it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

from threadlab.conversation.answering_tools import AnsweringTools
from threadlab.history.work.interruption import Paused
from threadlab.history.work.scope import Scope
from threadlab.journal.record import AgentCall


class KeptScope(Scope):
    """`units` are those that were executed, in the order of their end; `known` are results to reuse."""

    def __init__(
        self, known: Mapping[str, Any] | None = None, answers: Mapping[str, Any] | None = None
    ) -> None:
        self.known = dict(known or {})
        self.answers = dict(answers or {})
        self.units: list[str] = []
        self.requests: dict[str, Mapping[str, Any]] = {}
        self.logged: list[str] = []
        self._keeping = Lock()

    def raise_unless_allowed(self) -> None:
        """Nobody stops it."""

    def unit(
        self, path: str, request: Mapping[str, Any], execute: Callable[[], Any], *, kind: str = "node"
    ) -> Any:
        """The known result, or the executed one."""
        self.requests[path] = request
        if path in self.known:
            return self.known[path]
        result = execute()
        with self._keeping:
            self.units.append(path)
        return result

    def agent_call(
        self,
        path: str,
        agent: str,
        prompt: str,
        options: Mapping[str, Any] | None = None,
        tools: AnsweringTools | None = None,
    ) -> AgentCall:
        """An echo."""
        return AgentCall(path=path, agent=agent, prompt=prompt, request="", output=f"answer to: {prompt}")

    def interrupt(self, id: str, kind: str, question: str, detail: Mapping[str, Any] | None = None) -> str:
        """What `answers` say."""
        if id not in self.answers:
            raise Paused(id)
        return json.dumps(self.answers[id])

    def log(self, text: str, level: str = "info", path: str = "") -> None:
        """Keep the line."""
        self.logged.append(f"{level} {path} {text}")
