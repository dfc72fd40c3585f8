"""Processes are killed at any moment: what was acknowledged stays, and nothing is half done."""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from tests.backend_client import Client, Scene
from tests.killed_clients import Evidence, check, come_to_rest, live_until_killed
from threadlab.backend.local import Backend

KILLS = int(os.environ.get("THREADLAB_KILLS", "15"))
"""How many processes are killed; the full proof is 200."""
PROCESSES = 3


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no way to begin a process quickly")
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
        process = context.Process(target=live_until_killed, args=arguments, daemon=True)
        process.start()
        for _ in range(3_000):
            if notes.exists() and notes.stat().st_size:
                return process
            assert process.is_alive(), "it ended by itself"
            time.sleep(0.01)
        raise AssertionError("a process did not begin")

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
