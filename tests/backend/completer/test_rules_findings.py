"""What the rules find in one step, they use in the next: an e-mail carries it, another tool takes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.backend.completer.rules_desk import NUMBER, STRING, TOOLS, Answered, answered, ask, function
from threadlab.backend.completer.port import Called

LETTER = {"recipient": {**STRING, "description": "Email address."}, "subject": STRING, "body": STRING}
DESK = [
    function("fetch_datetime", "The date and time of now.", {"format": STRING}, []),
    function("fetch_weather", "The weather of a place.", {"location": STRING}),
    function("send_email", "Send an email.", LETTER),
    function("convert_temperature", "Convert a temperature from Celsius to Fahrenheit.", {"celsius": NUMBER}),
]
OUTPUTS = {
    "fetch_datetime": '{"now": "2026-01-02 03:04"}',
    "fetch_weather": '{"weather": "Sunny, 25°C"}',
    "send_email": '{"message": "The email is on its way."}',
    "convert_temperature": '{"fahrenheit": 77.0}',
}


def played(*said: str, tools: Sequence[Any] = DESK) -> list[Answered]:
    """The answers of a run to its end, with an output for each call."""
    rounds: list[tuple[Called, ...]] = []
    answers = [ask(*said, tools=tools)]
    while answers[-1].calls:
        rounds.append(tuple(answered(name, given, OUTPUTS[name]) for name, given in answers[-1].calls))
        answers.append(ask(*said, tools=tools, rounds=tuple(rounds)))
    return answers


def test_an_email_goes_to_the_address_in_the_question_and_carries_the_earlier_outputs() -> None:
    """First the tools that find something out, then the tool that tells it."""
    first, second, last = played("Send an email to ada@example.org with the datetime and weather in New York")
    assert first.calls == [("fetch_datetime", {}), ("fetch_weather", {"location": "New York"})]
    ((name, letter),) = second.calls
    assert (name, letter["recipient"]) == ("send_email", "ada@example.org")
    assert letter["subject"] == "Datetime and weather"
    assert letter["body"] == "fetch_datetime: now 2026-01-02 03:04.\nNew York: weather Sunny, 25°C."
    assert "body carries what was found" in second.because
    assert last.text.endswith("The email is on its way.")


def test_an_email_to_nobody_goes_to_a_reserved_address_and_the_reason_says_so() -> None:
    """Where the findings wait for an address that nobody gave; without findings the user is asked."""
    _, second, _ = played("Send an email with the weather in New York")
    assert second.calls[0][1]["recipient"] == "nobody@example.org"
    assert "recipient stands in for an address that the message does not give" in second.because
    assert ask("Send an email", tools=DESK).text == "To use send_email I need: recipient, subject and body."


def test_a_summary_is_written_of_what_the_thread_has_found() -> None:
    """In another run on the same thread, the assistant's earlier messages are the findings."""
    by_name = function(
        "send_email", "Send an email.", dict.fromkeys(("recipient", "subject", "body"), STRING)
    )
    said = ask(
        "Weather?", "Oslo: rain.", "send an email to Ada King with a summary of results", tools=[by_name]
    )
    letter = {"recipient": "Ada King", "subject": "Summary", "body": "Oslo: rain."}
    assert said.calls == [("send_email", letter)]


def test_a_number_with_its_unit_is_taken_from_an_earlier_output() -> None:
    """25°C in an output is the `celsius` of the next tool."""
    _, second, last = played("What's the weather in Oslo? Convert the temperature to Fahrenheit.")
    assert second.calls == [("convert_temperature", {"celsius": 25})]
    assert "celsius was found before" in second.because
    assert "fahrenheit 77.0" in last.text


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("Give me the datetime in '%d %B %Y' format", {"format": "%d %B %Y"}),
        ("Give me the date and time in '%H:%M' format", {"format": "%H:%M"}),
    ],
)
def test_a_quotation_belongs_to_the_parameter_that_is_named_after_it(message: str, arguments: Any) -> None:
    """And a tool that two parts ask for is called once."""
    assert ask(message, tools=DESK).calls == [("fetch_datetime", arguments)]


def test_a_quotation_may_hold_an_apostrophe() -> None:
    """The quotation ends where no letter follows the mark."""
    said = ask("Email bob@example.com with subject 'Hi' and body 'Don't be late.'", tools=TOOLS)
    letter = {"recipient": "bob@example.com", "subject": "Hi", "body": "Don't be late."}
    assert said.calls == [("send_email", letter)]


def test_numbers_may_have_an_exponent() -> None:
    """As scientists write them."""
    tool = function("store_mass", "Store a mass.", {"mass": NUMBER})
    assert ask("store the mass 6.4171E23 kg", tools=[tool]).calls == [("store_mass", {"mass": 6.4171e23})]
