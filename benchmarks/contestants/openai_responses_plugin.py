"""openai-responses: a mock of the Assistants API under the openai client, in this process.

It keeps objects in memory and has no engine: whoever uses it writes what a run does. Here that is the least
that makes the same verbs come out as they do elsewhere.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from openai import OpenAI
from openai.types.beta.threads import Message, Run
from openai_responses import OpenAIMock  # type: ignore[import-not-found]

from benchmarks.contestants import answers
from benchmarks.contestants.task import INSTRUCTIONS, OUTPUT, QUESTION, REPLY, TOOL, expect

warnings.filterwarnings("ignore", category=DeprecationWarning)  # the openai client's, about Assistants


class OpenaiResponsesRun:
    """The verbs of the run through the openai client, answered by the mock."""

    layers: Mapping[str, float] = {}

    def __init__(self, folder: Path) -> None:
        self._mock = OpenAIMock()
        runs = self._mock.beta.threads.runs
        runs.retrieve.response = self._moved_on
        runs.submit_tool_outputs.response = self._took_outputs
        self._mock.router.start()
        self._client: Any = OpenAI(api_key="local", max_retries=0)
        tools: list[Any] = [TOOL]
        self._agent = self._client.beta.assistants.create(
            model="gpt-4o", name="weather", instructions=INSTRUCTIONS, tools=tools
        )

    def run(self) -> str:
        """Thread, message, run, poll, submit, poll, list messages: seven requests."""
        beta = self._client.beta
        thread = beta.threads.create()
        beta.threads.messages.create(thread.id, role="user", content=QUESTION)
        run = beta.threads.runs.create(thread.id, assistant_id=self._agent.id)
        asked = beta.threads.runs.retrieve(run.id, thread_id=thread.id)
        expect(asked.status, "requires_action")
        (call,) = asked.required_action.submit_tool_outputs.tool_calls
        outputs = [{"tool_call_id": call.id, "output": OUTPUT}]
        beta.threads.runs.submit_tool_outputs(run.id, thread_id=thread.id, tool_outputs=outputs)
        expect(beta.threads.runs.retrieve(run.id, thread_id=thread.id).status, "completed")
        messages = list(beta.threads.messages.list(thread.id))
        expect(len(messages), 2)
        said = messages[0].content[0].text.value
        expect(said, REPLY)
        return str(said)

    def close(self) -> None:
        """Take the mock away."""
        self._mock.router.stop(quiet=True)

    def _moved_on(
        self, request: httpx.Request, route: Any, thread_id: str, run_id: str, **_: Any
    ) -> httpx.Response:
        """GET a run: what the engine would have done meanwhile."""
        run = self._kept(run_id)
        if run.status == "queued":
            return self._keep(answers.run(run_id, thread_id, run.assistant_id, "requires_action"))
        said = answers.message(f"msg_{run_id}", thread_id, "assistant", REPLY, run_id)
        self._mock.state.beta.threads.messages.put(Message.model_validate({**said, "status": "completed"}))
        return self._keep(answers.run(run_id, thread_id, run.assistant_id, "completed"))

    def _took_outputs(
        self, request: httpx.Request, route: Any, thread_id: str, run_id: str, **_: Any
    ) -> httpx.Response:
        """POST submit_tool_outputs."""
        run = self._kept(run_id)
        return self._keep(answers.run(run_id, thread_id, run.assistant_id, "in_progress"))

    def _kept(self, run_id: str) -> Run:
        run: Run = self._mock.state.beta.threads.runs.get(run_id)
        return run

    def _keep(self, run: answers.Json) -> httpx.Response:
        self._mock.state.beta.threads.runs.put(Run.model_validate(run))
        return httpx.Response(200, json=run)
