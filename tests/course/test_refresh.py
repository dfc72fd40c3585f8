"""Reference outputs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from nbclient.exceptions import CellExecutionError

from threadlab.course.refresh import read_notebook, reference_text, refresh


def test_a_lesson_that_fails_is_left_as_it_was(mini_course: Path) -> None:
    """The error shows the cell."""
    path = mini_course / "lessons" / "01_adding.ipynb"
    path.write_text(path.read_text().replace("print(2)", "print(1 / 0)"))
    before = path.read_bytes()
    with pytest.raises(CellExecutionError, match="1 / 0"):
        refresh(path)
    assert path.read_bytes() == before


def test_what_is_not_the_lessons_doing_is_left_out(tmp_path: Path) -> None:
    """Widget views, timings, ids and kernel details."""
    shown = {"text/plain": "RunCard()", "application/vnd.jupyter.widget-view+json": {"model_id": "f00d"}}
    cell = {
        "cell_type": "code",
        "id": "beef",
        "metadata": {"execution": {"at": "1"}, "tags": ["raises-exception"]},
        "source": "f()",
        "execution_count": 1,
        "outputs": [
            {"output_type": "stream", "name": "stdout", "text": "a"},
            {"output_type": "display_data", "data": shown, "metadata": {"isolated": True}},
            {"output_type": "stream", "name": "stdout", "text": "b\n"},
        ],
    }
    notebook = {"metadata": {"widgets": {}}, "cells": [cell], "nbformat": 4, "nbformat_minor": 5}
    path = tmp_path / "01_x.ipynb"
    path.write_text(json.dumps(notebook))
    text = reference_text(read_notebook(path))
    assert not [word for word in ("f00d", "beef", '"execution"', "isolated", "widgets") if word in text]
    kept = json.loads(text)["cells"][0]
    assert kept["metadata"] == {"tags": ["raises-exception"]}
    assert [output["output_type"] for output in kept["outputs"]] == ["stream", "display_data"]
    assert kept["outputs"][0]["text"] == ["ab\n"]
