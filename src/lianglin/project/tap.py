"""Handlers beside the one that writes the log: what is logged as a failure is counted, without its words.

One tap for requests, tasks and upgrades: whatever Django answers with 500 and whatever a worker could not do passes
through the log with its exception, also where no middleware of ours was reached.
"""

from __future__ import annotations

import logging
from typing import Any

from lianglin.kit import mishaps
from lianglin.project.logs import request_id

FAILED = ("job_error", "job_error_retry")


class Failures(logging.Handler):
    """Counts exceptions that Django answered with 500, and those that our own loggers tell of outside of a request.

    An upgrade that fails is noted where it is done (attach.py).
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Never raises: a log line is not what a request fails for."""
        error = _error(record)
        if error is None:
            return
        request: Any = getattr(record, "request", None)
        match = getattr(request, "resolver_match", None)
        name = match.view_name if match else ""
        try:
            mishaps.note("request" if request else "task", name, error, request_id.get())
        except Exception:  # nothing that goes wrong here may reach the request
            self.handleError(record)


class Jobs(logging.Handler):
    """Counts attempts of background tasks that failed, those that are tried again too."""

    def emit(self, record: logging.LogRecord) -> None:
        """``record`` of procrastinate's worker: ``action`` says how a job ended, ``job`` its task and number."""
        error = _error(record)
        if error is None or getattr(record, "action", "") not in FAILED:
            return
        job: dict[str, Any] = getattr(record, "job", {})
        try:
            mishaps.note("task", str(job.get("task_name", "")), error, f"job {job.get('id', '')}")
        except Exception:  # as above
            self.handleError(record)


def _error(record: logging.LogRecord) -> BaseException | None:
    return record.exc_info[1] if record.exc_info else None
