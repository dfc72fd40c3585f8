"""The waiters: ways to see a run through to its end, its tool calls answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from azure.ai.agents.operations import _patch as sdk_operations

from benchmarks.contestants.sdk_run import outputs_for
from benchmarks.contestants.task import OUTPUT
from benchmarks.scene import Scene
from threadlab import Toolbox, follow, tool, wait
from threadlab.following.polling import Polling

Waiter = Callable[[Scene, str], None]

LIVE = ("queued", "in_progress", "requires_action")


def get_weather(city: str) -> str:
    """The weather in a city.

    :param city: Name of the city.
    """
    return OUTPUT


TOOLS = Toolbox(tool(get_weather))
GOAL = Polling(first=0.1, stride=0.0, share=0.2, ceiling=1.0, jitter=0.0)


def by_follow(scene: Scene, thread_id: str) -> None:
    """threadlab's events, to the last."""
    run = scene.service.runs.create(thread_id, scene.agent_id)
    for _ in follow(run, tools=TOOLS):
        pass


def by_wait(scene: Scene, thread_id: str) -> None:
    """threadlab's wait for the end."""
    wait(scene.service.runs.create(thread_id, scene.agent_id), tools=TOOLS)


def by_goal(scene: Scene, thread_id: str) -> None:
    """threadlab's wait on the schedule that the design asks for on a real service."""
    wait(scene.service.runs.create(thread_id, scene.agent_id), tools=TOOLS, polling=GOAL)


def by_one_second(scene: Scene, thread_id: str) -> None:
    """The loop of most tutorials: sleep a second, read the run."""
    runs = scene.client.runs
    run = runs.create(thread_id, agent_id=scene.agent_id)
    while run.status in LIVE:
        scene.service.time.sleep(1)
        run = runs.get(thread_id, run.id)
        if run.status == "requires_action":
            run = runs.submit_tool_outputs(thread_id, run.id, tool_outputs=outputs_for(run))


def by_sdk(scene: Scene, thread_id: str) -> None:
    """The SDK's create_and_process at its default interval."""
    scene.client.enable_auto_function_calls({get_weather})
    with _sdk_sleeping_by(scene):
        scene.client.runs.create_and_process(thread_id, agent_id=scene.agent_id)


WAITERS: Mapping[str, Waiter] = {
    "fixed 1 s polling": by_one_second,
    "SDK create_and_process": by_sdk,
    "threadlab follow": by_follow,
    "threadlab wait": by_wait,
}
REFERENCE = "fixed 1 s polling"
GOAL_SCHEDULE = "the goal's schedule"


@contextmanager
def _sdk_sleeping_by(scene: Scene) -> Iterator[None]:
    """Let the SDK's loop sleep by the scene's clock."""
    module: Any = sdk_operations
    before, module.time = module.time, SimpleNamespace(sleep=scene.service.time.sleep)
    try:
        yield
    finally:
        module.time = before
