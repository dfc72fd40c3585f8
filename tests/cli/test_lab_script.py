"""`lab.py`, which needs nothing but Python. Installing for real needs a network, and is not tested here."""

from __future__ import annotations

import ast
import importlib.util
import os
import runpy
import sys
import venv
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from threadlab.course.course_root import find_course_root

COURSE = find_course_root(Path(__file__).parent)
posix_only = pytest.mark.skipif(os.name == "nt", reason="the stand-in for uv is a shell script")

Script = Callable[[str], None]


@pytest.fixture
def lab_script() -> ModuleType:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("lab_script", COURSE / "lab.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with needs, and a `.venv` of its own that has nothing installed."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "pyproject.toml").write_text('[dependency-groups]\ndev = ["ruff>=0.9"]\n')
    (root / "constraints.txt").write_text("ruff==0.9\n")
    return root


@pytest.fixture
def uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Script:
    """Put a stand-in for uv on the path, which notes its arguments in `calls` and then does as told."""
    folder = tmp_path / "bin"
    folder.mkdir()
    calls = tmp_path / "calls"

    def write(script: str) -> None:
        program = folder / "uv"
        program.write_text(f'#!/bin/sh\necho "$*" >> {calls}\n{script}\n')
        program.chmod(0o755)

    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return write


MAKES_VENV = f'if [ "$1" = venv ]; then rm -rf .venv; "{sys.executable}" -m venv --without-pip .venv; fi'


def calls(root: Path) -> list[str]:
    """What the stand-in was asked for: its first two words each time."""
    path = root.parent / "calls"
    return [" ".join(line.split()[:2]) for line in path.read_text().splitlines()] if path.exists() else []


@posix_only
def test_the_first_time_it_installs_and_the_second_time_it_needs_nothing(
    lab_script: ModuleType, project: Path, uv: Script
) -> None:
    """No command at all, so no network."""
    uv(MAKES_VENV)
    lab_script.set_up(project)
    assert calls(project) == ["venv --quiet", "pip install"]
    lab_script.set_up(project)
    assert len(calls(project)) == 2


@posix_only
@pytest.mark.parametrize("changed", ["pyproject.toml", "constraints.txt"])
def test_changed_needs_are_installed_into_the_same_environment(
    lab_script: ModuleType, project: Path, uv: Script, changed: str
) -> None:
    """Without making it anew."""
    uv(MAKES_VENV)
    lab_script.set_up(project)
    with (project / changed).open("a") as file:
        file.write("# changed\n")
    lab_script.set_up(project)
    assert calls(project)[2:] == ["pip install"]


@posix_only
def test_a_failed_installation_tells_why_leaves_no_stamp_and_is_begun_anew(
    lab_script: ModuleType, project: Path, uv: Script
) -> None:
    """A half-made environment is not trusted."""
    uv(f"{MAKES_VENV}\nif [ $1 = pip ]; then echo 'no route to host'; exit 3; fi")
    with pytest.raises(lab_script.SetupFailed, match="no route to host") as caught:
        lab_script.set_up(project)
    assert "network" in str(caught.value)
    uv(MAKES_VENV)
    lab_script.set_up(project)
    assert calls(project)[2:] == ["venv --quiet", "pip install"]
    lab_script.set_up(project)
    assert len(calls(project)) == 4


@posix_only
def test_an_environment_without_a_working_python_is_made_anew(
    lab_script: ModuleType, project: Path, uv: Script
) -> None:
    """Also where the stamp says that all is well."""
    uv(MAKES_VENV)
    lab_script.set_up(project)
    lab_script.venv_python(project).unlink()
    lab_script.set_up(project)
    assert calls(project)[2:] == ["venv --quiet", "pip install"]


@posix_only
def test_an_environment_that_someone_made_by_hand_is_kept(
    lab_script: ModuleType, project: Path, uv: Script
) -> None:
    """It is installed into, and nothing in it is thrown away."""
    venv.create(project / ".venv", with_pip=False)
    (project / ".venv" / "mine").touch()
    uv("")
    lab_script.set_up(project)
    assert calls(project) == ["pip install"]
    assert (project / ".venv" / "mine").exists()


def test_the_development_group_is_plain_requirements(lab_script: ModuleType) -> None:
    """Any pip understands them, without knowing groups."""
    assert "hypothesis" in " ".join(lab_script.dev_requirements(COURSE))


def test_the_exact_versions_name_no_host_and_cover_the_requirements() -> None:
    """`constraints.txt` is made by uv from pyproject.toml."""
    text = (COURSE / "constraints.txt").read_text()
    assert "://" not in text
    pinned = {line.partition("==")[0] for line in text.splitlines()}
    assert {"azure-ai-agents", "jupyterlab", "nbval", "hypothesis", "pytest"} <= pinned


def test_help_sets_nothing_up(lab_script: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    """It only says what the commands are."""
    assert lab_script.main(["--help"]) == 0
    assert "python lab.py test" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "started"),
    [
        ([], ["-m", "threadlab.cli", "lab"]),
        (["--no-browser", "--port", "9"], ["-m", "threadlab.cli", "lab", "--no-browser", "--port", "9"]),
        (["check", "01"], ["-m", "threadlab.cli", "check", "01"]),
        (["test", "-k", "wire"], ["-m", "pytest", "-k", "wire"]),
    ],
)
def test_what_is_started(
    lab_script: ModuleType, monkeypatch: pytest.MonkeyPatch, arguments: list[str], started: list[str]
) -> None:
    """The lesson, a verb, or the tests; arguments pass through."""
    begun: list[list[str]] = []
    monkeypatch.setattr(lab_script, "set_up", lambda root: None)
    monkeypatch.setattr(lab_script, "run", begun.append)
    lab_script.main(arguments)
    assert begun == [started]


def test_an_older_python_can_read_the_script_and_is_told_what_is_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In words; a traceback would tell a newcomer nothing."""
    source = (COURSE / "lab.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 7))
    monkeypatch.setattr(sys, "version_info", (3, 8, 1, "final", 0))
    monkeypatch.setitem(sys.modules, "tomllib", None)
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer; this is Python 3\.8"):
        runpy.run_path(str(COURSE / "lab.py"))
