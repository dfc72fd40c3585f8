"""Settings: where they come from, what is refused, and what the refusal says."""

from __future__ import annotations

from pathlib import Path

import pytest

from threadlab.connect.settings import Settings, home_folder
from threadlab.errors import SettingsError

ENDPOINT = "https://hub.services.ai.azure.com/api/projects/demo"


def test_nothing_set_is_local_at_natural_pace(tmp_path: Path) -> None:
    """The store then lies in the working folder."""
    settings = Settings.load({})
    assert (settings.project_endpoint, settings.pace) == (None, 1.0)
    assert settings.store_path(tmp_path) == tmp_path / ".threadlab" / "store.sqlite"


def test_both_azure_variables_make_it_azure() -> None:
    """A trailing slash is no part of the endpoint."""
    settings = Settings.load({"PROJECT_ENDPOINT": f" {ENDPOINT}/ ", "MODEL_DEPLOYMENT_NAME": "gpt-4o"})
    assert (settings.project_endpoint, settings.model) == (ENDPOINT, "gpt-4o")


@pytest.mark.parametrize(
    ("values", "message", "hint"),
    [
        ({"PROJECT_ENDPOINT": ENDPOINT}, "MODEL_DEPLOYMENT_NAME is not", "Models + endpoints"),
        ({"MODEL_DEPLOYMENT_NAME": "gpt-4o"}, "PROJECT_ENDPOINT is not", "Overview page"),
        ({"PROJECT_ENDPOINT": ENDPOINT.replace("https", "http")}, "https://", "<project>"),
        ({"PROJECT_ENDPOINT": "https://hub.services.ai.azure.com"}, "/api/projects/", "Overview"),
        ({"PROJECT_ENDPOINT": f"{ENDPOINT}/threads"}, "/api/projects/", "Overview"),
        ({"PROJECT_ENDPOINT": f"{ENDPOINT}?x=1"}, "after the project", "Overview"),
        ({"PROJECT_ENDPOINT": "https:///api/projects/demo"}, "no host", "Overview"),
        ({"PROJECT_ENDPOINT": "https://[/api/projects/demo"}, "not a URL", "Overview"),
        (
            {"MODEL_BASE_URL": "localhost:11434", "MODEL_NAME": "m"},
            "MODEL_BASE_URL is 'localhost",
            "11434/v1",
        ),
        ({"MODEL_BASE_URL": "http://localhost:11434"}, "names no model", "MODEL_NAME=llama3.2"),
        ({"MODEL_BASE_URL": "http://me:pw@host/v1", "MODEL_NAME": "m"}, "'http://…@host/v1'", "MODEL_NAME"),
        (
            {
                "MODEL_BASE_URL": "http://localhost:11434",
                "MODEL_NAME": "m",
                "PROJECT_ENDPOINT": ENDPOINT,
                "MODEL_DEPLOYMENT_NAME": "gpt-4o",
            },
            "both set",
            "unset",
        ),
        ({"THREADLAB_PACE": "fast"}, "THREADLAB_PACE is 'fast'", "at least 0"),
        ({"THREADLAB_PACE": "-1"}, "THREADLAB_PACE is '-1'", "at least 0"),
        ({"THREADLAB_PACE": "inf"}, "THREADLAB_PACE is 'inf'", "at least 0"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_remedy(
    values: dict[str, str], message: str, hint: str
) -> None:
    """The variable, what is wrong with it, and where to find the right value."""
    with pytest.raises(SettingsError) as caught:
        Settings.load(values)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_a_real_model_has_an_address_a_name_and_perhaps_a_key() -> None:
    """The key is never shown; a name without an address means nothing."""
    values = {"MODEL_BASE_URL": "http://localhost:11434", "MODEL_NAME": "llama3.2", "MODEL_API_KEY": "sk-1"}
    settings = Settings.load(values)
    endpoint = settings.model_endpoint
    assert endpoint is not None
    assert (str(endpoint), endpoint.key) == ("model llama3.2 at localhost:11434", "sk-1")
    assert "sk-1" not in f"{settings!r}"
    assert Settings.load({"MODEL_NAME": "llama3.2"}).model_endpoint is None


def test_a_dotenv_above_the_working_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a notebook that lies in a folder of the course."""
    (tmp_path / ".env").write_text("THREADLAB_PACE=0.5\nOTHER=x\n")
    (tmp_path / "lessons").mkdir()
    monkeypatch.chdir(tmp_path / "lessons")
    assert Settings.load({}).pace == 0.5


def test_the_environment_wins_over_dotenv_even_when_it_is_empty(tmp_path: Path) -> None:
    """An empty variable switches off what the file says."""
    file = tmp_path / "other.env"
    file.write_text(f"PROJECT_ENDPOINT={ENDPOINT}\nMODEL_DEPLOYMENT_NAME=a\nTHREADLAB_PACE=2\n")
    assert Settings.load({}, env_file=file).project_endpoint == ENDPOINT
    environment = {"PROJECT_ENDPOINT": "", "MODEL_DEPLOYMENT_NAME": "", "THREADLAB_PACE": "3"}
    settings = Settings.load(environment, env_file=file)
    assert (settings.project_endpoint, settings.model, settings.pace) == (None, None, 3)


def test_a_dotenv_that_is_named_must_exist(tmp_path: Path) -> None:
    """A typing mistake does not quietly mean "nothing set"."""
    with pytest.raises(SettingsError, match="no file"):
        Settings.load({}, env_file=tmp_path / "nowhere.env")


def test_a_relative_store_starts_at_the_course(tmp_path: Path) -> None:
    """From every folder of the course it is the same file; an absolute path stays as it is."""
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons" / "course.toml").touch()
    inside = tmp_path / "lessons"
    assert home_folder(inside) == tmp_path
    assert Settings.load({"THREADLAB_STORE": "x/y.db"}).store_path(inside) == tmp_path / "x" / "y.db"
    assert Settings.load({"THREADLAB_STORE": str(tmp_path / "z")}).store_path(inside) == tmp_path / "z"
