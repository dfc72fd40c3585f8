"""The same tests with another version of the SDK, in an environment of its own.

azure-ai-agents 1.2.0b6 works with azure-ai-projects 1.0.0 alone, so it cannot live beside the course's own
versions. The environment is made once, below `.threadlab/`, and kept; where packages cannot be installed,
the test is skipped by name.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / ".threadlab" / "sdk-1.2.0b6"
PACKAGES = (
    "azure-ai-agents==1.2.0b6",
    "azure-ai-projects==1.0.0",
    "aiohttp>=3.10",
    *("pydantic>=2.12", "werkzeug>=3.1", "fastjsonschema>=2.20", "docstring-parser>=0.16", "simpleeval>=1.0"),
    "python-multipart>=0.0.20",
    *("python-dotenv>=1.0", "rich>=13.9", "packaging>=24"),
    *("pytest>=8.2", "pytest-asyncio>=0.25", "hypothesis>=6.112"),
)


def other_python() -> Path:
    """The Python of that environment, made if it is not there yet. Raises CalledProcessError, OSError."""
    python = FOLDER / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    made_of = FOLDER / "packages.txt"
    if made_of.exists() and made_of.read_text(encoding="utf-8").split("\n") == list(PACKAGES):
        return python
    shutil.rmtree(FOLDER, ignore_errors=True)
    if uv := shutil.which("uv"):
        run(uv, "venv", "--quiet", "--python", sys.executable, str(FOLDER))
        run(uv, "pip", "install", "--quiet", "--python", str(python), *PACKAGES)
    else:
        run(sys.executable, "-m", "venv", str(FOLDER))
        run(str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES)
    made_of.write_text("\n".join(PACKAGES), encoding="utf-8")
    return python


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end. Raises CalledProcessError."""
    return subprocess.run(
        command, check=True, text=True, capture_output=True, timeout=300, env={**os.environ, **environment}
    )


def test_the_preview_sdk_and_its_project_client_stream_alike() -> None:
    """All other tests of this folder, run there."""
    try:
        python = other_python()
    except (OSError, subprocess.SubprocessError) as problem:
        pytest.skip(f"azure-ai-agents 1.2.0b6 cannot be installed here: {problem}")
    tests = [str(path) for path in sorted(Path(__file__).parent.glob("test_sdk_*.py"))]
    command = [str(python), "-m", "pytest", "-q", "-c", str(ROOT / "pyproject.toml"), "--noconftest"]
    options = ["--rootdir", str(ROOT), "-p", "no:cacheprovider", *tests]
    try:
        done = run(*command, *options, PYTHONPATH=os.pathsep.join([str(ROOT / "src"), str(ROOT)]))
    except subprocess.CalledProcessError as failed:
        pytest.fail(f"{failed.stdout}\n{failed.stderr}", pytrace=False)
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout
