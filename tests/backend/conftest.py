"""Fixtures for the backend's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.backend_client import Client, Scene
from threadlab.backend.local import Backend


@pytest.fixture
def scene() -> Scene:
    """The completer of `client`."""
    return Scene()


@pytest.fixture
def client(scene: Scene) -> Iterator[Client]:
    """A client of a seeded backend."""
    backend = Backend.seeded(1, completer=scene)
    yield Client(backend)
    backend.close()


@pytest.fixture
def durable(tmp_path: Path, scene: Scene) -> Iterator[Callable[..., Client]]:
    """Opens clients of one durable store; each call is another backend on the same file, as a kernel is."""
    opened: list[Backend] = []

    def open_client(**options: Any) -> Client:
        opened.append(Backend.durable(tmp_path / "store.sqlite", completer=scene, **options))
        return Client(opened[-1])

    yield open_client
    for backend in opened:
        backend.close()
