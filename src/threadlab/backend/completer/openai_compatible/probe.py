"""Probe: does the endpoint answer, and does it have the model? One question, no tokens."""

from __future__ import annotations

import asyncio

from openai import NotFoundError

from threadlab.backend.completer.openai_compatible.client import Patience, client_of, models_of
from threadlab.backend.completer.openai_compatible.endpoint import Endpoint
from threadlab.backend.completer.openai_compatible.failure import ASKING_FOR_MODELS, failure_of


def models_at(endpoint: Endpoint) -> list[str] | None:
    """The names of its models; None where it answers, but not to this question.

    Raises ModelError, with what to do, where it does not answer or refuses the key. Not for use on a running
    event loop.
    """
    return asyncio.run(_ask(endpoint))


async def _ask(endpoint: Endpoint) -> list[str] | None:
    async with client_of(endpoint, Patience(retries=0)) as client:
        try:
            return await models_of(client, ASKING_FOR_MODELS)
        except NotFoundError:
            return None
        except Exception as error:  # whatever the network does, the reader wants to know what to do
            raise await failure_of(error, endpoint, endpoint.model, client, began=False) from error
