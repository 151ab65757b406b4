"""Taking a list out as a file: asked for with a purpose, made in the background as the asker, fetched, erased."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.utils.translation import get_language, gettext_noop, override
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from lianglin.access import actions as access
from lianglin.access import audit
from lianglin.access.actor import PURPOSES, Actor, job
from lianglin.access.models import Post
from lianglin.access.queries import actor_in
from lianglin.access.transaction import acting, together
from lianglin.cases.actions.sheets import Watermark, as_csv, as_workbook
from lianglin.cases.models import Export
from lianglin.cases.queries.standing_in import posts_in_force
from lianglin.kit import clock, lists
from lianglin.kit.domain import WorkList
from lianglin.kit.errors import Forbidden, Refused

MAKE_TASK = "make_export"
MOST_ROWS = 20_000
"""Rows of one file; whoever needs more narrows the list, and the file says that there were more."""
KEPT = timedelta(hours=48)
"""How long the contents can be fetched; then they are erased, and the line that they were made stays."""
AT_ONCE = 5
"""Files of one post that may be waiting to be made."""
TAKEN_OUT = gettext_noop("a list taken out as a file")
"""What the log of looks says; stored in English, shown in the reader's language."""


def ask(
    *, by: Actor, list_code: str, query: Mapping[str, str], file_format: str, purpose: str, reason: str
) -> Export:
    """Asks for a file of a list as it is narrowed now; the background makes it.

    Refused without a purpose of the post, without saying what it is for, or while five others still wait.
    """
    wanted = _list(list_code)
    by.require(wanted.duty)
    if purpose not in by.purposes or purpose not in PURPOSES:
        raise Refused(_("Choose one of the purposes of your post."), field="purpose")
    if len(reason.strip()) < 2:
        raise Refused(
            _("Say in a few words what the file is for; it stands on every page of it."), field="reason"
        )
    own = Export.objects.visible_to(by, purpose=by.work_purpose)
    if own.filter(state=Export.State.ASKED).count() >= AT_ONCE:
        raise Refused(_("Five files are still being made for your post. Wait until one is ready."))
    with together():
        made = Export(
            key=uuid4(),
            post_id=by.post_id,
            organisation_id=by.organisation_id,
            low=by.low if by.role == "staff" else "",
            list_code=list_code,
            query=dict(query),
            language=get_language() or "zh-hans",
            format=file_format,
            purpose=purpose,
            reason=reason.strip()[:120],
            asked_at=clock.now(),
            expires_at=clock.now() + KEPT,
        )
        made.save(force_insert=True)
        audit.record(
            "cases.export", "cases.Export", made.pk, scope_code=made.low,
            values={"list": list_code, "query": made.query, "purpose": purpose, "reason": made.reason},
        )  # fmt: skip
        app.configure_task(MAKE_TASK, queue="events").defer(key=str(made.key))
    return made


def make(*, key: str, by: Actor) -> Export | None:
    """Makes a file that was asked for: reads as the asker, whose rights are looked at anew.

    PostgreSQL holds the background to the asker's place range; grants, purposes and duties are the asker's own
    (``visible_to``). Idempotent: what is made, or refused, stays so.
    """
    waiting = Export.objects.visible_to(by, purpose=by.work_purpose).filter(key=key, state=Export.State.ASKED)
    found = waiting.select_for_update(of=("self",)).select_related("post", "organisation").first()
    if found is None:
        return None
    asker = current_asker(found)
    if asker is None:
        found.state = Export.State.REFUSED
    else:
        range_of_asker = job(asker.low, asker.high) if asker.role == "staff" else job()
        with override(found.language), acting(range_of_asker):
            data, found.rows, found.cut = _written(found, asker)
        found.content, found.state = base64.b64encode(data).decode(), Export.State.READY
    found.save(update_fields=["state", "content", "rows", "cut"])
    return found


def _written(found: Export, asker: Actor) -> tuple[bytes, int, bool]:
    wanted = _list(found.list_code)
    rows = list(lists.rows(wanted, asker, found.query).order_by("-id")[: MOST_ROWS + 1])
    cut, rows = len(rows) > MOST_ROWS, rows[:MOST_ROWS]
    write = as_workbook if found.format == Export.Format.XLSX else as_csv
    mark = watermark(found)
    return write(str(wanted.label), lists.columns(wanted, asker), rows, mark, cut=cut), len(rows), cut


def watermark(found: Export) -> Watermark:
    """Who took it out, when, and for what: on every page and in the file's properties."""
    return Watermark(
        who=f"{found.organisation.label} · {found.post.label}",
        at=found.asked_at,
        purpose=str(PURPOSES.get(found.purpose, found.purpose)),
        reason=found.reason,
        until=found.expires_at,
    )


def current_asker(found: Export) -> Actor | None:
    """The asker as it stands now; None when post, place or duty are no longer those it asked with."""
    post = (
        posts_in_force(found.organisation_id).filter(pk=found.post_id).select_related("organisation").first()
    )
    if post is None or not _active(post):
        return None
    asker = actor_in(post)
    same_place = (asker.low if asker.role == "staff" else "") == found.low
    wanted = lists.all_lists().get(found.list_code)
    holds = found.format == Export.Format.PDF or (wanted is not None and asker.may(wanted.duty))
    return asker if same_place and holds and found.purpose in asker.purposes else None


def _active(post: Post) -> bool:
    """Whether the post's unit still works; a login that was closed cannot fetch anything anyway."""
    return post.organisation.active


def fetch(*, by: Actor, key: UUID) -> tuple[Export, bytes]:
    """The file, for the post that asked, while it is kept and its rights are still those; the look is written down.

    Forbidden for anybody else and once a right is gone; Refused when it is not ready or erased.
    """
    own = Export.objects.visible_to(by, purpose=by.work_purpose).filter(key=key)
    found = own.select_related("post", "organisation").first()
    if found is None or found.post_id != by.post_id or current_asker(found) is None:
        raise Forbidden(_("This file is not your post's, or your post may no longer read what is in it."))
    if found.state != Export.State.READY or found.content is None or found.expires_at <= clock.now():
        raise Refused(_("This file is not ready, or it was erased. Ask for it again from the list."))
    with together():
        access.log_look(by=by, purpose=found.purpose, what=TAKEN_OUT, scope_code=found.low)
        audit.record("cases.fetch", "cases.Export", found.pk, scope_code=found.low)
        found.fetched += 1
        found.save(update_fields=["fetched"])
    return found, base64.b64decode(found.content)


def erase_old(*, by: Actor, now: datetime) -> int:
    """Empties the files whose time is over; returns how many."""
    rows = Export.objects.visible_to(by, purpose=by.work_purpose).filter(
        expires_at__lte=now, state__in=(Export.State.READY, Export.State.ASKED)
    )
    return rows.update(content=None, state=Export.State.ERASED)


def _list(code: str) -> WorkList:
    found = lists.all_lists().get(code)
    if found is None:
        raise Refused(_("This list can no longer be taken out."))
    return found
