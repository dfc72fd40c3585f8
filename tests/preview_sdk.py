"""The tests of the SDKs with the preview version, azure-ai-agents 1.2.0b6, in an environment of its own.

It works with azure-ai-projects 1.0.0 alone, so it cannot live beside the course's own versions. The
environment is made once, below `.threadlab/`, and kept.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
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


class PreviewUnavailable(Exception):
    """It cannot be installed here."""


def preview_python() -> Path:
    """The Python of that environment, made if it is not there yet. Raises CalledProcessError, OSError."""
    python = FOLDER / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    made_of = FOLDER / "packages.txt"
    if made_of.exists() and made_of.read_text(encoding="utf-8").split("\n") == list(PACKAGES):
        return python
    shutil.rmtree(FOLDER, ignore_errors=True)
    if uv := shutil.which("uv"):
        _run(uv, "venv", "--quiet", "--python", sys.executable, str(FOLDER))
        _run(uv, "pip", "install", "--quiet", "--python", str(python), *PACKAGES)
    else:
        _run(sys.executable, "-m", "venv", str(FOLDER))
        _run(str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES)
    made_of.write_text("\n".join(PACKAGES), encoding="utf-8")
    return python


def run_tests_of_sdks(**environment: str) -> str:
    """Run all of `tests/sdk` with it, in those variables too; what pytest printed.

    Raises CalledProcessError when a test fails, and PreviewUnavailable where packages cannot be installed.
    """
    try:
        python = preview_python()
    except (OSError, subprocess.SubprocessError) as problem:
        raise PreviewUnavailable(f"azure-ai-agents 1.2.0b6 cannot be installed here: {problem}") from problem
    tests = [str(path) for path in sorted((ROOT / "tests" / "sdk").glob("test_sdk_*.py"))]
    command = [str(python), "-m", "pytest", "-q", "-c", str(ROOT / "pyproject.toml"), "--noconftest"]
    options = ["--rootdir", str(ROOT), "-p", "no:cacheprovider", *tests]
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    return _run(*command, *options, **{**environment, "PYTHONPATH": path}).stdout


def _run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, check=True, text=True, capture_output=True, timeout=300, env={**os.environ, **environment}
    )
