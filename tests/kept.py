"""Plans that a connection keeps (``kit/plans.py``) outlive a savepoint's rollback.

psycopg gives up all of them at the word ROLLBACK. In service that is the end of a transaction; in a test, whose
requests are savepoints of one transaction, it was every request that is refused, and what the next one keeps was
prepared again: a third of all that a test of many requests says to the server. They end with the test's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg._preparing import PrepareManager
from psycopg.pq import PGresult


def install() -> None:
    """Called once per test process."""
    discard = PrepareManager._should_discard

    def should_discard(manager: PrepareManager, prep: Any, results: Sequence[PGresult]) -> bool:
        if len(results) == 1 and results[0].command_status == b"ROLLBACK":
            return False  # to a savepoint: the end of a transaction does not come this way
        return discard(manager, prep, results)

    PrepareManager._should_discard = should_discard
