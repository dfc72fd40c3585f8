"""The other side of `IsolatedExecution`: reads one piece of work, does it, writes one reply.

The work is a pickled function without parameters; a coroutine function is awaited. The reply is pickled
too: the result, or the exception with its traceback as text.
"""

from __future__ import annotations

import asyncio
import inspect
import pickle
import sys
import traceback
from collections.abc import Callable
from typing import Any

from threadlab.flows.carried import Raised, Reply, Request, Returned, pickled
from threadlab.tools.child_process import limit_memory, reply_channel


def main() -> None:
    """Answer the one request."""
    with reply_channel() as out:
        request: Request = pickle.loads(sys.stdin.buffer.read())
        limit_memory(request.memory)
        out.write(_written(_done(request.work)))


def _done(work: bytes) -> Reply:
    try:
        function: Callable[[], Any] = pickle.loads(work)
        value = function()
        return Returned(asyncio.run(value) if inspect.iscoroutine(value) else value)
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        return _raised(error)


def _raised(error: BaseException) -> Raised:
    told = "".join(traceback.format_exception(error))
    try:
        same = type(pickle.loads(pickled(error))) is type(error)
    except Exception:  # pickling fails in many ways, and none of them is the fault that is to be told
        same = False
    return Raised(error if same else None, type(error).__name__, str(error), told)


def _written(reply: Reply) -> bytes:
    try:
        return pickled(reply)
    except Exception as error:  # the result holds what no other process can have
        return pickled(_raised(error))


if __name__ == "__main__":
    main()
