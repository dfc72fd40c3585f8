from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threadlab.backend.completer.port import Called, Request, Said
from threadlab.backend.completer.tokens import MESSAGE_FRAME, estimate, estimate_request


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("Hello, world!", 4),
        ("The quick brown fox jumps over the lazy dog.", 10),
        ("internationalisation", 3),
        ("1234567", 3),
        ("a\n\nb", 3),
        ("日本語", 3),
        ("Привет", 3),
        ('{"city": "Paris"}', 9),
    ],
)
def test_an_estimate_counts_words_marks_and_scripts(text: str, tokens: int) -> None:
    """The rules of the module's docstring, one text each."""
    assert estimate(text) == tokens


@given(st.text(), st.text())
def test_more_text_is_never_fewer_tokens(first: str, second: str) -> None:
    """The estimate is bounded by the characters, and grows with the text."""
    assert 0 <= estimate(first) <= len(first)
    assert estimate(f"{first} {second}") == estimate(first) + estimate(second)


def test_a_request_counts_everything_that_the_model_is_given() -> None:
    """Instructions, messages, tools and tool rounds each add to the prompt."""
    tool = {"type": "function", "function": {"name": "get_time"}}
    bare = Request(model="m", instructions="", messages=(Said("user", "Hi there"),))
    assert estimate_request(bare) == 2 + MESSAGE_FRAME
    called = Called("call_1", "get_time", "{}", "10:00")
    fuller = [
        Request(model="m", instructions="Be kind.", messages=bare.messages),
        Request(model="m", instructions="", messages=bare.messages * 2),
        Request(model="m", instructions="", messages=bare.messages, tools=(tool,)),
        Request(model="m", instructions="", messages=bare.messages, rounds=((called,),)),
    ]
    assert all(estimate_request(request) > estimate_request(bare) for request in fuller)
