"""Plain `pytest` judges the lessons: each cell must give exactly the outputs that are stored.

Only the notebooks of this folder are collected, so that a learner's copies in `my/` never are.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from nbval.plugin import IPyNbFile

from threadlab.course.lesson_environment import JUDGED

CELL_SECONDS = 60.0


def pytest_configure(config: pytest.Config) -> None:
    """The kernel is this environment's own; it inherits the environment in which lessons are judged."""
    os.environ.update(JUDGED)
    config.option.nbval_current_env = True
    config.option.nbval_cell_timeout = CELL_SECONDS


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> IPyNbFile | None:
    """A reference notebook, unless `--nbval` was given and collects it anyway."""
    is_lesson = file_path.suffix == ".ipynb" and file_path.parent == Path(__file__).parent
    if not is_lesson or parent.config.option.nbval or parent.config.option.nbval_lax:
        return None
    return IPyNbFile.from_parent(parent, path=file_path)
