"""What tests of histories share: a lab in this process and a served one, a tool that counts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server_process import ServerProcess
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local, Served, Target
from threadlab.history.history import History
from threadlab.tools.tool import Tool, tool


@pytest.fixture(params=["in this process", "served"])
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """Each service in turn: what holds of user runs holds at both."""
    if request.param == "served":
        server: ServerProcess = request.getfixturevalue("server")
        target: Target = Served(endpoint=server.endpoint, key=server.key)
    else:
        target = Local(seed=7, pace=0)
    with connect(target=target) as lab:
        yield lab
        lab.workbench.faults.clear()


@pytest.fixture
def here() -> Iterator[Lab]:
    """The lab in this process alone, for what does not depend on the service."""
    with connect(target=Local(seed=7, pace=0)) as lab:
        yield lab


@pytest.fixture
def history(lab: Lab, tmp_path: Path) -> History:
    """A history in a folder of its own."""
    return History(lab, tmp_path / "runs")


class Weather:
    """A tool that counts its effects."""

    def __init__(self, **options: Any) -> None:
        self.asked: list[str] = []

        def get_weather(city: str) -> str:
            """The weather in a city.

            Args:
                city: the city's name.
            """
            self.asked.append(city)
            return f"sunny in {city}"

        self.tool: Tool[..., Any] = tool(**options)(get_weather)


@pytest.fixture
def weather() -> Weather:
    """A tool that counts its effects."""
    return Weather()


def every_file(folder: Path) -> dict[str, bytes]:
    """All files below a folder that are not locks, with what is in them."""
    files = (path for path in folder.rglob("*") if path.is_file() and ".lock" not in path.name)
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}
