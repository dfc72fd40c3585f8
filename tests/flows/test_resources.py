"""Resource profiles: which model, where and how, by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from threadlab.connect.targets import Azure, Served
from threadlab.errors import SettingsError, UnknownResource
from threadlab.flows.resources import ModelResource, ResourceRegistry

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

[shared]
endpoint = "http://${HOST}/x"
key = "${KEY}"
settings = { top_p = 0.5 }
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
    assert str(registry) == "cheap: small\ncareful: large\nshared: the model of its endpoint"


def test_a_model_is_found_by_the_services_name_for_it_too(registry: ResourceRegistry) -> None:
    """The profile's own as well as those with a name in the file; an unknown one is told what to write."""
    careful = registry.get_resource_config("careful")
    assert careful.get_model("large") == careful.get_model()
    assert careful.get_model("medium") == careful.get_model("fast")
    with pytest.raises(UnknownResource, match=r'\[careful.models."gpt-4.1"\] and below it model = "gpt-4.1"'):
        careful.get_model("gpt-4.1")


def test_an_unknown_name_says_what_there_is(registry: ResourceRegistry) -> None:
    """D35: the nearest names, of profiles and of models."""
    with pytest.raises(UnknownResource, match="did you mean careful"):
        registry.get_resource_config("carefull")
    with pytest.raises(UnknownResource, match="did you mean fast"):
        registry.get_resource_config("careful").get_model("fats")
    with pytest.raises(UnknownResource, match="its profiles: cheap, careful, shared"):
        registry.get_resource_config("zzz")


def test_references_are_read_late_and_never_printed(
    registry: ResourceRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The profile itself never holds the value."""
    shared = registry.get_resource_config("shared").get_model()
    with pytest.raises(SettingsError, match="HOST"):
        shared.target({"KEY": "sk-1"})
    monkeypatch.setenv("HOST", "secret-host")
    monkeypatch.setenv("KEY", "sk-secret")
    assert shared.target() == Served(endpoint="http://secret-host/x", key="sk-secret")
    assert shared.options() == {"top_p": 0.5}
    assert "secret" not in f"{shared!r} {shared} {shared.model_dump_json()} {shared.target()}".replace(
        "secret-host", ""
    )


def test_an_endpoint_is_a_service_of_its_own() -> None:
    """A project on Azure, or with a key a server; without a key and a project's form it is refused."""
    project = "https://${HOST}/api/projects/p"
    there = ModelResource(endpoint=project, model="large").target({"HOST": "h.azure.com"})
    assert there == Azure(endpoint="https://h.azure.com/api/projects/p", model="large")
    assert ModelResource(model="large").target({}) is None
    with pytest.raises(SettingsError, match="without a model"):
        ModelResource(endpoint=project).target({"HOST": "h"})
    with pytest.raises(SettingsError, match="does not start with https"):
        ModelResource(endpoint="http://127.0.0.1:1/x", model="m").target({})


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
        ("[a.models.b]\ncolour = 'k'", "a.models.b.colour"),
        ("[a]\nendpoint = 'https://h/x'\nkey = 'sk-plain'", "a.key"),
        ("[a]\nkey = '${KEY}'", "a key is for an endpoint"),
        ("[a.settings]\ntemprature = 1", "did you mean temperature"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, text: str, told: str) -> None:
    """With profile and key."""
    (tmp_path / "resources.toml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        ResourceRegistry.read(tmp_path)
    assert told in str(caught.value)
