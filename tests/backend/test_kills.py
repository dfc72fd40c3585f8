"""Processes are killed at any moment: what was acknowledged stays, and nothing is half done."""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from tests import killed_clients, killed_servers
from tests.backend_client import Client, Scene
from tests.killed_clients import Evidence, check, come_to_rest
from tests.server_process import ServerProcess
from threadlab.backend.local import Backend

KILLS = int(os.environ.get("THREADLAB_KILLS", "15"))
"""How many processes are killed; the full proof is 200."""
SERVED_KILLS = int(os.environ.get("THREADLAB_KILLS", "4"))
"""The same where `threadlab serve` is killed, which takes longer to begin anew."""
PROCESSES = 3
SERVERS = 2

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="this system has no way to begin a process quickly"
)


def test_processes_that_are_killed_at_any_moment_lose_nothing_and_leave_nothing_torn(tmp_path: Path) -> None:
    """Three clients and their workers on one store, killed one by one and begun anew."""
    chance = random.Random(9)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.killed_clients"])
    store = tmp_path / "store.sqlite"
    first = Backend.durable(store, completer=Scene())
    shared = Client(first).thread()
    first.close()

    def begin(number: int) -> ForkServerProcess:
        notes = tmp_path / f"{number}.notes"
        arguments = (store, notes, str(number), shared, chance.random() < 0.4)
        process = context.Process(target=killed_clients.live_until_killed, args=arguments, daemon=True)
        return begun(process, notes)

    processes = [begin(number) for number in range(PROCESSES)]
    for number in range(PROCESSES, PROCESSES + KILLS):
        time.sleep(chance.uniform(0.0, 0.25))
        place = chance.randrange(PROCESSES)
        assert processes[place].is_alive(), "it ended by itself"
        processes[place].kill()
        processes[place].join()
        processes[place] = begin(number)
    for process in processes:
        process.kill()
        process.join()

    evidence = Evidence.of(tmp_path)
    backend = Backend.durable(store, completer=Scene())
    come_to_rest(backend)
    check(backend, evidence)
    assert len(evidence.all("over")) > KILLS / 5, "hardly anything was done meanwhile"
    backend.close()


def test_servers_and_clients_that_are_killed_lose_no_event_of_any_stream(tmp_path: Path) -> None:
    """Two servers on one store and three clients of both, killed one by one and begun anew."""
    chance = random.Random(11)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.killed_servers"])
    store = tmp_path / "store.sqlite"

    def serve(port: int = 0) -> ServerProcess:
        return ServerProcess("--pace", "0.2", "--port", str(port), store=store)

    servers = [serve() for _ in range(SERVERS)]
    ports = [server.port for server in servers]

    def begin(number: int) -> ForkServerProcess:
        notes = tmp_path / f"{number}.notes"
        arguments = (ports, notes, str(number))
        process = context.Process(target=killed_servers.live_until_killed, args=arguments, daemon=True)
        return begun(process, notes)

    clients = [begin(number) for number in range(PROCESSES)]
    try:
        for number in range(PROCESSES, PROCESSES + SERVED_KILLS):
            time.sleep(chance.uniform(0.0, 0.5))
            assert all(client.is_alive() for client in clients), "a client ended by itself"
            if number % 2:
                place = chance.randrange(SERVERS)
                assert servers[place].process.poll() is None, servers[place].said_wrong()
                kill_server(servers[place])
                servers[place] = serve(ports[place])
            else:
                place = chance.randrange(PROCESSES)
                clients[place].kill()
                clients[place].join()
                clients[place] = begin(number)
        time.sleep(0.5)
    finally:
        for client in clients:
            client.kill()
            client.join()
        for server in servers:
            kill_server(server)

    assert servers[0].said_wrong() == "", "the servers complained"
    evidence = Evidence.of(tmp_path)
    backend = Backend.durable(store, completer=Scene())
    come_to_rest(backend)
    check(backend, evidence)
    killed_servers.check_streams(backend, evidence)
    streams = evidence.all("stream")
    assert len(streams) > SERVED_KILLS, "hardly anything was done meanwhile"
    assert sum(note["rejoined"] for note in streams) > 0, "no stream was joined again"
    backend.close()


def begun(process: ForkServerProcess, notes: Path) -> ForkServerProcess:
    """The same process, started, once it has noted something."""
    process.start()
    for _ in range(3_000):
        if notes.exists() and notes.stat().st_size:
            return process
        assert process.is_alive(), "it ended by itself"
        time.sleep(0.01)
    raise AssertionError("a process did not begin")


def kill_server(server: ServerProcess) -> None:
    """Kill it, and let go of its pipes."""
    server.process.kill()
    server.process.communicate()
