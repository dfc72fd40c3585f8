"""Observability: which lines of Python's own logging a run takes into its log, and who is given its trace.

Traces, metrics and logs of every run are files of its own, in `.trace/` of its folder, whatever is set here:
they are made from what the run recorded, never by way of anything that runs share.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import Lock

from threadlab.errors import HistoryError
from threadlab.history.reading.telemetry import SpanExporter
from threadlab.history.work.handle import current_user_run
from threadlab.history.work.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservabilitySettings:
    """`loggers` are names of loggers, with all below them, whose lines from `level` on are recorded.

    A line belongs to the run that the code works for which wrote it, so runs at the same time do not mix.
    A logger that lets less through does so again when no run records it any more: until then its lines go to
    its other handlers, too. What is logged in the processes of an isolated execution stays there.
    `exporters`, those of OpenTelemetry, are given the trace of the run when it is over: see
    `threadlab.history.reading.telemetry`.
    """

    loggers: tuple[str, ...] = ()
    level: int = logging.INFO
    exporters: tuple[SpanExporter, ...] = ()


class _IntoTheRun(logging.Handler):
    """Records what this run's own code logs."""

    def __init__(self, scope: Scope, level: int) -> None:
        super().__init__(level)
        self._scope = scope

    def emit(self, record: logging.LogRecord) -> None:
        try:
            is_ours = current_user_run() is self._scope.handle
        except HistoryError:  # code that works for no run
            return
        if is_ours:
            self._scope.log(self.format(record), record.levelname.lower(), getattr(record, "path", ""))


@dataclass(slots=True)
class _LetThrough:
    """What each logger lets through while runs record it: the least that any of them wants."""

    _wanted: dict[str, list[int]] = field(default_factory=dict)
    _before: dict[str, int] = field(default_factory=dict)
    _one_changes: Lock = field(default_factory=Lock)

    @contextmanager
    def at_least(self, logger: logging.Logger, level: int) -> Iterator[None]:
        """Have it let through lines from that level on, as long as this lasts."""
        with self._one_changes:
            wanted = self._wanted.setdefault(logger.name, [])
            if not wanted:
                self._before[logger.name] = logger.level
            wanted.append(level)
            logger.setLevel(min(level, logger.getEffectiveLevel()))
        try:
            yield
        finally:
            with self._one_changes:
                wanted.remove(level)
                if not wanted:
                    logger.setLevel(self._before.pop(logger.name))


_LET_THROUGH = _LetThrough()


@contextmanager
def recorded_logs(settings: ObservabilitySettings, scope: Scope) -> Iterator[None]:
    """While this lasts, the run's own lines of these loggers are lines of its log."""
    with ExitStack() as undone:
        for name in settings.loggers:
            logger, handler = logging.getLogger(name), _IntoTheRun(scope, settings.level)
            undone.enter_context(_LET_THROUGH.at_least(logger, settings.level))
            logger.addHandler(handler)
            undone.callback(logger.removeHandler, handler)
        yield
