"""A project in a folder of its own, and a lab."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.flows.component import Component
from threadlab.flows.run_context import RunContext

MakesContext = Callable[..., RunContext]


@pytest.fixture
def lab() -> Iterator[Lab]:
    """Seeded, without waiting."""
    with connect(seed=11, pace=0) as lab:
        yield lab


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project's root folder."""
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def context(project: Path, lab: Lab) -> MakesContext:
    """Makes contexts of the project at the lab."""

    def made(root: Component, **options: Any) -> RunContext:
        return RunContext(root, project_root=project, lab=lab, **options)

    return made
