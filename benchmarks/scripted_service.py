"""A scripted service: runs whose legs last exactly as long as the script says, in virtual time.

Every run asks for the task's tool at the end of its first leg and is completed at the end of its second. A
request takes a round trip: what it finds is what there is halfway.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from benchmarks.contestants import answers
from benchmarks.contestants.task import REPLY
from threadlab.backend.clock import VirtualClock
from threadlab.backend.wire.http import Request, Response

AGENT, THREAD = "asst_scripted", "thread_scripted"


class ScriptedService:
    """Legs last what `legs` gives next, in seconds; `round_trip` is what a request takes."""

    def __init__(self, legs: Iterator[float], round_trip: float) -> None:
        self.time = VirtualClock()
        self._legs = legs
        self._half = round_trip / 2
        self._runs = 0
        self._leg = 0
        self._ends = 0.0

    def handle(self, request: Request) -> Response:
        """Answer, half a round trip after it was sent; the other half passes on the way back."""
        self.time.sleep(self._half)
        answer = self._answer(request.method, request.path.rsplit("/", 1)[-1], request.query)
        self.time.sleep(self._half)
        return Response(200, json.dumps(answer).encode())

    def _answer(self, method: str, last: str, query: object) -> answers.Json:
        if method == "POST":
            self._leg = 1 if last == "runs" else 2
            self._runs += last == "runs"
            self._ends = self.time.now() + next(self._legs)
            return self._run("queued")
        if last == "messages" and self._is_over and "after" not in str(query):
            return answers.page(answers.message("msg_1", THREAD, "assistant", REPLY, self._run_id))
        if last in ("messages", "steps"):
            return answers.page()
        waits = "requires_action" if self._leg == 1 else "completed"
        return self._run(waits if self._is_over else "in_progress")

    @property
    def _is_over(self) -> bool:
        return self.time.now() >= self._ends

    @property
    def _run_id(self) -> str:
        return f"run_{self._runs}"

    def _run(self, status: str) -> answers.Json:
        return answers.run(self._run_id, THREAD, AGENT, status, call_id=f"call_{self._runs}")
