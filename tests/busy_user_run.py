"""A process at work on a branch: `python -m tests.busy_user_run FOLDER`; a file "go on" lets it go on."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local
from threadlab.history.branch import Branch
from threadlab.history.history import History
from threadlab.tools.tool import tool


def main_in(folder: Path, lab: Lab) -> Branch:
    """The branch, with a tool that says when it is at work, and waits."""

    @tool
    def get_weather(city: str) -> str:
        """The weather in a city."""
        print("at work", flush=True)
        while not (folder / "go on").exists():
            time.sleep(0.01)
        return "sunny"

    history = History(lab, folder / "runs")
    new = {} if "main" in history.branches else {"instructions": "Be brief."}
    return history.branch("main", tools=[get_weather], **new)  # type: ignore[arg-type]


if __name__ == "__main__":
    here = Path(sys.argv[1])
    with connect(target=Local(store=here / "store.sqlite", pace=0)) as lab:
        main_in(here, lab).ask("How is the weather in Oslo?")
