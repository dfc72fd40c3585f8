"""The owner's word of a project folder."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from threadlab.connect.owner import owner_at


def test_whoever_asks_gets_the_same_word(tmp_path: Path) -> None:
    """Also those who ask at the same instant; and nothing else is left in the folder."""
    path = tmp_path / "deep" / "owner"
    with ThreadPoolExecutor(8) as pool:
        words = set(pool.map(owner_at, [path] * 32))
    assert words == {path.read_text().strip()}
    assert [one.name for one in path.parent.iterdir()] == ["owner"]


def test_two_folders_are_two_owners(tmp_path: Path) -> None:
    """By chance, not by name."""
    assert owner_at(tmp_path / "a" / "owner") != owner_at(tmp_path / "b" / "owner")


def test_a_file_system_without_links_serves_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is put in its place in another way."""

    def refuse(*_: Any) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    assert owner_at(tmp_path / "owner") == owner_at(tmp_path / "owner")


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    """The word then lasts as long as whoever asked for it."""
    (tmp_path / "file").write_text("")
    assert owner_at(tmp_path / "file" / "owner")
