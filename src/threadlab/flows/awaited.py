"""Awaited: an async function's result, for the synchronous code that called it."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

R = TypeVar("R")


def awaited(awaitable: Awaitable[R]) -> R:
    """Wait for it on an event loop of its own, in a thread of its own: a notebook's loop runs in this one.

    It sees the caller's context variables.
    """

    async def result() -> R:
        return await awaitable

    context = contextvars.copy_context()
    with ThreadPoolExecutor(1, "awaited") as thread:
        return thread.submit(context.run, asyncio.run, result()).result()
