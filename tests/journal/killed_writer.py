"""A process that writes user runs for ever and notes each entry after it was acknowledged; to be killed."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path
from random import Random
from typing import NoReturn

from tests.journal import story
from threadlab.journal.fact import Began, Ended, Logged
from threadlab.journal.workspace import Workspace


def write_until_killed(folder: Path, notes: Path, seed: int) -> NoReturn:
    """Take up what was left behind, then write new ones. A note is `<user run> <number of the entry>`."""
    workspace, chance = Workspace(folder), Random(seed)
    descriptor = os.open(notes, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def note(id: str, seq: int) -> None:
        os.write(descriptor, f"{id} {seq}\n".encode())

    for id in workspace.ids():
        if workspace.is_stalled(id):
            with_writer = workspace.writer(id)
            note(id, with_writer.append(Began(process=os.getpid(), resumed=True), story.NOON).seq)
            note(id, with_writer.append(Ended(status="cancelled", output=""), story.NOON).seq)
            with_writer.close()
    for number in count():
        id = workspace.new_id(story.NOON + number, chance, f"trial-{seed}")
        directory = workspace.create(story.received(id), story.NOON)
        note(id, 1)
        for _ in range(chance.randint(5, 60)):
            text = "x" * chance.choice((10, 1_000, 70_000))
            note(id, directory.append(Logged(level="info", text=text), story.NOON).seq)
        note(id, directory.append(Ended(status="completed", output=""), story.NOON).seq)
        directory.close()
    raise AssertionError("it counts for ever")
