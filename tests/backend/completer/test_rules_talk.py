from __future__ import annotations

import json

import jsonschema  # type: ignore[import-untyped]
import pytest

from tests.backend.completer.rules_desk import TOOLS, answered, ask
from threadlab.backend.completer.rules.knowledge import SUBJECTS
from threadlab.backend.completer.rules.table import RULES
from threadlab.backend.completer.rules.words import sentences


@pytest.mark.parametrize("subject", SUBJECTS)
def test_each_subject_is_explained_in_two_to_four_sentences(subject: str) -> None:
    """The knowledge table answers "What is ...?" with its own entry."""
    said = ask(f"What is {subject}?")
    assert said.rule == "explanation"
    assert said.text == SUBJECTS[subject]
    assert 2 <= len(sentences(said.text)) <= 4


def test_a_difference_is_explained_from_both_sides() -> None:
    """Two subjects give the first half of each."""
    text = ask("What is the difference between a thread and a run?").text
    assert text.startswith("A thread holds")
    assert "A run lets" in text


def test_the_special_subject_hides_the_run_it_belongs_to() -> None:
    """Why a run expired is a question about expiry."""
    assert ask("Why did my run expire?").text == SUBJECTS["expire"]


def test_a_longer_subject_hides_the_shorter_one_in_it() -> None:
    """A run step is no run."""
    assert ask("What is a run step?").because == "the message asks about run step"


@pytest.mark.parametrize(
    ("message", "rule", "start"),
    [
        ("Hello!", "courtesy", "Hello!"),
        ("thank you very much", "courtesy", "You are welcome."),
        ("Who are you?", "courtesy", "I am a rule-based stand-in: a table of rules, no language model."),
        ("Are you a language model?", "courtesy", "I am a rule-based stand-in"),
        ("What is 6 times 7?", "small sum", "6 * 7 = 42."),
        ("What is 7 / 2?", "small sum", "7 / 2 = 3.5."),
        ("Translate 'cat' into French", "honest limit", "You wrote: “Translate 'cat' into French” As a"),
    ],
)  # fmt: skip
def test_talk_has_its_rules(message: str, rule: str, start: str) -> None:
    """Courtesies, small sums, and an honest answer to all else."""
    said = ask(message)
    assert said.rule == rule
    assert said.text.startswith(start)


SEARCH, CODE = ({"type": kind, "function": {"name": kind}} for kind in ("file_search", "code_interpreter"))
MCP = {**TOOLS[0], "hosted": "mcp", "server_label": "get"}
"""As an MCP server's function is offered."""


@pytest.mark.parametrize("message", ["What can you do?", "Who are you?"])
def test_the_stand_in_says_what_it_can_do_with_the_tools_that_it_was_given(message: str) -> None:
    """And nothing of those that it was not given."""
    every = {"search your files", "run code that reads your files", "functions of your MCP servers"}
    for tools, can in (
        ([], set()), ([SEARCH], {"search your files"}), ([CODE], {"run code that reads your files"}),
        ([SEARCH, CODE, MCP], every),
    ):  # fmt: skip
        text = ask(message, tools=tools, tool_choice="none").text
        assert {one for one in every if one in text} == can
        assert "I can call your function tools, " in text
    assert "run code that reads your files" in ask("Translate 'cat' into French", tools=[CODE]).text


def test_hosted_tools_are_in_the_list_of_tools() -> None:
    """Beside the functions."""
    text = ask("Which tools do you have?", tools=[SEARCH, CODE]).text
    assert text.startswith(
        "I can call file_search (search your files and cite them) and code_interpreter (run"
    )


def test_a_sum_that_cannot_be_worked_out_is_left_alone() -> None:
    """Division by zero and huge powers do not break the answer."""
    assert ask("What is 1 / 0?").rule == "honest limit"
    assert ask("What is 9 ** 999999999?").rule == "honest limit"


@pytest.mark.parametrize(
    ("instructions", "message", "text"),
    [
        ("", "What is a run? Answer in one sentence.", SUBJECTS["run"].split(". ")[0] + "."),
        ("Answer in one word.", "What is a thread?", "thread"),
        ("", "Explain threads in at most 5 words", "A thread holds the messages"),
        ("", "What is 6 times 7? Answer in lower case.", "6 * 7 = 42."),
        ("Always answer in upper case.", "Hello!", "HELLO! WHAT CAN I DO FOR YOU?"),
        ("Always end with 'Over.'", "thanks!", "You are welcome. Over."),
        ("Always start with 'Well,'", "thanks!", "Well, You are welcome."),
        ("You are a pirate.", "thanks!", "Ahoy! You are welcome."),
        ("You are a terse assistant", "What is a run?", " ".join(sentences(SUBJECTS["run"])[:2])),
        ("", "Reply with exactly: pong", "pong"),
        ("", "Reply with exactly pong", "pong"),
        ("", "Say hello", "hello"),
        ("", "Please repeat after me: I am a robot.", "I am a robot."),
        ("Always reply with 'ok'.", "What is a run?", "ok"),
        ("Always end with 'Over.'", "Reply with exactly: pong", "pong"),
        ("", "What is 2 + 2? Answer as JSON.", '{"answer": "2 + 2 = 4."}'),
        ("Answer in upper case.", "thanks!", "YOU ARE WELCOME."),
        ("Respond only to questions about cooking.", "thanks!", "You are welcome."),
        ("Answer in a few words.", "thanks!", "You are welcome."),
        ("Reply with only the number.", "thanks!", "You are welcome."),
    ],
)  # fmt: skip
def test_simple_wishes_about_the_form_are_obeyed(instructions: str, message: str, text: str) -> None:
    """The message's wish, or else that of the instructions, shapes the answer."""
    assert ask(message, instructions=instructions).text == text


def test_bullets_are_one_a_sentence_and_can_be_counted() -> None:
    """ "as a bulleted list" gives all, "a list of 3" three."""
    every = ask("What are runs, as a bulleted list?").text.splitlines()
    assert [line[:2] for line in every] == ["- "] * 4
    assert ask("What is a run? Give me a list of 3.").text.splitlines() == every[:3]


def test_the_message_wins_over_the_instructions() -> None:
    """A wish of the moment is stronger than a standing one."""
    said = ask("What is a run? Answer in two sentences.", instructions="Answer in one sentence.")
    assert len(sentences(said.text)) == 2


def test_no_tool_output_is_dropped_to_save_a_sentence() -> None:
    """Outputs are joined into the sentences that are allowed."""
    made = tuple(answered("get_weather", {"city": city}, "sunny") for city in ("Rome", "Oslo"))
    said = ask("weather in Rome and Oslo, in one sentence", tools=TOOLS, rounds=(made,))
    assert said.text == "Rome: sunny; Oslo: sunny."


def test_a_word_is_enough_for_the_gist() -> None:
    """In one word, a fact is its value and a tool output the output."""
    assert ask("My name is Ada.", "Hello", "What is my name? Answer in one word.").text == "Ada"
    made = (answered("calculate", {"expression": "2+2"}, "4"),)
    assert ask("calculate 2+2 in one word", tools=TOOLS, rounds=(made,)).text == "4"


def test_a_json_schema_is_filled_from_the_message() -> None:
    """response_format json_schema gives a valid object, from the text where it can."""
    schema = {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "age": {"type": "integer"},
            "city": {"type": "string"},
            "mood": {"enum": ["good", "bad"]},
        },
        "required": ["name", "age", "city", "mood"],
    }
    wish = {"type": "json_schema", "json_schema": {"name": "person", "schema": schema}}
    said = json.loads(ask("Ada is 36 and lives in Oslo", response_format=wish).text)
    jsonschema.validate(said, schema)
    assert said == {"name": "Ada", "age": 36, "city": "Oslo", "mood": "good"}


def test_json_object_wraps_the_answer() -> None:
    """response_format json_object gives one object."""
    assert json.loads(ask("thanks!", response_format={"type": "json_object"}).text) == {
        "answer": "You are welcome."
    }


def test_the_table_ends_with_a_rule_for_everything() -> None:
    """Names are told apart, and each row says when it applies."""
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert RULES[-1].when == "always"
