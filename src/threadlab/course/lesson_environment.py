"""The environment in which lessons are judged: the local backend, and nothing to wait for.

A learner's `.env` may name a project on Azure, or a real model; judging must never go there. An empty
variable counts as unset and stands before `.env`.
"""

from __future__ import annotations

from collections.abc import Mapping

JUDGED: Mapping[str, str] = {
    "THREADLAB_PACE": "0",
    "THREADLAB_UNATTENDED": "1",
    "PROJECT_ENDPOINT": "",
    "MODEL_DEPLOYMENT_NAME": "",
    "MODEL_BASE_URL": "",
}


def lesson_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with what judging needs put in its place."""
    return {**environment, **JUDGED}
