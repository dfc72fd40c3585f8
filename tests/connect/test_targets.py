"""Targets are data."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from threadlab.backend.search.embedders.local_model import PACKAGE
from threadlab.connect.connect import connect
from threadlab.connect.settings import Settings, settings_from
from threadlab.connect.targets import Azure, Local, Target, choose
from threadlab.errors import SettingsError

ENDPOINT = "https://hub.services.ai.azure.com/api/projects/demo"


@pytest.mark.parametrize(
    "target",
    [Local(seed=7, pace=0), Local(store=Path("a.sqlite")), Azure(endpoint=ENDPOINT, model="gpt-4o")],
)
def test_a_target_survives_the_way_to_another_process(target: Target) -> None:
    """Pickled and back it is equal, and it can be a key."""
    again = pickle.loads(pickle.dumps(target))
    assert again == target
    assert hash(again) == hash(target)


def test_a_local_target_has_a_seed_or_a_store() -> None:
    """Neither, both, or an impossible pace is refused."""
    with pytest.raises(SettingsError, match="either"):
        Local()
    with pytest.raises(SettingsError, match="either"):
        Local(seed=1, store=Path("x"))
    for pace in (-1, float("nan"), float("inf")):
        with pytest.raises(SettingsError, match="pace"):
            Local(seed=1, pace=pace)


def test_settings_and_arguments_lead_to_one_target(tmp_path: Path) -> None:
    """Azure when a project is named, else a seed, else the durable store; an explicit pace wins."""
    azure = Settings.load({"PROJECT_ENDPOINT": ENDPOINT, "MODEL_DEPLOYMENT_NAME": "gpt-4o"})
    assert choose(azure, seed=7) == Azure(endpoint=ENDPOINT, model="gpt-4o")
    local = Settings.load({"THREADLAB_PACE": "0.5", "THREADLAB_STORE": str(tmp_path / "s")})
    assert choose(local, seed=7) == Local(seed=7, pace=0.5)
    assert choose(local, seed=7, pace=0) == Local(seed=7, pace=0)
    assert choose(local) == Local(store=tmp_path / "s", pace=0.5)


def test_a_durable_lab_searches_by_meaning_where_the_settings_name_an_embedder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A seeded one only if its target says so; an embedder that there cannot be is named."""
    settings = settings_from({"THREADLAB_EMBEDDER": "nomic", "THREADLAB_STORE": str(tmp_path / "s.sqlite")})
    durable, seeded = choose(settings), choose(settings, seed=1)
    assert isinstance(durable, Local)
    assert isinstance(seeded, Local)
    assert (durable.embedder, seeded.embedder) == ("nomic", None)
    with pytest.raises(SettingsError, match="nomic"):
        connect(target=durable)
    monkeypatch.setattr(
        "threadlab.backend.search.embedders.named.find_spec", lambda name: None if name == PACKAGE else name
    )
    with pytest.raises(SettingsError, match=r"threadlab\[embeddings\]"):
        connect(target=Local(seed=1, embedder="local"))
