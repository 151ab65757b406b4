"""Lists of logins at the city's provider: looked through whole, proposed whole by one person, decided by a second.

The rule is that of a single declaration (decision 54): nobody declares alone, nobody declares or decides the own
login, and PostgreSQL writes the links. A list with one wrong row proposes nothing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from itertools import islice
from typing import IO

from django.conf import settings
from django.db import IntegrityError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.governance import queries
from lianglin.access.models import Account, LinkList, LinkRow, OutsideIdentity
from lianglin.access.outside import list_rules as rules
from lianglin.access.outside import provider
from lianglin.access.transaction import together
from lianglin.kit import clock, tables
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.kit.rows import any_of, insert

SUBJECT = "access.LinkList"
MOST = 20_000
"""Rows of one list."""
UNPACKED = 64 * 1024**2
"""Bytes that an Excel file of so many rows may unpack to."""
State = LinkList.State


@dataclass(frozen=True)
class Looked:
    """What a file says: (account, subject) to declare, how many are declared so already, and what is wrong."""

    pairs: list[tuple[int, str]]
    same: int
    wrong: list[rules.Finding]


def look_through(*, file: IO[bytes], name: str, by: Actor) -> Looked:
    """Reads a file and compares it with the accounts and links there are. Refused for what is no such list."""
    by.require("access.manage")
    _must_be_open()
    head = file.read(8)
    file.seek(0)
    try:
        found = tables.rows_of(file, tables.kind_of(name, head), most=UNPACKED)
        at = rules.columns_of(next(found, None) or [])
        if len(at) < len(rules.COLUMNS):
            raise Refused(
                _("The first row names the columns: one for the login name, one for the name at the city's login."),
                field="file",
            )  # fmt: skip
        rows = list(enumerate(islice(found, MOST + 1), start=2))
    except tables.Unreadable as error:
        raise Refused(error.said, field="file") from error
    if not rows:
        raise Refused(tables.Unreadable("empty").said, field="file")
    if len(rows) > MOST:
        raise Refused(
            _("The list has more than %(most)s rows. Bring it in parts.") % {"most": MOST}, field="file"
        )
    return _compared(*rules.read(rows, at), by)


def _compared(sound: list[rules.Declared], wrong: list[rules.Finding], by: Actor) -> Looked:
    known = Account.objects.filter(any_of("username", {one.account for one in sound}))
    accounts = {name: (pk, active) for name, pk, active in known.values_list("username", "pk", "is_active")}
    links = OutsideIdentity.objects.filter(issuer=settings.OIDC_ISSUER, claim=settings.OIDC_CLAIM)
    holders = dict(
        links.filter(any_of("subject", {one.subject for one in sound})).values_list("subject", "account_id")
    )
    pairs: list[tuple[int, str]] = []
    same = 0
    for one in sound:
        pk, active = accounts.get(one.account, (0, False))
        if not pk:
            wrong.append(rules.Finding(one.row, "account", "account_unknown"))
        elif pk == by.account_id:
            wrong.append(rules.Finding(one.row, "account", "account_own"))
        elif not active:
            wrong.append(rules.Finding(one.row, "account", "account_closed"))
        elif one.subject not in holders:
            pairs.append((pk, one.subject))
        elif holders[one.subject] == pk:
            same += 1
        else:
            wrong.append(rules.Finding(one.row, "subject", "subject_taken"))
    return Looked(sorted(pairs), same, sorted(wrong))


def propose(*, looked: Looked, name: str, reason: str, by: Actor) -> LinkList:
    """Proposes a list that was looked through. Refused when a row is wrong or nothing is new; Conflict for the same twice."""
    by.require("access.manage")
    _must_be_open()
    if looked.wrong:
        raise Refused(_("Some rows are wrong. Nothing was proposed."), field="file")
    if not looked.pairs:
        raise Refused(_("Everything in this list is declared already. There is nothing to do."), field="file")
    named = [settings.OIDC_ISSUER, settings.OIDC_CLAIM, looked.pairs]
    with together():
        try:
            with together():
                made = LinkList.objects.create(
                    issuer=settings.OIDC_ISSUER, claim=settings.OIDC_CLAIM, filename=name[-120:],
                    digest=hashlib.sha256(json.dumps(named).encode()).hexdigest(), count=len(looked.pairs),
                    same=looked.same, reason=reason, proposed_by_id=by.account_id, proposed_at=clock.now(),
                )  # fmt: skip
        except IntegrityError as error:
            raise Conflict(_("The same list waits for approval already.")) from error
        accounts, subjects = zip(*looked.pairs, strict=True)
        insert(LinkRow, {"list_id": [made.pk] * made.count, "account_id": accounts, "subject": subjects})
        audit.record(
            "access.propose_links",
            SUBJECT,
            made.pk,
            values={"digest": made.digest, "count": made.count, "reason": reason},
        )
    return made


def lists(*, actor: Actor, state: str = "") -> QuerySet[LinkList]:
    """Lists with the names of who proposed and decided. Page it by ("-id")."""
    if not actor.may("access.approve"):
        actor.require("access.manage")
    rows = LinkList.objects.select_related("proposed_by", "decided_by")
    return rows.filter(state=state) if state else rows


def rows(list_id: int, *, actor: Actor) -> QuerySet[LinkRow]:
    """The rows of a list with their accounts. Page it by ("id")."""
    if not actor.may("access.approve"):
        actor.require("access.manage")
    return LinkRow.objects.select_related("account").filter(list_id=list_id)


def withdraw(*, list_id: int, by: Actor) -> None:
    """Takes back one's own list before it is decided."""
    by.require("access.manage")
    with together():
        if not queries.call("access_withdraw_links", list_id):
            raise Conflict(_("It is decided already, or somebody else proposed it."))
        audit.record("access.links_withdrawn", SUBJECT, list_id)


def decide(*, list_id: int, approve: bool, note: str, by: Actor) -> int:
    """Approves or refuses a whole list as the second person; how many links are declared.

    Refused when a row fits no more (an account was closed, a subject was declared elsewhere): nothing is declared then.
    """
    by.require("access.approve")
    with together():
        found = LinkList.objects.filter(pk=list_id).first()
        if found is None or found.state != State.WAITING:
            raise Conflict(_("Somebody decided it already, or it was withdrawn. Look at the list again."))
        if by.account_id == found.proposed_by_id or concerns(list_id, by):
            raise Forbidden(_("Nobody decides what they proposed, or what concerns their own rights."))
        verdict = State.APPROVED if approve else State.REFUSED
        try:
            with together():
                count = queries.call("access_decide_links", list_id, verdict, note)
        except IntegrityError as error:
            raise Refused(
                _("A row fits no more: an account was closed, or a name was declared for another account meanwhile. "
                  "Refuse the list and have it brought anew.")
            ) from error  # fmt: skip
        audit.record(
            f"access.links_{verdict}",
            SUBJECT,
            list_id,
            values={"digest": found.digest, "count": found.count, "note": note},
        )
    return count


def concerns(list_id: int, by: Actor) -> bool:
    """Whether the own account stands in a list."""
    return LinkRow.objects.filter(list_id=list_id, account_id=by.account_id or 0).exists()


def _must_be_open() -> None:
    if not provider.is_open():
        raise Refused(_("This city has no login of its own here."))
