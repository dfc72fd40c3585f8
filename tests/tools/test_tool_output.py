"""Outputs: whatever a tool returns becomes text that is fit to send."""

from __future__ import annotations

import dataclasses
import enum
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from threadlab.errors import ToolError
from threadlab.tools.output import as_text, capped, output_text, sanitised
from threadlab.tools.redaction import redacted, without_known_secrets


class Colour(enum.Enum):
    RED = "red"


@dataclasses.dataclass
class Point:
    x: int


class Box(BaseModel):
    corner: Point


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("as it is", "as it is"),
        ("42", "42"),
        (42, "42"),
        (True, "true"),
        (None, "null"),
        (10**60, "1" + "0" * 60),
        ({"a": [1, None]}, '{"a":[1,null]}'),
        ((1, "ö"), '[1,"ö"]'),
        (Box(corner=Point(x=1)), '{"corner":{"x":1}}'),
        (Colour.RED, '"red"'),
        (datetime(2024, 5, 1, tzinfo=UTC), '"2024-05-01T00:00:00Z"'),
        (Decimal("1.50"), '"1.50"'),
        (float("nan"), '"NaN"'),
    ],
)
def test_a_string_stays_and_all_else_is_json(value: Any, text: str) -> None:
    """Never Python's own notation."""
    assert as_text(value) == text


def _itself() -> list[Any]:
    loop: list[Any] = []
    loop.append(loop)
    return loop


@pytest.mark.parametrize("value", [object(), {"f": len}, b"\xff", _itself()])
def test_what_json_cannot_carry_is_an_error_for_the_author(value: Any) -> None:
    """It names the type and says what to return."""
    with pytest.raises(ToolError, match="returned a") as caught:
        as_text(value)
    assert "must return" in caught.value.hint


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda v: st.lists(v) | st.tuples(v))
)
def test_what_is_not_a_string_can_be_read_back(value: Any) -> None:
    """JSON, whatever it is; tuples come back as lists."""
    if not isinstance(value, str):
        assert json.loads(as_text(value)) == json.loads(json.dumps(value))


def test_control_characters_and_terminal_codes_go() -> None:
    """Tabs, line ends and everything visible stay."""
    dirty = "\x1b[31mred\x1b[0m \x1b]0;title\x07a\x00b\x08c\td\r\ne\u202ef\x9bg 👩‍🔬"
    assert sanitised(dirty) == "red abc\td\nefg 👩‍🔬"


@given(st.text(st.characters()))
def test_sanitised_text_can_always_be_sent(text: str) -> None:
    """Half surrogates too; and cleaning twice changes nothing more."""
    clean = sanitised(text)
    clean.encode()
    assert sanitised(clean) == clean


def test_the_cap_says_what_it_cut() -> None:
    """The first characters, then a line with both numbers; a text that fits is left alone."""
    assert capped("x" * 10, 10) == "x" * 10
    assert capped("x" * 25, 10) == "xxxxxxxxxx\n[cut: these are the first 10 of 25 characters]"


def test_an_output_is_redacted_before_it_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that no half of a secret stays at the edge."""
    monkeypatch.setenv("SERVICE_TOKEN", "abcdefghij")
    assert (
        output_text("12345 abcdefghij and more", 12)
        == "12345 [hidde\n[cut: these are the first 12 of 23 characters]"
    )


def test_only_secret_names_and_long_values_count() -> None:
    """A keyboard layout is no key, and a short value would hide half the text."""
    environment = {"KEYBOARD": "us-international", "PIN_SECRET": "a", "MY_PASSWORD": "correct horse"}
    text = "us-international a correct horse"
    assert without_known_secrets(text, environment) == "us-international a [hidden]"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Authorization: Bearer abc.def-123456", "Authorization: Bearer [hidden]"),
        ("api_key=12345, city=Oslo", "api_key=[hidden], city=Oslo"),
        ('{"password": "hunter2"}', '{"password": "[hidden]"}'),
        ("postgres://me:pw@host/db", "postgres://[hidden]@host/db"),
        ("used sk-abcdefghijklmnop1234", "used [hidden]"),
        ("AccountKey=abc==;EndpointSuffix=x", "AccountKey=[hidden];EndpointSuffix=x"),
        ("no city named Bearer", "no city named Bearer"),
    ],
)
def test_what_looks_like_a_secret_is_hidden_in_errors(text: str, hidden: str) -> None:
    """Keys, tokens and passwords in their usual places; the rest stays readable."""
    assert redacted(text) == hidden
