"""`.env.example` is the settings class in words."""

from __future__ import annotations

from pathlib import Path

from dotenv import dotenv_values

from threadlab.connect.env_example import render
from threadlab.connect.settings import Settings, variables

FILE = Path(__file__).parents[2] / ".env.example"


def test_the_file_says_what_the_class_says() -> None:
    """To renew it: write `render()` into the file."""
    assert FILE.read_text(encoding="utf-8") == render()


def test_every_variable_is_in_it_once_and_empty() -> None:
    """Copied unchanged, it sets nothing."""
    values = dotenv_values(FILE)
    assert tuple(values) == variables()
    assert Settings.load({}, env_file=FILE) == Settings()
