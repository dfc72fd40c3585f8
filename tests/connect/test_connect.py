"""`connect()` and the lab that it returns."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from threadlab.backend.completer.scripted import Scripted
from threadlab.connect.connect import connect
from threadlab.connect.targets import Azure, Local
from threadlab.errors import NotFound, NotInThisService, SettingsError
from threadlab.service.port import AgentService
from threadlab.workbench.in_process import InProcess

AZURE = Azure(endpoint="https://hub.services.ai.azure.com/api/projects/demo", model="gpt-4o")


def test_a_lab_is_an_agent_service() -> None:
    """It has every verb of its service, under the same names."""
    with connect(seed=7, pace=0) as made:
        lab: AgentService = made
        agent = lab.create_agent(name="first")
        assert (agent.model, lab.protocol, lab.place) == ("stand-in", "classic", "local, in this process")
        thread = lab.threads.create()
        lab.messages.create(thread.id, content="hello")
        run = lab.runs.create(thread.id, agent.id)
        while not run.is_terminal:
            lab.time.sleep(1)
            run = run.read()
        assert run.status == "completed"
        assert [step.type for step in lab.read_steps(run)] == ["message_creation"]
        assert [message.role for message in lab.read_messages(run)] == ["assistant"]
        assert lab.notes(run)[0].stand_in == "rule-based stand-in"
        assert lab.requests(run)[0].path == f"/threads/{thread.id}/runs"


def test_a_seed_gives_the_same_each_time_and_starts_empty() -> None:
    """Ids and times are equal; nothing is left over."""
    threads = []
    for _ in range(2):
        with connect(seed=7, pace=0) as lab:
            assert list(lab.threads.list()) == []
            threads.append(lab.threads.create())
    assert threads[0] == threads[1]


def test_without_a_seed_a_lab_is_durable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one lab makes the next one finds, in a folder that the first one made."""
    monkeypatch.setenv("THREADLAB_STORE", str(tmp_path / "deep" / "store.sqlite"))
    with connect() as lab:
        thread = lab.threads.create(metadata={"kept": "yes"})
        assert (lab.seed, repr(lab)) == (None, "<Lab: local, in this process, durable>")
    with connect() as lab:
        assert lab.threads.get(thread.id).metadata["kept"] == "yes"


def test_the_default_store_lies_in_the_working_folder() -> None:
    """Outside a course, with nothing set."""
    connect().close()
    assert Path(".threadlab", "store.sqlite").is_file()


def test_a_closed_lab_lets_go_of_its_file(tmp_path: Path) -> None:
    """The folder can be removed; closing twice does no harm."""
    target = Local(store=tmp_path / "s" / "store.sqlite", pace=0)
    with connect(target=target) as lab:
        lab.threads.create()
    lab.close()
    with connect(target=target) as again:
        assert len(list(again.threads.list())) == 1


def test_a_store_that_cannot_be_opened_says_what_to_set(tmp_path: Path) -> None:
    """A folder in the file's place, and a file that is no store."""
    nonsense = tmp_path / "text"
    nonsense.write_text("this is not a database, and long enough to be seen as none" * 20)
    for store in (tmp_path, nonsense):
        with pytest.raises(SettingsError, match="cannot be opened") as caught:
            connect(target=Local(store=store))
        assert "THREADLAB_STORE" in caught.value.hint


def test_the_workbench_of_a_local_lab_is_there() -> None:
    """It is the same each time it is asked for."""
    with connect(seed=7) as lab:
        assert isinstance(lab.workbench, InProcess)
        assert lab.workbench is lab.workbench
        assert (lab.workbench.pace, lab.seed, repr(lab)) == (1.0, 7, "<Lab: local, in this process, seed 7>")


def test_a_completer_stands_in_the_models_place() -> None:
    """What it says is what the agent says."""
    with connect(seed=7, pace=0, completer=Scripted(["as written"])) as lab:
        thread = lab.threads.create(messages=[{"role": "user", "content": "go"}])
        run = lab.runs.create(thread.id, lab.create_agent().id)
        while not run.is_terminal:
            run = run.read()
        assert run.messages()[0].text == "as written"


def test_a_target_says_everything_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """It reads no settings, and takes no other argument that would contradict it."""
    monkeypatch.setenv("PROJECT_ENDPOINT", "nonsense")
    with connect(target=Local(seed=3, pace=0)) as lab:
        assert (lab.settings.pace, lab.settings.project_endpoint) == (0, None)
    with pytest.raises(SettingsError, match="together with"):
        connect(target=Local(seed=3), seed=4)
    with pytest.raises(SettingsError, match="PROJECT_ENDPOINT"):
        connect(seed=7)


def test_another_labs_objects_are_not_found() -> None:
    """And the hint says why that may be."""
    with connect(seed=1) as lab, pytest.raises(NotFound, match="starts empty"):
        lab.get_agent("asst_000000000000000000000000")


def test_on_azure_a_seed_is_ignored_and_the_lab_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent; the workbench and a completer are refused with the alternative."""
    monkeypatch.setenv("PROJECT_ENDPOINT", AZURE.endpoint)
    monkeypatch.setenv("MODEL_DEPLOYMENT_NAME", AZURE.model)
    with connect(seed=7) as lab:
        assert (lab.target, lab.seed, lab.model) == (AZURE, None, "gpt-4o")
        assert "hub.services.ai.azure.com" in repr(lab)
        assert "seed 7 is ignored" in repr(lab)
        assert lab.place == "hub.services.ai.azure.com"
        with pytest.raises(NotInThisService, match="Local"):
            _ = lab.workbench
    with pytest.raises(NotInThisService, match="locally"):
        connect(completer=Scripted(["x"]))


async def test_on_azure_both_kinds_of_client_are_made_without_a_request() -> None:
    """One credential serves them, and is closed with the lab."""
    with connect(target=AZURE) as lab:
        async with lab.sdk_async() as client:
            assert client._config.endpoint == AZURE.endpoint
        assert lab.wire.entries == ()


OFFLINE = """
import sys
from threadlab.connect.connect import connect
with connect(seed=7, pace=0) as lab:
    lab.threads.create()
    lab.sdk_async()
cloud = {"azure.identity", "azure.ai.projects", "openai", "requests", "aiohttp", "cryptography"}
sys.exit(" ".join(cloud & set(sys.modules)) or 0)
"""


def test_the_offline_path_imports_nothing_of_the_cloud() -> None:
    """So it works where azure-identity cannot be installed."""
    done = subprocess.run([sys.executable, "-c", OFFLINE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
