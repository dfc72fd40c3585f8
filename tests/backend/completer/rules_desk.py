"""A desk of tools as an agent may have them, and the short way to ask the rules completer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from threadlab.backend.completer.port import Call, Called, Reason, Request, Said, Text
from threadlab.backend.completer.rules import Rules

STRING = {"type": "string"}
NUMBER = {"type": "number"}
INTEGER = {"type": "integer"}


def function(
    name: str, description: str, properties: Mapping[str, Any], required: Sequence[str] | None = None
) -> dict[str, Any]:
    """A function tool in wire form; without `required`, every property is."""
    parameters = {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties) if required is None else list(required),
    }
    definition = {"name": name, "description": description, "parameters": parameters}
    return {"type": "function", "function": definition}


@dataclass(frozen=True)
class Answered:
    """What came back: rule and reason, and either text or calls with parsed arguments."""

    rule: str
    because: str
    text: str
    calls: list[tuple[str, dict[str, Any]]]


def ask(*said: str, tools: Sequence[Mapping[str, Any]] = (), **request: Any) -> Answered:
    """Ask the rules completer: `said` are the thread's messages, the user's and the assistant's in turn."""
    messages = tuple(Said(("user", "assistant")[i % 2], text) for i, text in enumerate(said))
    first, *pieces = Rules().complete(
        Request(**{"model": "m", "instructions": "", "messages": messages, "tools": tuple(tools), **request})
    )
    assert isinstance(first, Reason)
    calls = [(piece.name, json.loads(piece.arguments)) for piece in pieces if isinstance(piece, Call)]
    text = "".join(piece.text for piece in pieces if isinstance(piece, Text))
    assert bool(calls) != bool(text), "an answer is either text or calls"
    return Answered(first.rule, first.because, text, calls)


def answered(name: str, arguments: Mapping[str, Any], output: str) -> Called:
    """A call that was answered."""
    return Called("call_1", name, json.dumps(arguments), output)


ROOM = {"type": "object", "properties": {"name": STRING, "floor": INTEGER}, "required": ["floor"]}
PRIORITY = {"type": "string", "enum": ["low", "medium", "high"]}
ZONE = {"type": "string", "description": "A time zone or a city"}
TOOLS = [
    function("get_weather", "Get the current weather for a city.", {"city": STRING}),
    function("calculate", "Evaluate an arithmetic expression.", {"expression": STRING}),
    function("get_current_time", "Get the current time.", {"timezone": ZONE}, []),
    function(
        "send_email", "Send an email to someone.", {"recipient": STRING, "subject": STRING, "body": STRING}
    ),
    function(
        "search_products",
        "Search the product catalogue.",
        {"query": STRING, "max_price": NUMBER, "limit": INTEGER},
        ["query"],
    ),
    function(
        "convert_currency",
        "Convert an amount from one currency to another.",
        {"amount": NUMBER, "from_currency": STRING, "to_currency": STRING},
    ),
    function("create_ticket", "Create a support ticket.", {"title": STRING, "priority": PRIORITY}),
    function("get_order_status", "Look up the status of an order by its id.", {"order_id": STRING}),
    function(
        "convert_units",
        "Convert a value between units of measure.",
        {"value": NUMBER, "from_unit": STRING, "to_unit": STRING},
    ),
    function("book_room", "Book a meeting room.", {"room": ROOM, "date": {**STRING, "format": "date"}}),
    function("add_to_list", "Add items to the shopping list.", {"items": {"type": "array", "items": STRING}}),
    function(
        "translate_text", "Translate a text into another language.", {"text": STRING, "language": STRING}
    ),
]

UNIT = {"type": "string", "enum": ["celsius", "fahrenheit"], "default": "celsius"}
PEOPLE = {"type": "array", "items": STRING}
OFFICE = [
    function("get_stock_price", "Get the latest price of a stock", {"symbol": STRING}),
    function(
        "schedule_meeting",
        "Schedule a meeting in the calendar",
        {"title": STRING, "date": STRING, "time": STRING, "attendees": PEOPLE},
        ["title", "date"],
    ),
    function("lookup_customer", "Look up a customer by id", {"customer_id": INTEGER}),
    function(
        "delete_file", "Delete a file from disk", {"path": STRING, "force": {"type": "boolean"}}, ["path"]
    ),
    function("roll_dice", "Roll some dice", {"sides": INTEGER, "count": INTEGER}, ["sides"]),
    function(
        "search_flights", "Search flights between two cities", {"origin": STRING, "destination": STRING}
    ),
    function("get_user_info", "Fetch the profile of a user", {"user_name": STRING}),
    function("word_count", "Count the words in a text", {"text": STRING}),
    function("search_docs", "Search the documentation", {"query": STRING}),
    function("fetch_url", "Fetch a web page", {"url": STRING}),
    function("getRandomNumber", "A random number between bounds", {"min": INTEGER, "max": INTEGER}),
    function("get_temperature", "Temperature in a city", {"city": STRING, "unit": UNIT}),
]
