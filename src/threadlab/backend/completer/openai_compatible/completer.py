"""The completer: one request to a real model, and its answer as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from typing import cast

from openai import AsyncOpenAI, AsyncStream, BadRequestError
from openai.types.chat import ChatCompletionChunk

from threadlab.backend.completer.openai_compatible.aside import Say, aside
from threadlab.backend.completer.openai_compatible.body import Json, body_of
from threadlab.backend.completer.openai_compatible.client import Patience, client_of
from threadlab.backend.completer.openai_compatible.endpoint import STAND_IN, Endpoint
from threadlab.backend.completer.openai_compatible.failure import failure_of
from threadlab.backend.completer.openai_compatible.hearing import Hearing
from threadlab.backend.completer.port import ModelError, Piece, Request


class OpenAICompatible:
    """Asks the model at `endpoint`, or another one of that endpoint where an agent names it."""

    instant = False

    def __init__(self, endpoint: Endpoint, patience: Patience | None = None) -> None:
        self.endpoint = endpoint
        self.patience = patience or Patience()
        self.stand_in = str(endpoint)

    def complete(self, request: Request) -> Iterator[Piece]:
        """The answer as it comes; an empty text now and then while it does not. Closing it hangs up.

        Raises ModelError, with what to do, for whatever goes wrong on the way.
        """
        model = self.endpoint.model if request.model in ("", STAND_IN) else request.model
        body = body_of(request, model, self.endpoint.limit_field)
        return aside(lambda say: self._ask(body, say))

    async def _ask(self, body: Json, say: Say) -> None:
        hearing = Hearing(body["model"])
        async with client_of(self.endpoint, self.patience) as client:
            try:
                await self._listen(client, body, hearing, say)
            except (ModelError, asyncio.CancelledError):
                raise
            except TimeoutError:
                raise ModelError(self._silence(hearing)) from None
            except Exception as error:
                raise await failure_of(
                    error, self.endpoint, body["model"], client, began=hearing.began
                ) from error

    async def _listen(self, client: AsyncOpenAI, body: Json, hearing: Hearing, say: Say) -> None:
        """Say each piece of the answer. Raises TimeoutError when the model is silent for too long."""
        clock = asyncio.get_running_loop().time
        async with asyncio.timeout(self.patience.first_token) as limit:
            async with aclosing(await _stream(client, body)) as stream:
                self._check(stream.response.headers.get("content-type", ""))
                async for chunk in stream:
                    for piece in hearing.pieces(chunk):
                        say(piece)
                    if hearing.began:
                        limit.reschedule(clock() + self.patience.between_tokens)
            for piece in hearing.rest():
                say(piece)

    def _check(self, content_type: str) -> None:
        """Raise ModelError for what is plainly no stream; a wrong address often answers with a web page."""
        kind = content_type.partition(";")[0]
        if kind in ("text/html", "application/json"):
            raise ModelError(
                f"{self.endpoint.base_url} answered with {kind}, not with a stream: is MODEL_BASE_URL right? "
                "Most end in /v1"
            )

    def _silence(self, hearing: Hearing) -> str:
        seconds = self.patience.between_tokens if hearing.began else self.patience.first_token
        what = "broke off: it said nothing more" if hearing.began else "did not begin to answer"
        return f"{self.stand_in} {what} for {seconds:g} s"


async def _stream(client: AsyncOpenAI, body: Json) -> AsyncStream[ChatCompletionChunk]:
    """The stream, once the endpoint has accepted the request. Usage is done without where it is not known."""
    try:
        return await _post(client, body)
    except BadRequestError as refusal:
        if "stream_options" not in str(refusal):
            raise
        return await _post(client, {name: body[name] for name in body if name != "stream_options"})


async def _post(client: AsyncOpenAI, body: Json) -> AsyncStream[ChatCompletionChunk]:
    return cast("AsyncStream[ChatCompletionChunk]", await client.chat.completions.create(**body))
