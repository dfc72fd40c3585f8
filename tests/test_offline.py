"""The offline path opens no socket: not the SDK, not the kit, not the backend, sync and async."""

from __future__ import annotations

import subprocess
import sys

GUARD = """
import sys

opened = []

def guard(event, arguments):
    if event in ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname"):
        opened.append((event, arguments[1:]))
        raise RuntimeError(f"a socket was opened: {event} {arguments[1:]}")

sys.addaudithook(guard)
"""

TURN = """
import asyncio

from threadlab.connect.connect import connect
from threadlab.connect.targets import Local
from threadlab.conversation.conversation import Conversation
from threadlab.tools.calculator import calculate

with connect(target=Local(seed=1, pace=0)) as lab:
    with Conversation(lab, tools=[calculate]) as chat:
        print(chat.ask("Calculate 25 * 47").text)

    async def turn():
        async with lab.sdk_async() as sdk:
            agent = await sdk.create_agent(model="stand-in")
            thread = await sdk.threads.create()
            await sdk.messages.create(thread.id, role="user", content="Hello")
            run = await sdk.runs.create_and_process(thread.id, agent_id=agent.id, polling_interval=0)
            print(run.status)

    asyncio.run(turn())
print("opened", opened)
"""

PROBE = """
import socket
try:
    socket.create_connection(("127.0.0.1", 9))
except RuntimeError as error:
    print(error)
"""


def python(script: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a Python of its own: an audit hook cannot be taken off again."""
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)


def test_a_whole_conversation_opens_no_socket() -> None:
    """Agent, thread, message, tool round and answer, without the network."""
    done = python(GUARD + TURN)
    assert done.returncode == 0, done.stderr
    answer, status, opened = done.stdout.strip().splitlines()[-3:]
    assert "1175" in answer
    assert status in ("completed", "RunStatus.COMPLETED")
    assert opened == "opened []"


def test_the_guard_itself_would_notice() -> None:
    """A test that cannot fail proves nothing."""
    assert "a socket was opened: socket." in python(GUARD + PROBE).stdout
