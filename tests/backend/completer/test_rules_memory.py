from __future__ import annotations

import pytest

from tests.backend.completer.rules_desk import ask

DISTRACTION = ("What is a run?", "A run is ...", "Thanks!", "You are welcome.")


@pytest.mark.parametrize(
    ("told", "question", "answer"),
    [
        ("My name is Ada", "What is my name?", "Your name is Ada."),
        ("Hi, my name is Ada and I live in Oslo.", "where do I live?", "You live in Oslo."),
        ("I'm Grace Hopper.", "Who am I?", "Your name is Grace Hopper."),
        ("Please call me Bob!", "Do you remember my name?", "Your name is Bob."),
        ("Remember that the code is 4711.", "What was the code?", "The code is 4711."),
        ("The secret code is 4711", "What's the code?", "The secret code is 4711."),
        ("my favourite colour is green", "What's my favorite color?", "Your favourite colour is green."),
        ("I am 36 years old", "How old am I?", "You are 36 years old."),
        ("I work at Contoso", "Where do I work?", "You work at Contoso."),
        ("remember my birthday is 3 May", "When is my birthday?", "Your birthday is 3 May."),
        ("I love pizza", "What do I like?", "You love pizza."),
        ("My dog's name is Rex. My name is Ada.", "What is my dog's name?", "Your dog's name is Rex."),
        ("My dog's name is Rex. My name is Ada.", "What is my name?", "Your name is Ada."),
    ],
)
def test_a_fact_is_recalled_after_other_turns(told: str, question: str, answer: str) -> None:
    """What was told once is found in the thread's messages, however many turns lie between."""
    said = ask(told, "Noted.", *DISTRACTION, question)
    assert (said.rule, said.text) == ("recalled fact", answer)


def test_the_latest_statement_wins() -> None:
    """A correction replaces what was told before."""
    said = ask(
        "My name is Ada", "Hello Ada", "Actually, my name is Grace.", "Hello Grace", "What is my name?"
    )
    assert said.text == "Your name is Grace."


def test_what_another_thread_was_told_is_unknown_here() -> None:
    """Memory is the thread's messages and nothing else."""
    ask("My name is Ada")
    said = ask("What is my name?")
    assert said.rule == "unknown fact"
    assert said.text == "You have not told me that in this thread (name)."


def test_the_assistants_messages_tell_no_facts_of_the_user() -> None:
    """Only the user speaks for the user."""
    assert ask("Hello", "My name is Rules.", "What is my name?").rule == "unknown fact"


def test_a_question_about_the_world_is_not_taken_for_memory() -> None:
    """The honest answer is that the stand-in cannot answer, not that it was not told."""
    assert ask("What is the capital of France?").rule == "honest limit"


def test_telling_a_fact_is_acknowledged() -> None:
    """The answer shows what was understood."""
    assert ask("My name is Ada").text == "Nice to meet you, Ada."
    assert ask("The code is 4711").text.startswith("Noted: the code is 4711.")


def test_all_facts_are_listed_with_their_latest_values() -> None:
    """ "What do you remember?" gives each fact once."""
    said = ask(
        "My name is Ada. I live in Oslo.", "Ok", "I live in Rome", "Ok", "What do you remember about me?"
    )
    assert said.text == "You told me this in the thread: your name is Ada; you live in Rome."
    assert ask("What do you remember?").text == "You have told me nothing in this thread."


def test_earlier_messages_are_recalled() -> None:
    """The first and the last message, and the whole thread, can be asked for."""
    thread = ("What is a run?", "A run is ...", "And a thread?", "A thread is ...")
    assert ask(*thread, "What was my first question?").text == "You said: “What is a run?”"
    assert ask(*thread, "What did I just ask?").text == "You said: “And a thread?”"
    assert (
        ask(*thread, "Summarise our conversation").text
        == "So far you said:\n- What is a run?\n- And a thread?"
    )
