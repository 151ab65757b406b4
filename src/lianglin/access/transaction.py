"""One actor, one transaction, one database role; the audit chain is written last."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.db import connection, transaction

from lianglin.access.actor import WHOLE_CODE, Actor, job
from lianglin.access.policies import db_role
from lianglin.kit import clock, plans

IN_ONE_COMMUNITY, USUAL = "1.1", "4"
"""PostgreSQL takes a policy's range for half a percent of the rows, whatever it is, and so thinks little of an order
that an index gives for nothing: it sorted a whole community (2,651 rows, 104 ms) for one page (0.5 ms by the index).
Who reads one community is told that a page of the disk costs little; a wider area keeps PostgreSQL's own figure,
with which its lists of what waits are found by state."""


@dataclass
class Running:
    """The transaction that runs now: who acts, and the audit lines that wait for its end."""

    actor: Actor
    audit: list[tuple[str, bytes]] = field(default_factory=list)  # (scope code, canonical body)


_running: ContextVar[Running | None] = ContextVar("running", default=None)


def running() -> Running:
    """The running transaction; RuntimeError outside of one (an action was called without an actor's transaction)."""
    current = _running.get()
    if current is None:
        raise RuntimeError("No actor's transaction is open. Wrap the call in `with acting(actor): ...`.")
    return current


def current_actor() -> Actor | None:
    """Who acts now, if anybody."""
    current = _running.get()
    return current.actor if current else None


def assume(actor: Actor) -> None:
    """Sets the database role and its settings for the rest of the transaction, in one round trip."""
    with plans.keeping(), connection.cursor() as cursor:
        cursor.execute(
            "select set_config('role', %s, true), set_config('app.lo', %s, true), set_config('app.hi', %s, true), "
            "set_config('app.unit', %s, true), set_config('app.post', %s, true), set_config('app.account', %s, true), "
            "set_config('app.case', %s, true), set_config('app.resident', %s, true), set_config('app.at', %s, true), "
            "set_config('app.purposes', %s, true), set_config('random_page_cost', %s, true)",
            [
                "none" if actor.role == "auth" else db_role(actor.role),
                actor.low,
                actor.high,
                _text(actor.organisation_id),
                _text(actor.post_id),
                _text(actor.account_id),
                _text(actor.case_id),
                _text(actor.resident_id),
                clock.now().isoformat(),
                f",{','.join(sorted(actor.purposes))},",
                IN_ONE_COMMUNITY if len(actor.low) == WHOLE_CODE else USUAL,
            ],
        )
        if actor.lent:  # range and purposes as the row has them now, nothing when it is not in force
            cursor.execute(f"select access_assume_{actor.lent}(%s)", [actor.lent_id])


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


@contextmanager
def acting(actor: Actor) -> Iterator[Actor]:
    """Opens a transaction as ``actor``. Everything in it commits together, the audit lines as its last statement.

    Inside a running one it narrows or changes the actor until the end of the block (one transaction still).
    """
    from lianglin.access import audit

    outer = _running.get()
    with transaction.atomic(savepoint=outer is not None):
        assume(actor)
        mine = Running(actor, outer.audit if outer else [])
        noted = len(mine.audit)
        token = _running.set(mine)
        try:
            yield actor
        except BaseException:
            del mine.audit[noted:]
            raise  # rolling back to the savepoint restores role and settings, too
        finally:
            _running.reset(token)
        if outer is not None:
            assume(outer.actor)
        elif not connection.get_rollback():
            audit.flush(mine.audit)


@contextmanager
def together() -> Iterator[None]:
    """All of the block or nothing, inside the running transaction: rows, audit lines, and who acts.

    Every action uses it, so that a view may catch a refusal and show the form again without half a change.
    """
    current = running()
    noted, actor = len(current.audit), current.actor
    try:
        with transaction.atomic(), plans.keeping_what_is_written():
            yield
    except BaseException:
        del current.audit[noted:]
        current.actor = actor
        raise


@contextmanager
def counting(low: str, high: str) -> Iterator[None]:
    """Reads as the background role, for figures without names, then as the actor again.

    In the asked range as far as it lies in the actor's own. Outside of an actor's transaction (command line, as
    owner) nothing changes.
    """
    current = _running.get()
    if current is None or current.actor.role == "job":
        yield
        return
    assume(job(max(low, current.actor.low), min(high, current.actor.high)))
    yield  # an error ends the transaction, and with it the role
    assume(current.actor)


def become(actor: Actor) -> None:
    """Changes who acts in the running transaction (a resident who has just proved to hold a case)."""
    running().actor = actor
    assume(actor)
