"""Client: the well-kept `openai` client, made for one endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from openai import AsyncAzureOpenAI, AsyncOpenAI, DefaultAsyncHttpxClient, Timeout

from threadlab.backend.completer.openai_compatible.endpoint import Endpoint

NO_KEY = "none"
"""What is sent where no key is needed: the client insists on one, and must not find somebody else's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds to wait for a connection, for the first token with all retries, and for each further one.

    `retries` are made by the client: after 408, 409, 429, 5xx and where nothing answered, with growing pauses
    or as long as the server asks for. A stream that has begun is never begun again.
    """

    connect: float = 5.0
    first_token: float = 120.0
    between_tokens: float = 60.0
    retries: int = 2


def client_of(endpoint: Endpoint, patience: Patience) -> AsyncOpenAI:
    """A client of the endpoint, to be used on one event loop and closed there.

    A machine's proxy settings are heeded, but not on the way to this machine itself.
    """
    http = DefaultAsyncHttpxClient(trust_env=not endpoint.is_here)
    timeout = Timeout(None, connect=patience.connect)
    query: Mapping[str, object] = dict(endpoint.query)
    if endpoint.api_version is not None:
        return AsyncAzureOpenAI(
            base_url=endpoint.base_url,
            api_version=endpoint.api_version,
            api_key=endpoint.key or NO_KEY,
            default_query=query,
            timeout=timeout,
            max_retries=patience.retries,
            http_client=http,
        )
    return AsyncOpenAI(
        base_url=endpoint.base_url,
        api_key=endpoint.key or NO_KEY,
        default_query=query,
        timeout=timeout,
        max_retries=patience.retries,
        http_client=http,
    )


async def models_of(client: AsyncOpenAI, seconds: float) -> list[str]:
    """The names of the models that the endpoint has. Raises OpenAIError if it does not say."""
    page = await client.with_options(max_retries=0, timeout=seconds).models.list()
    return [model.id for model in page.data or ()]
