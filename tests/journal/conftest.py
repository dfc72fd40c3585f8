"""What the tests of the journal share: an empty workspace."""

from __future__ import annotations

from pathlib import Path

import pytest

from threadlab.journal.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace in which nothing was run yet."""
    return Workspace(tmp_path / "runs")
