"""A message with several questions, each about another MCP server: each is asked at its own."""

from __future__ import annotations

from typing import Any

import pytest

from tests.backend.completer.rules_desk import INTEGER, STRING, ask, function

NUMBERS = {"a": INTEGER, "b": INTEGER}
CITY, QUERY = {"city": STRING}, {"query": STRING}


def of(server: str, *functions: tuple[str, str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The functions of a server, as a model is offered them."""
    made = [function(f"{server}_{name}", does, shape) for name, does, shape in functions]
    return [{**one, "hosted": "mcp", "server_label": server} for one in made]


SUMS = of("sums", ("add", "Add two numbers.", NUMBERS), ("fail", "Fail.", {}))
CLOCK = of("clock", ("now", "The time in a city.", CITY))
SHOP = of("shop", ("look", "", {}), ("buy", "", {}))
GITHUB = of("github", ("search_azure_rest_api_code", "Search code of Azure/azure-rest-api-specs.", QUERY))
LEARN = of("microsoft_learn", ("microsoft_docs_search", "Search the official Microsoft/Azure pages.", QUERY))
EAST, WEST = (
    of(name, ("add", "Add.", NUMBERS), ("weather", "Weather of a city.", CITY)) for name in ("east", "west")
)
README = "summarize the Azure REST API specifications Readme"
COMMANDS = "CLI commands to create an Azure Container App with a managed identity"


@pytest.mark.parametrize(
    ("message", "tools", "calls"),
    [
        (
            f"Please {README} and Give me the Azure {COMMANDS}.",
            GITHUB + LEARN,
            {"github_search_azure_rest_api_code": README, "microsoft_learn_microsoft_docs_search": COMMANDS},
        ),
        (
            f"Give me the Azure {COMMANDS}, and {README}.",
            LEARN + GITHUB,
            {"microsoft_learn_microsoft_docs_search": COMMANDS, "github_search_azure_rest_api_code": README},
        ),
        (
            "Add 2 and 3, and what time is it in Oslo?",
            SUMS + CLOCK,
            {"sums_add": {"a": 2, "b": 3}, "clock_now": {"city": "Oslo"}},
        ),
        (
            "What is 20 + 22? And what does the shop have?",
            SHOP + SUMS,
            {"sums_add": {"a": 20, "b": 22}, "shop_look": {}},
        ),
        (
            "Add 2 and 3 with east, and add 4 and 5 with west.",
            WEST + EAST,
            {"east_add": {"a": 2, "b": 3}, "west_add": {"a": 4, "b": 5}},
        ),
        (
            "What is the weather in Oslo in the east, and what does west say about the weather in Rome?",
            EAST + WEST,
            {"east_weather": {"city": "Oslo"}, "west_weather": {"city": "Rome"}},
        ),
    ],
)
def test_each_question_goes_to_the_server_that_it_is_about(
    message: str, tools: list[dict[str, Any]], calls: dict[str, Any]
) -> None:
    """In the order of the message; words that both servers have do not count."""
    made = ask(message, tools=tools).calls
    assert [name for name, _ in made] == list(calls)
    for name, arguments in made:
        wanted = calls[name]
        if isinstance(wanted, str):
            assert wanted.endswith(arguments["query"])
        else:
            assert arguments == wanted


def test_one_question_is_asked_at_one_server() -> None:
    """Several that could answer it are not all asked; what no server can do is done by none."""
    assert ask("What is the weather in Oslo?", tools=EAST + WEST).calls == [
        ("east_weather", {"city": "Oslo"})
    ]
    calls = ask("Add 2 and 3, and tell me a joke", tools=SUMS + CLOCK).calls
    assert calls == [("sums_add", {"a": 2, "b": 3})]


def test_the_reason_tells_why_a_server_was_asked() -> None:
    """A learner can read it."""
    because = ask("Add 2 and 3, and what time is it in Oslo?", tools=SUMS + CLOCK).because
    assert because.endswith("for “time”, and another part of the message is about another server")
