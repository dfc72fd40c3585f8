"""RunEnvParams: where a run lives. The source document's own name for it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from threadlab.flows.template import filled


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnvParams:
    """The run's id and its folders: all of them exist while it runs.

    `run_root` holds all runs, `run_dir` is this one's, `trace_dir` its traces, `outcome_repo_dir` the git
    repository of the project's outcomes.
    """

    run_id: str
    run_dir: Path
    run_root: Path
    trace_dir: Path
    outcome_repo_dir: Path

    @classmethod
    def of(cls, run_dir: Path, project: str) -> RunEnvParams:
        """Those of a run directory: its name is the run's id."""
        return cls(
            run_id=run_dir.name,
            run_dir=run_dir,
            run_root=run_dir.parent,
            trace_dir=run_dir / ".trace",
            outcome_repo_dir=run_dir.parent / "outcome" / project,
        )

    def of_run(self, run_id: str) -> RunEnvParams:
        """Those of another run beside this one."""
        return RunEnvParams.of(self.run_root / run_id, self.outcome_repo_dir.name)

    def fill(self, template: str) -> str:
        """The template with `{{ run_id }}`, `{{ run_dir }}` and the others filled in. Raises FlowError."""
        return filled(template, self.values())

    def values(self) -> dict[str, str]:
        """Every one of them as text, by name."""
        return {name: str(value) for name, value in asdict(self).items()}

    def __str__(self) -> str:
        return "\n".join(f"{name:<16} {value}" for name, value in self.values().items())
