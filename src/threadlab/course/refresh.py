"""Refreshing: a lesson's notebook is executed, and its outputs are stored as the reference.

The kernel is this environment's own, nothing is waited for (pace 0), and everything that is not the
lesson's doing is left out: model ids of widgets, timings, cell and kernel details. So the same lesson
always gives the same bytes.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, NbvalKernelspecManager

from threadlab.course.lesson_environment import lesson_environment

CELL_SECONDS = 60
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def refresh(path: Path) -> bool:
    """Execute the notebook and store its outputs in it; False when its bytes are as they were.

    Raises nbclient's CellExecutionError, which shows the failing cell; the file is then untouched.
    """
    text = refreshed(path)
    if text == path.read_text(encoding="utf-8"):
        return False
    path.write_text(text, encoding="utf-8")
    return True


def refreshed(path: Path) -> str:
    """What refreshing the notebook would store in it. Raises CellExecutionError like `refresh`."""
    return reference_text(execute(read_notebook(path), path.parent))


def read_notebook(path: Path) -> NotebookNode:
    """The notebook as nbformat holds it, in version 4."""
    notebook: NotebookNode = nbformat.read(path, as_version=4)
    return notebook


def execute(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """Run all cells in a kernel of this environment, working in `folder`, and return the notebook."""
    kernel = AsyncKernelManager(
        kernel_name=CURRENT_ENV_KERNEL_NAME, kernel_spec_manager=NbvalKernelspecManager()
    )
    client = NotebookClient(
        notebook,
        km=kernel,
        timeout=CELL_SECONDS,
        store_widget_state=False,
        resources={"metadata": {"path": str(folder)}},
    )
    return client.execute(
        env=lesson_environment(os.environ),
        stderr=subprocess.DEVNULL,  # the kernel's own log; what cells write there is in their outputs
        cleanup_kc=True,
    )


def reference_text(notebook: NotebookNode) -> str:
    """An executed notebook as the text of a reference file."""
    cells = [_cell(cell, number) for number, cell in enumerate(notebook.cells, start=1)]
    file = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(file, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _cell(cell: NotebookNode, number: int) -> dict[str, Any]:
    metadata = {"tags": cell.metadata["tags"]} if cell.metadata.get("tags") else {}
    kept: dict[str, Any] = {
        "cell_type": cell.cell_type,
        "id": f"cell-{number:02d}",
        "metadata": metadata,
        "source": cell.source.splitlines(keepends=True),
    }
    if cell.cell_type == "code":
        kept["execution_count"] = cell.execution_count
        kept["outputs"] = _outputs(cell.outputs)
    return kept


def _outputs(outputs: list[NotebookNode]) -> list[dict[str, Any]]:
    """The outputs with the text of each stream in one piece and without widget views."""
    kept: list[dict[str, Any]] = []
    streams: dict[str, list[str]] = {}
    for output in outputs:
        if output.output_type == "stream":
            if output.name not in streams:
                streams[output.name] = []
                kept.append({"output_type": "stream", "name": output.name, "text": streams[output.name]})
            streams[output.name].append(output.text)
        elif output.output_type == "error":
            kept.append({**output, "traceback": []})
        elif data := {kind: _lines(value) for kind, value in output.data.items() if kind != WIDGET_VIEW}:
            kept.append({**output, "data": data, "metadata": {}})
    for pieces in streams.values():
        pieces[:] = "".join(pieces).splitlines(keepends=True)
    return kept


def _lines(value: object) -> object:
    return value.splitlines(keepends=True) if isinstance(value, str) else value
