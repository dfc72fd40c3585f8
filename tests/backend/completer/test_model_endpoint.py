"""The endpoint of a real model, read from one URL."""

from __future__ import annotations

import pickle

import pytest

from threadlab.backend.completer.openai_compatible.endpoint import endpoint_at

AZURE = "https://hub.openai.azure.com"


@pytest.mark.parametrize(
    ("url", "base_url"),
    [
        ("http://localhost:11434", "http://localhost:11434/v1"),
        ("http://localhost:11434/", "http://localhost:11434/v1"),
        ("http://localhost:8000/v1/", "http://localhost:8000/v1"),
        ("https://api.openai.com/v1/chat/completions", "https://api.openai.com/v1"),
        ("https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1"),
        (AZURE, f"{AZURE}/openai/v1"),
        (f"{AZURE}/openai/v1?api-version=preview", f"{AZURE}/openai/v1"),
        (f"{AZURE}?api-version=2024-10-21", f"{AZURE}/openai"),
        (f"{AZURE}/openai/deployments/gpt/chat/completions?api-version=x", f"{AZURE}/openai/deployments/gpt"),
    ],
)
def test_every_usual_form_of_a_url_leads_to_its_base(url: str, base_url: str) -> None:
    """What is missing is added, what is too much is left away; and `url` leads to the same again."""
    endpoint = endpoint_at(url, model="m")
    assert endpoint.base_url == base_url
    assert endpoint_at(endpoint.url, model="m") == endpoint


def test_a_deployment_in_the_url_is_the_model() -> None:
    """Azure's older form names it there, and its version in the query."""
    endpoint = endpoint_at(f"{AZURE}/openai/deployments/gpt-4o?api-version=2024-10-21")
    assert (endpoint.model, endpoint.api_version) == ("gpt-4o", "2024-10-21")
    assert str(endpoint) == "model gpt-4o at hub.openai.azure.com"
    assert endpoint_at(f"{AZURE}/openai/v1?api-version=preview", model="m").api_version is None


def test_the_limit_of_tokens_has_the_name_that_the_server_knows() -> None:
    """OpenAI and Azure renamed it."""
    names = {url: endpoint_at(url, model="m").limit_field for url in (AZURE, "http://localhost:11434")}
    assert names == {AZURE: "max_completion_tokens", "http://localhost:11434": "max_tokens"}


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("localhost:11434", "http://"),
        ("ftp://localhost", "http://"),
        ("http://", "no host"),
        ("http://localhost:0/v1", "no host and port"),
        ("http://localhost:port", "not a URL"),
        ("http://me:secret@localhost/v1", "MODEL_API_KEY"),
    ],
)
def test_what_cannot_be_an_endpoint_is_refused_in_words(url: str, fault: str) -> None:
    """Before anything is asked."""
    with pytest.raises(ValueError, match=fault):
        endpoint_at(url, model="m")


def test_a_model_must_be_named() -> None:
    """In the URL or beside it."""
    with pytest.raises(ValueError, match="no model"):
        endpoint_at("http://localhost:11434/v1")


def test_the_key_is_never_shown_and_the_endpoint_can_be_sent_to_another_process() -> None:
    """It is part of a target."""
    endpoint = endpoint_at("http://localhost:11434", model="m", key="sk-secret")
    assert "sk-secret" not in f"{endpoint!r} {endpoint}"
    assert pickle.loads(pickle.dumps(endpoint)) == endpoint
