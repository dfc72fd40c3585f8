"""Resource profiles: which model, where and how, by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from threadlab.errors import SettingsError, UnknownResource
from threadlab.flows.resources import ResourceRegistry

TOML = """
[cheap]
model = "small"

[careful]
model = "large"
endpoint = "https://${HOST}/api"
temperature = 0.1
settings = { top_p = 0.5 }

[careful.models.fast]
model = "medium"
"""


@pytest.fixture
def registry(tmp_path: Path) -> ResourceRegistry:
    """Two profiles, one with a second model."""
    (tmp_path / "resources.toml").write_text(TOML)
    return ResourceRegistry.read(tmp_path)


def test_two_profiles_give_two_models(registry: ResourceRegistry) -> None:
    """D34: and what a named model does not say is its profile's."""
    assert registry.get_resource_config("cheap").get_model().options() == {"model": "small"}
    careful = registry.get_resource_config("careful")
    environment = {"HOST": "here"}
    assert careful.get_model().options(environment) == {"model": "large", "temperature": 0.1, "top_p": 0.5}
    fast = careful.get_model("fast")
    assert fast.options(environment) == {"model": "medium", "temperature": 0.1, "top_p": 0.5}
    assert str(registry) == "cheap: small\ncareful: large"


def test_an_unknown_name_says_what_there_is(registry: ResourceRegistry) -> None:
    """D35: the nearest names, of profiles and of models."""
    with pytest.raises(UnknownResource, match="did you mean careful"):
        registry.get_resource_config("carefull")
    with pytest.raises(UnknownResource, match="did you mean fast"):
        registry.get_resource_config("careful").get_model("fats")
    with pytest.raises(UnknownResource, match="its profiles: cheap, careful"):
        registry.get_resource_config("zzz")


def test_references_are_read_late_and_never_printed(
    registry: ResourceRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The profile itself never holds the value."""
    careful = registry.get_resource_config("careful").get_model()
    with pytest.raises(SettingsError, match="HOST"):
        careful.options({})
    monkeypatch.setenv("HOST", "secret-host")
    assert careful.resolved().endpoint == "https://secret-host/api"
    assert "secret-host" not in f"{careful!r} {careful} {careful.model_dump_json()}"


def test_a_project_without_a_file_has_the_default_profile(tmp_path: Path) -> None:
    """Which leaves everything to the lab; any other name is an error."""
    registry = ResourceRegistry.read(tmp_path)
    assert registry.get_resource_config().get_model().options() == {}
    with pytest.raises(UnknownResource, match="does not exist"):
        registry.get_resource_config("cheap")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[a]\nmodle = 'x'", "a.modle"),
        ("[a]\ntemperature = 7", "a.temperature"),
        ("a = 1", "a: "),
        ("[a", "no TOML"),
        ("[a.models.b]\nkey = 'k'", "a.models.b.key"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, text: str, told: str) -> None:
    """With profile and key."""
    (tmp_path / "resources.toml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        ResourceRegistry.read(tmp_path)
    assert told in str(caught.value)
