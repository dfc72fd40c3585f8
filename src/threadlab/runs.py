"""The third public door: user runs, their history, and what can be done with them.

    from threadlab.runs import History

    History(lab)                          # the user runs in `runs/`: branches, search, tables, comparisons
    history.branch("main")                # a Branch: ask() makes a UserRun, to make again or to fork
    history.import_("file.zip")           # what `export(path)` of a user run, branch or history wrote
    current_user_run()                    # inside a tool: the user run that it works in
    Budget, Reuse, Trigger, Recent, …     # how much, what again, because of what, with which context
    Orchestration, Pattern, TeamMember, … # several agents on one input, and who decided so
    scripted_model(...)                   # a stand-in that says what is written down

Each name is loaded when it is first used: to import this takes no time. Type checkers and editors read the
same names in `runs.pyi`.
"""

from __future__ import annotations

from threadlab.lazy_names import lazy_names

_HOMES = {
    "Ageing": "threadlab.orchestration.learning.learning",
    "Agreement": "threadlab.orchestration.agreement",
    "Archived": "threadlab.journal.archive",
    "BodyMember": "threadlab.orchestration.body_member",
    "Branch": "threadlab.history.branch",
    "Budget": "threadlab.history.work.budget",
    "ByAgent": "threadlab.history.contexts.summaries",
    "ByScore": "threadlab.history.contexts.context_policy",
    "Capability": "threadlab.orchestration.capability",
    "Case": "threadlab.orchestration.learning.experiment",
    "Changes": "threadlab.history.plans.changes",
    "Choice": "threadlab.history.contexts.context",
    "Command": "threadlab.journal.values",
    "Comparison": "threadlab.history.reading.compare",
    "Conditions": "threadlab.orchestration.pattern",
    "ContextPolicy": "threadlab.history.contexts.context",
    "Contribution": "threadlab.journal.decision",
    "CurrentUserRun": "threadlab.history.work.handle",
    "Decision": "threadlab.journal.decision",
    "Execution": "threadlab.history.execution",
    "ExperimentResult": "threadlab.orchestration.learning.experiment",
    "Extractive": "threadlab.history.contexts.summaries",
    "GivenLearnings": "threadlab.orchestration.learning.loops",
    "History": "threadlab.history.history",
    "Interrupt": "threadlab.journal.record",
    "Keep": "threadlab.history.plans.prune",
    "KeepAll": "threadlab.history.contexts.context",
    "KeepIf": "threadlab.orchestration.learning.keep_policy",
    "Learning": "threadlab.orchestration.learning.learning",
    "LearningLoops": "threadlab.orchestration.learning.loops",
    "Learnings": "threadlab.orchestration.learning.learnings",
    "Limits": "threadlab.orchestration.guards",
    "Monitoring": "threadlab.orchestration.monitoring",
    "Orchestration": "threadlab.orchestration.orchestration",
    "OrchestrationContext": "threadlab.history.bodies.orchestration",
    "Outcome": "threadlab.journal.decision",
    "Pattern": "threadlab.orchestration.pattern",
    "Plan": "threadlab.history.plans.plan",
    "Prices": "threadlab.history.reading.prices",
    "Recent": "threadlab.history.contexts.context_policy",
    "Record": "threadlab.journal.record",
    "RequestTypes": "threadlab.orchestration.learning.request_types",
    "Reuse": "threadlab.history.plans.reuse",
    "Seat": "threadlab.journal.decision",
    "Starting": "threadlab.history.starting",
    "TeamMember": "threadlab.orchestration.team_member",
    "Template": "threadlab.history.templates.template",
    "Ticket": "threadlab.history.tickets.ticket",
    "Tickets": "threadlab.history.tickets.tickets",
    "Trigger": "threadlab.journal.values",
    "UserChoice": "threadlab.history.contexts.context_policy",
    "UserRun": "threadlab.history.user_run",
    "Writing": "threadlab.history.contexts.context_policy",
    "answered_by": "threadlab.orchestration.learning.experiment",
    "archive_contexts": "threadlab.orchestration.learning.keep_policy",
    "calling": "threadlab.connect.scripted_model",
    "compare": "threadlab.history.reading.compare",
    "current_user_run": "threadlab.history.work.handle",
    "experiment": "threadlab.orchestration.learning.experiment",
    "export_spans": "threadlab.history.reading.telemetry",
    "failing": "threadlab.connect.scripted_model",
    "otlp_exporter": "threadlab.history.reading.telemetry",
    "overhead": "threadlab.orchestration.overhead",
    "requests_behind": "threadlab.orchestration.learning.experiment",
    "satisfaction": "threadlab.orchestration.learning.satisfaction",
    "scripted_model": "threadlab.connect.scripted_model",
}

__all__ = sorted(_HOMES)


__getattr__, __dir__ = lazy_names(__name__, _HOMES, __all__)
