"""Terms: what an orchestrator goes by in one user run. They are recorded with it, setting by setting.

So whoever makes it again, or goes on with it, goes by the same terms: a pattern that was retired meanwhile,
or another budget, changes nothing of what was decided before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from pydantic import TypeAdapter

from threadlab.journal.decision import Quoted
from threadlab.orchestration.guards import Limits
from threadlab.orchestration.pattern import Pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Whom it may choose, who answers where it cannot, what was learned, its patterns and its limits."""

    team: tuple[str, ...]
    default: str
    learnings: tuple[Quoted, ...] = ()
    patterns: Mapping[str, Pattern] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    budget: int | None = None

    def settings(self, name: str) -> dict[str, str]:
        """As settings of a configuration, for the orchestrator of that name."""
        told = _TERMS.dump_python(self, mode="json")
        return {f"{name}.{key}": json.dumps(value, ensure_ascii=False) for key, value in told.items()}

    @staticmethod
    def of(settings: Mapping[str, str], name: str) -> Terms:
        """Those that are recorded for the orchestrator of that name."""
        keys = {one.name: f"{name}.{one.name}" for one in fields(Terms)}
        told = {field: json.loads(settings[key]) for field, key in keys.items() if key in settings}
        return _TERMS.validate_python(told)


_TERMS = TypeAdapter(Terms)
