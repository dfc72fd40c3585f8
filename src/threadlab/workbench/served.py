"""The workbench of a served backend: the same hatch, over HTTP, with the server's key."""

from __future__ import annotations

from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from azure.core import PipelineClient
from azure.core.credentials import AzureKeyCredential
from azure.core.pipeline.policies import AzureKeyCredentialPolicy, RetryPolicy
from azure.core.rest import HttpRequest, HttpResponse
from pydantic import TypeAdapter

from threadlab.backend.faults.fault import Fault
from threadlab.errors import NotFound, NotInThisService
from threadlab.objects.model_note import ModelNote
from threadlab.objects.run import Run
from threadlab.objects.truth import Truth
from threadlab.service.failures import telling
from threadlab.workbench.fault_switch import BackendFaultSwitch
from threadlab.workbench.routes import MOUNT, NO_WORKBENCH, NOTES, TRUTH

T = TypeVar("T")
NUMBER = TypeAdapter(dict[str, float])
NAMES = TypeAdapter(dict[str, str])
LISTS = TypeAdapter(dict[str, tuple[str, ...]])


class Hatch:
    """Asks the workbench's routes of one server.

    Raises NotInThisService if that was started without a workbench, a ServiceError when it does not answer.
    """

    def __init__(self, endpoint: str, key: str) -> None:
        parts = urlsplit(endpoint)
        self._base = f"{parts.scheme}://{parts.netloc}{MOUNT}"
        policy = AzureKeyCredentialPolicy(AzureKeyCredential(key), "Authorization", prefix="Bearer")
        self._client: PipelineClient[HttpRequest, HttpResponse] = PipelineClient(
            self._base, policies=[RetryPolicy(), policy]
        )

    def ask(self, answer: TypeAdapter[T], method: str, path: str, **content: Any) -> T:
        """The answer to one request; `content` is `json`, or `params` for the query."""
        try:
            with telling("look into the workbench"):
                response = self._client.send_request(HttpRequest(method, self._base + path, **content))
                response.raise_for_status()
        except NotFound as problem:
            if problem.code != NO_WORKBENCH:
                raise
            raise NotInThisService(
                "this server was started without its workbench",
                hint="start it again without --no-workbench",
            ) from None
        return answer.validate_json(response.content)

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()


class ServedFaults:
    """The faults of a server."""

    def __init__(self, hatch: Hatch) -> None:
        self._hatch = hatch

    @property
    def active(self) -> tuple[Fault, ...]:
        """The faults that can still strike."""
        return tuple(map(Fault.parse, self._hatch.ask(LISTS, "GET", "/faults")["active"]))

    def add(self, fault: Fault) -> None:
        """Put a fault in force."""
        self._hatch.ask(LISTS, "POST", "/faults", json={"fault": str(fault)})

    def remove(self, fault: Fault) -> None:
        """Take the latest such fault back."""
        self._hatch.ask(LISTS, "DELETE", "/faults", params={"fault": str(fault)})

    def clear(self) -> None:
        """Take all faults back."""
        self._hatch.ask(LISTS, "DELETE", "/faults")


class ServedWorkbench:
    """The hatch of the server that `endpoint` is on. Its verbs raise what `Hatch` raises."""

    def __init__(self, endpoint: str, key: str) -> None:
        self._hatch = Hatch(endpoint, key)
        self.faults = BackendFaultSwitch(ServedFaults(self._hatch))

    @property
    def pace(self) -> float:
        """Real seconds for each of the backend's seconds; 0 does not wait at all."""
        return self._hatch.ask(NUMBER, "GET", "/pace")["pace"]

    @pace.setter
    def pace(self, value: float) -> None:
        self._hatch.ask(NUMBER, "POST", "/pace", json={"pace": value})

    def now(self) -> float:
        """The backend's clock, in Unix seconds."""
        return self._hatch.ask(NUMBER, "GET", "/now")["now"]

    def truth(self, run: Run) -> Truth:
        """What really happened in the run so far. It changes nothing."""
        return self._hatch.ask(TRUTH, "GET", f"{_path(run)}/truth")

    def step(self, run: Run) -> Run:
        """Let the run make its next transition, whenever it would be due. No-op on a run that is over."""
        self._hatch.ask(NAMES, "POST", f"{_path(run)}/step")
        return run.read()

    def notes(self, run: Run) -> tuple[ModelNote, ...]:
        """Why the stand-in answered as it did, for each model call that became visible."""
        return self._hatch.ask(NOTES, "GET", f"{_path(run)}/notes")

    def close(self) -> None:
        """Let go of the connection."""
        self._hatch.close()


def _path(run: Run) -> str:
    return f"/threads/{quote(run.thread_id, safe='')}/runs/{quote(run.id, safe='')}"
