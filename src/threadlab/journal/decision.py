"""Decision: what an orchestrator chose in a user run, why, and what came of it; and the lines that tell it.

    ContextOpened      what it had to choose from: agents, patterns, learnings; and its own budget
    DecisionTaken      one choice over all four dimensions, with its reasoning
    FellBack           no valid choice could be had: the default agent answers, and this is why
    OutcomeSeen        what a decision led to, member by member
    PostMortemWritten  what is to be learned of it, once all is over
    ContextClosed      how it ended, and what deciding took, apart from the work
    ContextCompacted   the lines above were made shorter, long after

They stand in `orchestration.jsonl`, beside the user run's log and apart from its messages. The orchestrator
alone writes them, until it has closed the context.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from threadlab.objects.usage import Usage

Dimension = Literal["agent", "pattern", "parameters", "team"]
"""What a decision decides on, and what its outcome may be attributed to."""

DECIDE = "decide"
POST_MORTEM = "post_mortem"
ORCHESTRATED = "orchestrated"
"""What the log calls the body of an orchestrated user run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A member's place in a team: who, as what, and with which task of its own (else the request)."""

    member: str
    role: str = ""
    task: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one member did at one path of the user run, as far as it came.

    `steps` are the tool calls that it finished; `text` is its last; `cost` is None where the model has no
    price. `turn` counts from 1 where a member speaks more than once.
    """

    member: str
    path: str
    role: str = ""
    status: str = "completed"
    text: str = ""
    reason: str = ""
    steps: tuple[str, ...] = ()
    model: str = ""
    usage: Usage = field(default_factory=Usage)
    cost: float | None = None
    seconds: float = 0.0
    turn: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a decision, or of a member's work. `seconds` are the service's, from begin to end.

    `status` is "completed", or what kept it from that; then `reason` says why, and `text` is what there is.
    """

    status: str
    text: str = ""
    reason: str = ""
    contributions: tuple[Contribution, ...] = ()
    seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        """Whether it completed."""
        return self.status == "completed"

    @property
    def usage(self) -> Usage:
        """The tokens of all members."""
        return sum((one.usage for one in self.contributions), Usage())

    @property
    def cost(self) -> float:
        """What the priced members cost together."""
        return sum(one.cost or 0.0 for one in self.contributions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One choice: who (`agents`), how (`way`, by a named `pattern` or not), with what, in which `team`.

    `path` is its place in the user run: "2", or "2.research.1" for the first of a team in a team; its agent
    call is at `<path>.decide`. `looked_at` are ids of user runs, and "request"; `learnings` those that its
    reasoning quotes. `parameters` are those of the members' runs (model, temperature, tools, limits);
    `arguments` is the choice as it was made. With `finish` its result is the answer to the user.
    `input_tokens` were given to decide on, `saved_tokens` would have been given again without deltas, both
    estimated; `usage` and `seconds` are what deciding took. `fallback` says why it is none of the
    orchestrator's. `outcome` is filled in where it is read.
    """

    number: int
    path: str
    way: str
    reasoning: str
    at: float = 0.0
    pattern: str = ""
    agents: tuple[str, ...] = ()
    task: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    team: tuple[Seat, ...] = ()
    arguments: Mapping[str, Any] = field(default_factory=dict)
    finish: bool = False
    looked_at: tuple[str, ...] = ()
    learnings: tuple[str, ...] = ()
    input_tokens: int = 0
    saved_tokens: int = 0
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0
    reused: str = ""
    fallback: str = ""
    outcome: Outcome | None = None


def decision_path(path: str) -> str:
    """The path of a decision's agent call, and of what is said of the decision: "2" → "2.decide"."""
    return f"{path}.{DECIDE}"


def is_deciding(path: str) -> bool:
    """Whether the agent call at that path served the orchestrator, not the request."""
    return path.rpartition(".")[2] in (DECIDE, POST_MORTEM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """A learning as it was quoted to the orchestrator."""

    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextOpened:
    """What there is to choose from. `budget` is in tokens of deciding alone; None for no limit."""

    agents: tuple[str, ...]
    ways: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    learnings: tuple[Quoted, ...] = ()
    default: str = ""
    model: str = ""
    budget: int | None = None
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTaken:
    """A choice was made; nothing of it has happened yet."""

    decision: Decision

    @property
    def path(self) -> str:
        """The decision's."""
        return self.decision.path


@dataclass(frozen=True, slots=True, kw_only=True)
class FellBack:
    """No valid choice could be had for the decision at `path`: `agent` answers directly instead."""

    path: str
    why: str
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeSeen:
    """What the decision at `path` led to."""

    path: str
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class PostMortemWritten:
    """What is to be learned of a user run that is over.

    `rating` is from 0 to 1 for how well the way worked, `why` says it in words; `dimension` is what the
    outcome is attributed to, None where nothing stands out; `learnings` are the ids of those it wrote.
    """

    rating: float
    why: str
    dimension: Dimension | None = None
    pattern: str = ""
    findings: tuple[str, ...] = ()
    learnings: tuple[str, ...] = ()
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextClosed:
    """All is over. `stopped_by` names the guard that stopped it, if one did.

    `usage` and `seconds` are those of deciding, `work` those of the members; `saved_tokens` by deltas.
    """

    status: str
    reason: str = ""
    stopped_by: str = ""
    decisions: int = 0
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0
    work: Usage = field(default_factory=Usage)
    saved_tokens: int = 0
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextCompacted:
    """The lines above are shorter than they were written: who, how and why, without texts and arguments.

    They had so many bytes before.
    """

    bytes_before: int
    path: str = ""


ContextFact = (
    ContextOpened
    | DecisionTaken
    | FellBack
    | OutcomeSeen
    | PostMortemWritten
    | ContextClosed
    | ContextCompacted
)
"""Any line of an orchestration context. `path` is empty for those of the user run as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextEntry:
    """A line with its time (Unix seconds, the service's)."""

    at: float
    fact: ContextFact
