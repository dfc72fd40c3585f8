"""Templates: a user run with holes, kept as a file, made again with other values."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.history.records_by_hand import ADA, config, user_run
from threadlab.errors import HistoryError, UnknownUserRun
from threadlab.history.templates.template import AgentTexts, Template
from threadlab.history.templates.templates import Templates
from threadlab.journal.redaction import Redaction

WEATHER = user_run(
    "turn-1",
    "What is the weather in Turin?\nTurinese words, please.",
    using=config(replace(ADA, instructions="You know Turin."), options={"temperature": 0.2}),
)


def test_a_value_becomes_a_hole_wherever_it_stands_as_a_word() -> None:
    """In the input and in the instructions; not within a longer word."""
    template = Template.of(WEATHER, "weather", city="Turin")
    assert template.input == "What is the weather in {{ city }}?\nTurinese words, please."
    assert template.agents["Ada"] == AgentTexts(model="gpt-4o", instructions="You know {{ city }}.")
    assert template.made_from == "turn-1"


def test_new_values_make_a_new_input_and_configuration() -> None:
    """The old values give exactly the old ones back."""
    template = Template.of(WEATHER, "weather", city="Turin")
    assert template.fill(city="Turin").input == WEATHER.received.input
    filled = template.fill(city="Rome")
    assert filled.input.startswith("What is the weather in Rome?")
    made = filled.config(config())
    assert (made.agents["Ada"].instructions, made.options) == ("You know Rome.", {"temperature": 0.2})


def test_missing_and_unknown_parameters_are_named_together() -> None:
    """Before anything runs."""
    template = Template(name="trip", input="From {{ start }} to {{ goal }}", parameters=("start", "goal"))
    with pytest.raises(HistoryError, match="needs start, goal and has no parameter town"):
        template.fill(town="Rome")


def test_a_parameter_with_a_default_may_be_left_out() -> None:
    """And be given all the same."""
    template = Template(name="t", input="{{ a }}", parameters=("a",), defaults={"a": "one"})
    assert (template.fill().input, template.fill(a=2).input) == ("one", "2")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "../up"}, "cannot be a template's name"),
        ({"parameters": ()}, "uses {{ a }}, which is no parameter"),
        ({"parameters": ("a", "b")}, "has the parameter b, which no text uses"),
        ({"defaults": {"c": 1}}, "has a default for c"),
        ({"input": "{{ a"}, "cannot be filled"),
    ],
)
def test_what_does_not_fit_together_is_an_error_at_once(wrong: dict[str, Any], said: str) -> None:
    """Not at the first use."""
    told: dict[str, Any] = {"name": "t", "input": "{{ a }}", "parameters": ("a",)}
    with pytest.raises(HistoryError, match=said):
        Template(**{**told, **wrong})


def test_a_value_that_stands_nowhere_is_an_error() -> None:
    """Such a parameter would change nothing."""
    with pytest.raises(HistoryError, match="parameter city, which no text uses"):
        Template.of(WEATHER, "weather", city="Paris")


def test_jinjas_own_marks_in_an_input_are_only_text() -> None:
    """What a user once wrote is not run."""
    record = user_run("turn-1", "Explain {{ 7 * 7 }} and {% raw %} and {# x #} to Ann.")
    template = Template.of(record, "explain", who="Ann")
    assert template.fill(who="Ben").input == "Explain {{ 7 * 7 }} and {% raw %} and {# x #} to Ben."


def test_a_template_cannot_reach_out_of_its_sandbox() -> None:
    """A file that somebody sent is harmless."""
    bad = Template(name="t", input="{{ a.__class__.__mro__ }}", parameters=("a",))
    with pytest.raises(HistoryError, match="unsafe"):
        bad.fill(a="x")


def test_an_agent_that_the_branch_lacks_is_named() -> None:
    """The texts are for somebody."""
    filled = Template.of(WEATHER, "weather", city="Turin").fill(city="Rome")
    with pytest.raises(HistoryError, match="speaks to Ada"):
        filled.config(replace(config(), agents={}))


def test_a_saved_template_is_a_file_to_read_and_change(tmp_path: Path) -> None:
    """It comes back the same, lines kept; a change in the file counts at once."""
    templates = Templates(tmp_path)
    template = Template.of(WEATHER, "weather", city="Turin")
    path = templates.save(template)
    assert templates["weather"] == template
    assert (templates.names(), len(templates), [*templates]) == (("weather",), 1, [template])
    text = path.read_text()
    assert "\nTurinese words" in text
    path.write_text(text.replace("Turinese", "Roman"))
    assert "Roman words" in templates["weather"].input
    with pytest.raises(HistoryError, match="there is a template named"):
        templates.save(template)
    templates.save(template, replace=True)
    templates.remove("weather")
    with pytest.raises(UnknownUserRun, match="no template is named"):
        templates["weather"]


@pytest.mark.parametrize("text", ["input = 3", "input = ", 'input = "x"\nname = "other"', "parameters = []"])
def test_a_broken_file_is_named(tmp_path: Path, text: str) -> None:
    """The others can still be used."""
    (tmp_path / "broken.toml").write_text(text)
    with pytest.raises(HistoryError, match=r"broken\.toml"):
        Templates(tmp_path)["broken"]


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.floats(0, 2) | st.booleans()),
)
@example("Say token=12345678 to me.", {"TOKEN": 0.5})
def test_a_template_of_any_text_is_read_back_as_it_was_saved(
    tmp_path: Path, text: str, options: dict[str, Any]
) -> None:
    """Whatever characters and line ends are in it; secrets were hidden already when the log was written."""
    text, options = Redaction().text(text), Redaction().hidden(options)
    run = user_run("turn-1", text, using=config(replace(ADA, instructions=text), options=options))
    template = Template.of(run, "any")
    templates = Templates(tmp_path)
    templates.save(template, replace=True)
    assert templates["any"] == template
    one_line_end = text.replace("\r\n", "\n").replace("\r", "\n")  # Jinja knows one end of a line
    assert templates["any"].fill().input == one_line_end
