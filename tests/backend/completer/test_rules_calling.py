from __future__ import annotations

import json
from typing import Any

import pytest

from tests.backend.completer.rules_desk import INTEGER, NUMBER, OFFICE, STRING, TOOLS, answered, ask, function

CALLS: list[tuple[str, list[tuple[str, dict[str, Any]]]]] = [
    (
        "What's the current time and calculate 25 * 47?",
        [("get_current_time", {}), ("calculate", {"expression": "25 * 47"})],
    ),
    ("weather in Paris and Rome", [("get_weather", {"city": "Paris"}), ("get_weather", {"city": "Rome"})]),
    ("What's the weather like in São Paulo today?", [("get_weather", {"city": "São Paulo"})]),
    ("what's the weather in paris", [("get_weather", {"city": "paris"})]),
    ("Is it warm and sunny in New York City?", [("get_weather", {"city": "New York City"})]),
    ("I live in Oslo. What's the weather?", [("get_weather", {"city": "Oslo"})]),
    (
        "Compare the weather in Paris, Rome and Oslo",
        [("get_weather", {"city": city}) for city in ("Paris", "Rome", "Oslo")],
    ),
    ("What is 12 plus 30?", [("calculate", {"expression": "12 + 30"})]),
    ("What is 15% of 240", [("calculate", {"expression": "15 / 100 * 240"})]),
    (
        "calculate 2+2 and calculate (3 + 4) * 2",
        [("calculate", {"expression": "2+2"}), ("calculate", {"expression": "(3 + 4) * 2"})],
    ),
    ("What time is it in Tokyo?", [("get_current_time", {"timezone": "Tokyo"})]),
    (
        "What's the time in Tokyo and the weather in Oslo?",
        [("get_current_time", {"timezone": "Tokyo"}), ("get_weather", {"city": "Oslo"})],
    ),
    (
        "Send an email to ada@example.org about lunch saying see you at noon",
        [("send_email", {"recipient": "ada@example.org", "subject": "lunch", "body": "see you at noon"})],
    ),
    (
        'Email bob@example.com with subject "Hi" and body "The weather is fine"',
        [("send_email", {"recipient": "bob@example.com", "subject": "Hi", "body": "The weather is fine"})],
    ),
    (
        "Search for red running shoes under 50",
        [("search_products", {"query": "red running shoes", "max_price": 50})],
    ),
    ("find me 5 products like running shoes", [("search_products", {"query": "running shoes", "limit": 5})]),
    (
        "Convert 100 USD to EUR",
        [("convert_currency", {"amount": 100, "from_currency": "USD", "to_currency": "EUR"})],
    ),
    (
        "how much is 20.5 dollars in euros?",
        [("convert_currency", {"amount": 20.5, "from_currency": "USD", "to_currency": "EUR"})],
    ),
    (
        "Create a high priority ticket: printer on floor 3 is broken",
        [("create_ticket", {"title": "printer on floor 3 is broken", "priority": "high"})],
    ),
    (
        "Create a ticket titled 'Broken printer' with low priority",
        [("create_ticket", {"title": "Broken printer", "priority": "low"})],
    ),
    (
        "convert 5 kg to pounds",
        [("convert_units", {"value": 5, "from_unit": "kg", "to_unit": "pounds"})],
    ),
    ("How's the weather over in Lima, Peru?", [("get_weather", {"city": "Lima"})]),
    ("Calculate the square root of 16", [("calculate", {"expression": "sqrt(16)"})]),
    (
        "time in New York and in London please",
        [("get_current_time", {"timezone": "New York"}), ("get_current_time", {"timezone": "London"})],
    ),
    ("Where is my order ORD-1234?", [("get_order_status", {"order_id": "ORD-1234"})]),
    (
        "Status of orders 17 and 18",
        [("get_order_status", {"order_id": "17"}), ("get_order_status", {"order_id": "18"})],
    ),
    (
        "Convert 10 miles to kilometers",
        [("convert_units", {"value": 10, "from_unit": "miles", "to_unit": "kilometers"})],
    ),
    (
        "Book a meeting room on floor 3 for 2025-03-04",
        [("book_room", {"room": {"floor": 3}, "date": "2025-03-04"})],
    ),
    (
        "Add milk, eggs and bread to my shopping list",
        [("add_to_list", {"items": ["milk", "eggs", "bread"]})],
    ),
    (
        "Translate 'good morning' into French",
        [("translate_text", {"text": "good morning", "language": "French"})],
    ),
]

OFFICE_CALLS: list[tuple[str, list[tuple[str, dict[str, Any]]]]] = [
    (
        "Get me the stock price for AAPL and GOOG",
        [("get_stock_price", {"symbol": "AAPL"}), ("get_stock_price", {"symbol": "GOOG"})],
    ),
    (
        'Schedule a meeting titled "Plan" on 2025-06-01 at 14:30 with ada@x.org and bob@x.org',
        [
            (
                "schedule_meeting",
                {
                    "title": "Plan",
                    "date": "2025-06-01",
                    "time": "14:30",
                    "attendees": ["ada@x.org", "bob@x.org"],
                },
            )
        ],
    ),
    (
        "Please look up customers 12, 13 and 14",
        [("lookup_customer", {"customer_id": n}) for n in (12, 13, 14)],
    ),
    ("Delete the file /tmp/report.txt", [("delete_file", {"path": "/tmp/report.txt"})]),
    ("Force delete the file a.csv", [("delete_file", {"path": "a.csv", "force": True})]),
    ("Roll 3 dice with 6 sides each", [("roll_dice", {"sides": 6, "count": 3})]),
    ("Find flights from Oslo to Rome", [("search_flights", {"origin": "Oslo", "destination": "Rome"})]),
    ("Who is the user alice?", [("get_user_info", {"user_name": "alice"})]),
    ("How many words are in 'the quick brown fox'?", [("word_count", {"text": "the quick brown fox"})]),
    ("Search the docs for run steps", [("search_docs", {"query": "run steps"})]),
    ("What does https://example.org say?", [("fetch_url", {"url": "https://example.org"})]),
    ("Give me a random number between 1 and 10", [("getRandomNumber", {"min": 1, "max": 10})]),
    (
        "How hot is Cairo, in fahrenheit?",
        [("get_temperature", {"city": "Cairo", "unit": "fahrenheit"})],
    ),
    ("temperature in Oslo?", [("get_temperature", {"city": "Oslo", "unit": "celsius"})]),
]

NO_CALLS = [
    "Hello, how are you?",
    "Thanks for the weather report",
    "What is a thread?",
    "How do runs work and what is a tool output?",
    "Tell me a joke about the weather",
    "I had a great time yesterday",
    "I like sunny weather.",
    "My name is Ada",
    "Remember that the code is 4711.",
    "What is my name?",
    "What is the capital of France?",
    "Why is the time zone of a city important?",
    "What is a currency?",
    "Do you like the weather?",
    "Please don't use any tools: what's the weather in Rome?",
    "What tools do you have?",
    "Who are you?",
]


@pytest.mark.parametrize(("message", "calls"), OFFICE_CALLS, ids=[message for message, _ in OFFICE_CALLS])
def test_another_desk_of_tools_is_used_as_well(message: str, calls: list[tuple[str, dict[str, Any]]]) -> None:
    """Other names, other types, defaults, flags and lists."""
    assert ask(message, tools=OFFICE).calls == calls


@pytest.mark.parametrize(("message", "calls"), CALLS, ids=[message for message, _ in CALLS])
def test_a_request_calls_the_tools_it_asks_for(message: str, calls: list[tuple[str, dict[str, Any]]]) -> None:
    """Among twelve tools the fitting ones are called, in order, with arguments from the message."""
    said = ask(message, tools=TOOLS)
    assert said.calls == calls
    assert said.rule == "tool call"


@pytest.mark.parametrize("message", NO_CALLS)
def test_plain_talk_calls_no_tool(message: str) -> None:
    """A greeting, a statement or a question of understanding is answered in text."""
    assert ask(message, tools=TOOLS).calls == []


@pytest.mark.parametrize(
    ("schema", "message", "arguments"),
    [
        ({"a": INTEGER, "b": INTEGER}, "multiply 6 by 7", {"a": 6, "b": 7}),
        ({"of": {"type": "array", "items": NUMBER}}, "multiply 2, 2.5 and -3", {"of": [2, 2.5, -3]}),
        ({"a": {"anyOf": [INTEGER, {"type": "null"}]}}, "multiply seven", {"a": 7}),
        ({"exact": {"type": "boolean"}, "a": INTEGER}, "multiply 4, not exact", {"exact": False, "a": 4}),
        ({"a": INTEGER, "mode": {"enum": ["fast", "slow"]}}, "multiply 4 slow", {"a": 4, "mode": "slow"}),
        ({"link": STRING}, "multiply https://example.org/a?b=1.", {"link": "https://example.org/a?b=1"}),
        ({"path": STRING}, "multiply the numbers in data/in.csv", {"path": "data/in.csv"}),
        ({"emails": {"type": "array"}}, "multiply a@b.org and c@d.org", {"emails": ["a@b.org", "c@d.org"]}),
        ({"a": {**INTEGER, "default": 3}}, "multiply it", {"a": 3}),
        ({"due": STRING}, "multiply by tomorrow", {"due": "tomorrow"}),
    ],
)  # fmt: skip
def test_arguments_follow_the_type_of_their_parameter(
    schema: dict[str, Any], message: str, arguments: dict[str, Any]
) -> None:
    """Each kind of parameter finds its value in the text."""
    tool = function("multiply", "Multiply.", schema)
    assert ask(message, tools=[tool]).calls == [("multiply", arguments)]


def test_a_referenced_object_is_filled_from_its_definition() -> None:
    """Schemas as pydantic writes them, with $defs and $ref, are understood."""
    address = {"type": "object", "properties": {"city": STRING, "number": INTEGER}, "required": ["city"]}
    tool = function("ship_parcel", "Ship a parcel.", {"address": {"$ref": "#/$defs/Address"}})
    tool["function"]["parameters"]["$defs"] = {"Address": address}
    assert ask("Ship the parcel to Oslo, number 7", tools=[tool]).calls == [
        ("ship_parcel", {"address": {"city": "Oslo", "number": 7}})
    ]


FORECAST = function(
    "weather_get_forecast",
    "Get weather information for a location.",
    {
        "city": STRING,
        "format": {**STRING, "default": "j1"},
        "language": {**STRING, "default": "en"},
        "days": {**INTEGER, "default": 3},
        "detail": {"enum": ["full", "brief"], "default": "full"},
        "alerts": {"type": "boolean", "default": False},
        "tags": {"type": "array", "items": STRING, "default": []},
    },
)
DEFAULTS = {
    "format": "j1", "language": "en", "days": 3, "detail": "full", "alerts": False, "tags": [],
}  # fmt: skip


@pytest.mark.parametrize(
    ("message", "given"),
    [
        ("What is the weather information like in Oslo right now for our 2 guests from Rome?", {}),
        ('Get the "quick" weather in Oslo, please.', {}),
        ("Weather in Oslo, language: de", {"language": "de"}),
        ("Weather in Oslo with format = j2", {"format": "j2"}),
        ('Weather in Oslo in the "j2" format', {"format": "j2"}),
        ("A brief weather forecast for Oslo for 5 days", {"detail": "brief", "days": 5}),
        ("Weather in Oslo with alerts", {"alerts": True}),
    ],
)
def test_a_default_gives_way_only_to_a_value_that_is_named(message: str, given: dict[str, Any]) -> None:
    """A stray word, number or place of the question is meant for something else."""
    assert ask(message, tools=[FORECAST]).calls == [
        ("weather_get_forecast", {"city": "Oslo", **DEFAULTS, **given})
    ]


def test_each_of_several_values_gets_a_call_with_the_defaults() -> None:
    """A parameter that has a default is not one that a call needs a value for."""
    calls = ask("Weather in Oslo and Rome", tools=[FORECAST]).calls
    assert calls == [("weather_get_forecast", {"city": city, **DEFAULTS}) for city in ("Oslo", "Rome")]


def test_a_number_outside_its_bounds_is_not_taken() -> None:
    """A value that the schema forbids is asked for again instead of being sent."""
    tool = function("set_volume", "Set the volume.", {"level": {**INTEGER, "minimum": 0, "maximum": 10}})
    said = ask("set the volume to 80", tools=[tool])
    assert said.rule == "missing argument"
    assert "level" in said.text


def test_a_missing_argument_is_asked_for_and_the_reply_is_used() -> None:
    """Nothing is invented: the user is asked, and the next message completes the call."""
    question = ask("What's the weather?", tools=TOOLS)
    assert question.text == "To use get_weather I need: city."
    assert question.rule == "missing argument"
    reply = ask("What's the weather?", question.text, "Paris", tools=TOOLS)
    assert reply.calls == [("get_weather", {"city": "Paris"})]


def test_a_message_may_go_on_from_the_one_before() -> None:
    """ "And in Rome?" calls the tool of the user's message before."""
    said = ask("What's the weather in Oslo?", "Oslo: sunny.", "And in Rome?", tools=TOOLS)
    assert said.calls == [("get_weather", {"city": "Rome"})]
    assert "goes on from the one before" in said.because
    assert ask("What's the weather in Oslo?", "Oslo: sunny.", "And now?", tools=TOOLS).calls == []


def test_the_choices_of_a_missing_argument_are_named() -> None:
    """An enumeration is asked for with its values."""
    said = ask("Create a ticket: the door is stuck", tools=TOOLS)
    assert said.text == "To use create_ticket I need: priority (low, medium or high)."


def test_the_user_may_leave_a_question_unanswered() -> None:
    """A new question after "To use ..." is answered as what it is."""
    said = ask("What's the weather?", "To use get_weather I need: city.", "What is a run?", tools=TOOLS)
    assert said.rule == "explanation"


def test_the_reason_tells_the_points_and_the_words() -> None:
    """A learner can read why the tool was chosen."""
    because = ask("weather in Rome", tools=TOOLS).because
    assert because == "get_weather gets 3 points of the 3 needed, for “weather”"


def test_without_parallel_calls_the_second_waits_for_the_next_round() -> None:
    """One call a round, each once, then the answer."""
    message = "What's the current time and calculate 25 * 47?"
    alone: dict[str, Any] = {"tools": TOOLS, "parallel_tool_calls": False}
    assert ask(message, **alone).calls == [("get_current_time", {})]
    first = (answered("get_current_time", {}, "10:00"),)
    assert ask(message, **alone, rounds=(first,)).calls == [("calculate", {"expression": "25 * 47"})]
    second = (answered("calculate", {"expression": "25 * 47"}, "1175"),)
    assert "1175" in ask(message, **alone, rounds=(first, second)).text


def test_no_call_is_made_twice_in_a_run() -> None:
    """The same tool with the same arguments, in whatever spacing, was called already."""
    made = (answered("get_weather", {"city": "Rome"}, "sunny"),)
    said = ask("weather in Rome", tools=TOOLS, rounds=(made,))
    assert said.calls == []
    assert said.text == "Rome: sunny."


def test_tool_choice_none_forbids_calls() -> None:
    """With "none" the answer is text."""
    assert ask("weather in Rome", tools=TOOLS, tool_choice="none").calls == []


def test_a_named_tool_choice_is_called() -> None:
    """The demanded tool is called although another fits better."""
    choice = {"type": "function", "function": {"name": "calculate"}}
    said = ask("What time is it? 3 * 4", tools=TOOLS, tool_choice=choice)
    assert said.calls == [("calculate", {"expression": "3 * 4"})]


def test_a_demanded_call_says_which_arguments_are_stand_ins() -> None:
    """tool_choice must be obeyed; what the message does not give is named in the reason."""
    said = ask("Hello", tools=TOOLS[5:6], tool_choice="required")
    assert said.calls[0][0] == "convert_currency"
    assert "amount" in said.because
    assert "stand-in value" in said.because


def test_an_argument_may_come_from_an_earlier_output() -> None:
    """What one tool gave back fills what the next one needs, once."""
    find = function("find_customer", "Find a customer by name.", {"name": STRING})
    orders = function("list_orders", "List the orders of a customer.", {"customer_id": STRING})
    message, desk = "Find customer Ada and list her orders", [find, orders]
    assert ask(message, tools=desk).calls == [("find_customer", {"name": "Ada"})]
    first = (answered("find_customer", {"name": "Ada"}, '{"customer_id": "C-17"}'),)
    assert ask(message, tools=desk, rounds=(first,)).calls == [("list_orders", {"customer_id": "C-17"})]
    second = (answered("list_orders", {"customer_id": "C-17"}, '{"customer_id": "C-18", "orders": 2}'),)
    said = ask(message, tools=desk, rounds=(first, second))
    assert said.calls == []
    assert "orders 2" in said.text


@pytest.mark.parametrize(
    ("output", "text"),
    [
        ("Result: 1175", "6 * 7: Result: 1175."),
        ("42", "6 * 7: 42."),
        ('{"value": 42, "exact": true}', "6 * 7: value 42, exact yes."),
        ("{'value': 42}", "6 * 7: value 42."),
        ('["a", "b", "c"]', "6 * 7: a, b and c."),
        ('[{"name": "A"}, {"name": "B"}]', "6 * 7:\n- name A\n- name B."),
        ('{"current": {"sky": "clear", "wind": 3}}', "6 * 7: sky clear, wind 3."),
        (
            '{"count": 2, "place": {"name": "Oslo", "at": {"lat": 59.9}}, "days": [{"t": 5}, {"t": 6}]}',
            "6 * 7:\n- count 2\n- place: name Oslo, at (lat 59.9)\n"
            "- days: 2 entries, of which the first has t 5.",
        ),
        (
            '{"now": [{"desc": [{"value": "Sunny"}], "icon": "", "hours": [{"t": 1}, {}], "tags": []}]}',
            "6 * 7:\n- desc Sunny, hours (2 entries), no tags.",
        ),
        (
            json.dumps([{"n": n} for n in range(30)]),
            "6 * 7:" + "".join(f"\n- n {n}" for n in range(10)) + "\n- and 20 more.",
        ),
        (
            json.dumps({"a": {f"k{n}": n for n in range(20)}, "b": "B"}),
            "6 * 7:\n- b B\n- a: k0 0, k1 1, k2 2, k3 3, k4 4, k5 5, k6 6, k7 7, and 12 more.",
        ),
        ("", "6 * 7: nothing came back."),
        ("null", "6 * 7: nothing."),
    ],
)
def test_outputs_are_told_in_words(output: str, text: str) -> None:
    """Text, numbers, objects (JSON or Python's print) and lists become readable."""
    made = (answered("calculate", {"expression": "6 * 7"}, output),)
    said = ask("calculate 6 * 7", tools=TOOLS, rounds=(made,))
    assert (said.rule, said.text) == ("tool outputs", text)


def test_an_error_output_is_answered_and_nothing_is_called_again() -> None:
    """The SDK answers every call with an error when no function is known: the run must come to an end."""
    failed = answered("get_weather", {"city": "Rome"}, '{"error": "no such city"}')
    said = ask("weather in Rome and calculate 2 + 2", tools=TOOLS, rounds=((failed,),))
    assert said.calls == []
    assert "get_weather reported an error: no such city." in said.text


def test_an_empty_thread_is_answered_in_text() -> None:
    """No message, no tool call, whatever the tools and the tool choice."""
    said = ask(tools=TOOLS, tool_choice="required")
    assert said.rule == "empty thread"
    assert said.text


def test_the_tools_are_listed_on_request() -> None:
    """A learner can ask what there is to call."""
    assert (
        "get_weather (Get the current weather for a city)"
        in ask("Which tools can you call?", tools=TOOLS).text
    )
    assert ask("Which tools do you have?").text == "I was given no function tools."
