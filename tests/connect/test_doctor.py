"""The doctor's judgement of given facts, and a look at this machine."""

from __future__ import annotations

import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from threadlab.connect.doctor import Facts, Finding, endpoint_of, examine, look

SOUND = Facts(
    python=(3, 11),
    requirements=("azure-ai-agents<2,>=1.1", "azure-ai-projects<3,>=2.5", "aiohttp>=3.10", "ipykernel>=7.4"),
    versions={
        "azure-ai-agents": "1.1.0",
        "azure-ai-projects": "2.10.0",
        "aiohttp": "3.12.0",
        "ipykernel": "7.4.0",
    },
)
ENDPOINT = "https://hub.services.ai.azure.com/api/projects/demo"


def bad(facts: Facts) -> list[Finding]:
    """What is not as it should be."""
    return [finding for finding in examine(facts) if finding.level != "ok"]


def with_version(name: str, version: str | None) -> Facts:
    """Sound facts but for one package."""
    return replace(SOUND, versions={**SOUND.versions, name: version})


def test_a_sound_machine_has_only_good_findings() -> None:
    """The first one says what would be used, why, and how to get to Azure."""
    findings = examine(SOUND)
    assert bad(SOUND) == []
    assert "local backend" in findings[0].what
    assert "PROJECT_ENDPOINT is not set" in findings[0].what
    assert "MODEL_DEPLOYMENT_NAME" in findings[0].how


def test_azure_is_named_with_the_reason() -> None:
    """And the sign-in is said to come later."""
    facts = replace(SOUND, values={"PROJECT_ENDPOINT": ENDPOINT, "MODEL_DEPLOYMENT_NAME": "gpt-4o"})
    first = examine(facts)[0]
    assert first.level == "ok"
    assert "hub.services.ai.azure.com" in first.what
    assert "az login" in first.how


def test_a_real_model_is_named_with_the_way_to_ask_it() -> None:
    """Nothing is asked by itself; the key is not shown."""
    values = {"MODEL_BASE_URL": "http://localhost:11434", "MODEL_NAME": "llama3.2", "MODEL_API_KEY": "sk-1"}
    facts = replace(SOUND, values=values)
    second = examine(facts)[1]
    assert bad(facts) == []
    assert "model llama3.2 at localhost:11434, asked with the key" in second.what
    assert "--probe" in second.how
    assert "sk-1" not in repr(second)
    assert str(endpoint_of(facts)) == "model llama3.2 at localhost:11434"
    assert endpoint_of(replace(SOUND, values={"MODEL_BASE_URL": "x"})) is None


def test_code_without_walls_is_a_warning_with_the_reason_and_a_way_out() -> None:
    """It is told before any code is run."""
    (found,) = bad(replace(SOUND, no_walls="[Errno 1] Operation not permitted"))
    assert found.level == "warn"
    assert "no walls here: [Errno 1] Operation not permitted" in found.what
    assert "can read every file that you can read" in found.what
    assert "seccomp=unconfined" in found.how
    assert any("has walls" in finding.what for finding in examine(SOUND))


def test_a_model_without_an_address_is_a_warning() -> None:
    """Many tools use a variable of that name."""
    (finding,) = bad(replace(SOUND, values={"MODEL_NAME": "llama3.2"}))
    assert (finding.level, "MODEL_BASE_URL is not set" in finding.what) == ("warn", True)


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"PROJECT_ENDPOINT": ENDPOINT}, "MODEL_DEPLOYMENT_NAME is not"),
        ({"PROJECT_ENDPOINT": "http://localhost:1/api/projects/x"}, "https"),
        ({"THREADLAB_PACE": "x"}, "THREADLAB_PACE"),
    ],
)
def test_settings_that_cannot_be_used_are_a_problem(values: dict[str, str], what: str) -> None:
    """With the same words and remedy as the error that connecting would raise."""
    (finding,) = bad(replace(SOUND, values=values))
    assert finding.level == "problem"
    assert what in finding.what
    assert finding.how


@pytest.mark.parametrize(
    ("name", "version", "level", "what"),
    [
        ("azure-ai-projects", "1.0.0", "problem", "another meaning"),
        ("azure-ai-projects", "2.4.0", "problem", "httpx"),
        ("azure-ai-projects", None, "problem", "not installed"),
        ("azure-ai-agents", "1.0.2", "problem", "does not fit"),
        ("azure-ai-agents", "1.2.0b6", "warn", "preview"),
        ("aiohttp", None, "problem", "asyncio"),
        ("ipykernel", "7.3.1", "warn", "button"),
    ],
)
def test_version_traps_are_found(name: str, version: str | None, level: str, what: str) -> None:
    """Each with the command that gets out of it."""
    (finding,) = bad(with_version(name, version))
    assert finding.level == level
    assert what in finding.what
    assert "pip install" in finding.how


def test_an_old_openai_is_found() -> None:
    """It is not among our own requirements, and still matters."""
    facts = replace(SOUND, requirements=("openai>=3",), versions={"openai": "2.8.0"})
    assert "openai 2.8.0" in bad(facts)[0].what


def test_an_old_python_is_a_problem() -> None:
    """With the version to install."""
    (finding,) = bad(replace(SOUND, python=(3, 10)))
    assert (finding.level, "3.11" in finding.how) == ("problem", True)


@pytest.mark.parametrize("given", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_one_certificate_variable_alone_is_a_warning(given: str) -> None:
    """Each kind of client reads another one; both or neither are fine."""
    (finding,) = bad(replace(SOUND, environment={given: "/ca.pem"}))
    assert finding.level == "warn"
    assert given in finding.what
    assert given not in finding.how
    assert bad(replace(SOUND, environment={"REQUESTS_CA_BUNDLE": "a", "SSL_CERT_FILE": "a"})) == []


def test_a_store_that_cannot_be_written_is_a_problem() -> None:
    """Only where the store would be used."""
    locked = replace(SOUND, unwritable=Path("/locked"))
    assert "/locked" in bad(locked)[0].what.replace("\\", "/")
    azure = {"PROJECT_ENDPOINT": ENDPOINT, "MODEL_DEPLOYMENT_NAME": "gpt-4o"}
    assert bad(replace(locked, values=azure)) == []


def test_looking_needs_no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The facts of this machine are gathered without a socket, and this environment is a sound one."""
    monkeypatch.setattr(socket, "socket", None)
    facts = look(tmp_path)
    assert facts.unwritable is None
    assert facts.versions["azure-ai-agents"] is not None
    assert bad(facts) == []


def test_the_doctor_imports_nothing_that_it_has_to_judge() -> None:
    """A missing or broken package must not keep it from saying so."""
    script = (
        "import sys, threadlab.connect.doctor; sys.exit(any(n.startswith('azure.') for n in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_an_embedder_that_cannot_be_had_is_a_problem() -> None:
    """It is told before the first search would fail; the way out is in it."""
    (finding,) = bad(replace(SOUND, no_embedder="the local embedder is not installed: pip install it"))
    assert finding.level == "problem"
    assert "not installed" in finding.what
    assert "THREADLAB_EMBEDDER" in finding.how


def test_the_look_finds_that_the_named_embedder_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what the settings name is looked for."""
    assert look().no_embedder is None
    monkeypatch.setattr("threadlab.backend.search.embedders.named.find_spec", lambda _: None)
    monkeypatch.setenv("THREADLAB_EMBEDDER", "local")
    assert "pip install" in str(look().no_embedder)
