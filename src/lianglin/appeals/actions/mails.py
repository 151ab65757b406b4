"""Mail becomes drafts that a person records: loops and automatic mails are left, the same Message-ID never comes twice."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError
from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.appeals.actions import mailboxes
from lianglin.appeals.actions.mailboxes import Mailbox
from lianglin.appeals.models import MailDraft
from lianglin.appeals.rules import mail as rules
from lianglin.cases.models import Case
from lianglin.files import actions as files
from lianglin.kit import clock
from lianglin.kit.crypto import match_key
from lianglin.kit.errors import Conflict, Forbidden, HouseError

_log = logging.getLogger(__name__)
AT_ONCE = 50
SUBJECT = "appeals.MailDraft"
State = MailDraft.State


def fetch(
    box: Mailbox,
    *,
    kept: Callable[[rules.Mail], bool],
    own: str = "",
    left: Callable[[bytes], None] | None = None,
) -> int:
    """Takes what is new in a mailbox; how many drafts it made.

    ``kept`` writes one mail in a transaction of its own and says whether it was new; ``left`` looks at one that no person
    wrote. Only what is committed is marked as
    taken at the server: where the server goes away, or a mail cannot be written, nothing is lost, and by its Message-ID
    nothing comes twice. One that cannot be written does not keep back those behind it.
    """
    made = 0
    try:
        for key, raw in box.new(AT_ONCE):
            found = rules.read(raw, own=own, cut=len(raw) >= mailboxes.LARGEST)
            try:
                if found is not None:
                    made += kept(found)
                elif left is not None:
                    left(raw)
            except (DatabaseError, HouseError):
                _log.exception("a mail could not be kept and stays in the mailbox")
                continue
            box.taken(key)
    except mailboxes.GONE as error:
        _log.warning("the mailbox went away: %s", type(error).__name__)
    return made


def keep(mail: rules.Mail, *, by: Actor, scope_code: str) -> MailDraft | None:
    """One mail as a draft with its papers; None when it is here already. A paper that cannot be kept is counted."""
    by.require("system")
    key = match_key(mail.key, "mail").hex()
    with together():
        draft, new = MailDraft.objects.visible_to(by, purpose="system").get_or_create(
            message_key=key,
            defaults={
                "scope_code": scope_code, "parking": uuid.uuid4().hex, "name": mail.name or None,
                "address": mail.address or None, "subject": mail.subject or None, "text": mail.text or None,
                "sent_at": mail.sent_at, "received_at": clock.now(),
            },
        )  # fmt: skip
        if not new:
            return None
        for name, kind, data in mail.files:
            try:
                with together():
                    files.park(upload=SimpleUploadedFile(name or "file", data, kind), key=draft.parking)
                draft.files += 1
            except HouseError:
                draft.left_out += 1
        draft.left_out += mail.left_out
        draft.save(update_fields=["files", "left_out"])
        audit.record("appeals.mail.keep", SUBJECT, draft.pk, scope_code=scope_code)
    return draft


def found(pk: int, by: Actor, *, lock: bool = False) -> MailDraft | None:
    """A mail of the post's area."""
    by.require("appeals.intake")
    rows = MailDraft.objects.visible_to(by, purpose=by.work_purpose)
    return (rows.select_for_update() if lock else rows).filter(pk=pk).first()


def _waiting(pk: int, by: Actor) -> MailDraft:
    draft = found(pk, by, lock=True)
    if draft is None:
        raise Forbidden(_("There is no such mail in the area of your current post."))
    if draft.state != State.WAITING:
        raise Conflict(_("Somebody has recorded or dropped this mail already."))
    return draft


def record(pk: int, case: Case, *, by: Actor) -> MailDraft:
    """A person has made an appeal of it: its papers go there, its words are not kept twice."""
    with together():
        draft = _waiting(pk, by)
        files.attach_parked(key=draft.parking, case_id=case.pk, scope_code=case.scope_code, by=by)
        draft.case = case
        _end(draft, State.RECORDED)
    return draft


def drop(pk: int, *, by: Actor) -> MailDraft:
    """It is no matter of ours: its words go."""
    with together():
        draft = _waiting(pk, by)
        _end(draft, State.DROPPED)
    return draft


def _end(draft: MailDraft, state: str) -> None:
    draft.state, draft.decided_at = state, clock.now()
    draft.name = draft.address = draft.subject = draft.text = None
    draft.save(update_fields=["state", "decided_at", "case", "name", "address", "subject", "text"])
    audit.record(f"appeals.mail.{state}", SUBJECT, draft.pk, scope_code=draft.scope_code)
