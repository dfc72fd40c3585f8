"""Instructions: all that the orchestrator is told on how to decide. The policy is the learner's. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from threadlab.journal.values import Config
from threadlab.orchestration.capability import Capability
from threadlab.orchestration.offer import Offer

HOW = """\
You are the {name}. You decide how a request is worked on; you do not work on it yourself.
Call exactly one of your tools, with
- reasoning: why this way, this team, these parameters, in one or two sentences; never empty
- looked_at: what you based it on, such as "request", "turn 2", "decision 1"
- parameters, if the members' runs need others than they have: model, temperature, max_completion_tokens,
  tools (the names of the only ones they get)
- finish: whether the result is the answer to the user, so that nothing more needs to be decided"""


def instructions(
    name: str,
    policy: str,
    offer: Offer,
    config: Config,
    capabilities: Mapping[str, Capability],
) -> str:
    """How deciding works, the policy, who is there, which patterns, which models, what was learned."""
    parts = [
        HOW.format(name=name),
        f"# Policy\n{policy.strip()}",
        "# Agents\n" + "\n".join(_roster(offer, config)),
    ]
    if offer.offered:
        parts.append("# Patterns\n" + "\n".join(_patterns(offer)))
    if notes := [*_models(config, capabilities, offer)]:
        parts.append("# Models\n" + "\n".join(notes))
    if offer.learnings:
        told = "\n".join(f"- [{one.id}] {one.text}" for one in offer.learnings)
        parts.append(f"# Learned before\nName in `learnings` the ids of those that led you.\n{told}")
    return "\n\n".join(parts)


def _roster(offer: Offer, config: Config) -> Iterator[str]:
    for name, member in offer.members.items():
        yield f"- {name}: {member.described(config)}"


def _patterns(offer: Offer) -> Iterator[str]:
    for name, one in offer.offered.items():
        team = ", ".join(f"{seat.member} as {seat.role}" if seat.role else seat.member for seat in one.team)
        how = f"{one.way} with {team}" if team else one.way
        yield f"- {name} ({how}; when: {one.conditions}): {one.description}"


def _models(config: Config, capabilities: Mapping[str, Capability], offer: Offer) -> Iterator[str]:
    """Notes on the models that somebody runs on now: with another model, other notes."""
    running = {config.agents[name].model for name in offer.members if name in config.agents}
    yield from (f"- {model}: {capabilities[model]}" for model in sorted(running & set(capabilities)))
