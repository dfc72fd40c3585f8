"""Endpoint: where a model answers, read from the one URL that a person copies from somewhere.

http://localhost:11434                            Ollama; /v1 is added
http://localhost:8000/v1                          vLLM, llama.cpp, LM Studio, …
https://<resource>.openai.azure.com/openai/v1     Azure OpenAI, today's form
https://<resource>.openai.azure.com/openai/deployments/<name>?api-version=2024-10-21    its older one
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

AZURE_HOSTS = (".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com")
HERE = frozenset({"localhost", "127.0.0.1", "::1"})
OPERATION = "/chat/completions"
DEPLOYMENTS = "/deployments/"

STARTS = {
    11434: "`ollama serve` starts Ollama",
    8000: "`vllm serve <model>` starts vLLM",
    8080: "`llama-server -m <file>` starts llama.cpp",
    1234: "`lms server start` starts LM Studio",
}
"""By the port that each server has unless told otherwise."""


STAND_IN = "stand-in"
"""The model of an agent that was made where no real one answers; here it means the endpoint's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A model at a URL; made by `endpoint_at`. `query` is sent with each request, `key` never shown."""

    base_url: str
    model: str
    query: tuple[tuple[str, str], ...] = ()
    key: str | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The URL that leads here again."""
        return self.base_url + (f"?{urlencode(self.query)}" if self.query else "")

    @property
    def place(self) -> str:
        """Host and port, as a person would name the place."""
        return urlsplit(self.base_url).netloc

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine, where no proxy must stand in between."""
        return urlsplit(self.base_url).hostname in HERE

    @property
    def api_version(self) -> str | None:
        """The version that Azure's older form wants; None for every other."""
        is_older_form = not self.base_url.endswith("/v1")
        return dict(self.query).get("api-version") if is_older_form else None

    @property
    def limit_field(self) -> str:
        """How it calls the most tokens of an answer: OpenAI renamed `max_tokens`, most others did not."""
        host = urlsplit(self.base_url).hostname or ""
        renamed = host == "api.openai.com" or host.endswith(AZURE_HOSTS)
        return "max_completion_tokens" if renamed else "max_tokens"

    @property
    def remedy(self) -> str:
        """What to do when nothing answers there."""
        start = STARTS.get(urlsplit(self.base_url).port or 0, "start the server") if self.is_here else ""
        return f"{start}, or correct MODEL_BASE_URL" if start else "is MODEL_BASE_URL right?"

    def __str__(self) -> str:
        return f"model {self.model} at {self.place}"


def endpoint_at(url: str, *, model: str | None = None, key: str | None = None) -> Endpoint:
    """The endpoint that a URL names. Without `model`, the one of the deployment in the URL.

    Raises ValueError, with the reason in words, for a URL that cannot be one and for a missing model.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as problem:
        raise ValueError("is not a URL") from problem
    if parts.scheme not in ("http", "https"):
        raise ValueError("does not start with http:// or https://")
    if not parts.hostname or port == 0:
        raise ValueError("names no host and port where something could answer")
    if parts.username or parts.password:
        raise ValueError("has a user or a password in it; a key belongs into MODEL_API_KEY")
    query = tuple(parse_qsl(parts.query))
    path = parts.path.rstrip("/").removesuffix(OPERATION) or _usual_path(parts.hostname, query)
    _, _, deployment = path.partition(DEPLOYMENTS)
    if not (model or deployment):
        raise ValueError("names no model, and none is named beside it")
    base_url = f"{parts.scheme}://{parts.netloc}{path}"
    return Endpoint(base_url=base_url, model=model or unquote(deployment), query=query, key=key)


def _usual_path(host: str, query: tuple[tuple[str, str], ...]) -> str:
    if not host.endswith(AZURE_HOSTS):
        return "/v1"
    return "/openai" if "api-version" in dict(query) else "/openai/v1"
