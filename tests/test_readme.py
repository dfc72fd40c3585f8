"""The README is true: its code prints what it says, its commands and links lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, re.DOTALL)
FIRST_SCREEN = 50


def test_the_code_prints_what_the_readme_shows(tmp_path: Path) -> None:
    """The program is run as written; the block after it is its output."""
    number, (_, code) = next((n, block) for n, block in enumerate(BLOCKS) if block[0] == "python")
    shown = BLOCKS[number + 1][1]
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == shown


def test_the_two_commands_are_the_first_thing_to_run() -> None:
    """CI calls the second one, and nothing else."""
    commands = [line.split("#")[0].strip() for line in BLOCKS[0][1].splitlines()]
    assert commands == ["python lab.py", "python lab.py test"]
    assert '"$python" lab.py test' in (ROOT / ".ci/run").read_text(encoding="utf-8")


def test_the_first_screen_has_the_picture_the_commands_and_the_code() -> None:
    """A reader sees what it is without scrolling far."""
    top = "\n".join(README.splitlines()[:FIRST_SCREEN])
    for part in ("docs/images/run_card.png", "python lab.py test", "Conversation(lab", "**Where next**"):
        assert part in top


@pytest.mark.parametrize("page", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_file_that_a_page_names_exists(page: str) -> None:
    """Links, pictures and paths in code marks."""
    text = (ROOT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"\]\(([^)#:]+)\)", text)) | set(re.findall(r'src="([^":]+)"', text))
    named |= {
        path
        for path in re.findall(
            r"`((?:src|tests|lessons|exercises|solutions|docs|benchmarks)/[^`*\s]+)`", text
        )
        if "NN" not in path
    }
    assert named
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


def test_version_and_changelog_agree() -> None:
    """A release is a heading in the changelog; until the first one there is only what is unreleased."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.M)
    assert version is not None
    headings = re.findall(r"^## \[(.+?)\]", changelog, re.M)
    assert headings[0] == "Unreleased"
    assert len(headings) == 1 or headings[1] == version[1]
