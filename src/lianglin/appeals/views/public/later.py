"""Stopping in the middle of a report and going on another day: what is kept, where, until when, and forgetting it.

A report that is being written rests in the session, for twelve hours at most. Only who asks for it has it kept longer:
with the account of who is logged in, at the post of who works, else for this browser alone; seven days from the last
answer (:mod:`lianglin.notices.drafts`). From then on every answer is saved there, too, until it is sent or deleted.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lianglin.access import replies
from lianglin.access.actor import Actor
from lianglin.appeals.forms import draft as drafts
from lianglin.appeals.forms.draft import UNKNOWN, Draft
from lianglin.appeals.views.public import typing
from lianglin.files import actions as files
from lianglin.files import queries as files_queries
from lianglin.kit import clock
from lianglin.notices import drafts as kept_drafts
from lianglin.people.rules import mask_phone

FORM = "report"
remember = kept_drafts.remember


@dataclass(frozen=True)
class Begun:
    """A report that was put aside. ``where``: "account", "post" or "browser"."""

    draft: Draft
    where: str
    saved_at: datetime

    @property
    def until(self) -> datetime:
        """Until when it is kept."""
        return self.saved_at + kept_drafts.KEPT


def begun(request: HttpRequest) -> Begun | None:
    """What this person (or this browser) put aside, if it has not run out."""
    held = kept_drafts.values(request, FORM)
    if "draft" not in held:
        return None  # nothing, or kept in another shape
    values = json.loads(held["draft"])
    return Begun(
        drafts.from_values(values),
        kept_drafts.where(request, FORM),
        datetime.fromisoformat(held["saved_at"]),
    )


def wanted(request: HttpRequest) -> bool:
    """Whether the button "save and continue later" was pressed."""
    return request.method == "POST" and request.POST.get("later") == "1"


def keep(request: HttpRequest, draft: Draft) -> None:
    """Keeps the answers: in the session, and for days where the person asked for it. See :func:`remember`."""
    drafts.keep(request.session, draft)
    if draft.kept:
        _store(request, draft)


def kept_until(draft: Draft) -> datetime | None:
    """Until when the answers are kept, seen from now; None while they live in the session alone."""
    return clock.now() + kept_drafts.KEPT if draft.kept else None


def put_aside(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Keeps the report for days, takes it out of the session, and leads to the page that says so."""
    draft.kept = True
    _store(request, draft)
    drafts.drop(request.session)
    return remember(request, replies.step(reverse("appeals:report_kept")))


def _store(request: HttpRequest, draft: Draft) -> None:
    text = json.dumps(asdict(draft), ensure_ascii=False)
    kept_drafts.save(request, FORM, {"draft": text, "saved_at": clock.now().isoformat()})


def forget(request: HttpRequest, draft: Draft) -> None:
    """Forgets what was kept of this very report (sent, or begun anew); another one stays."""
    typing.forget(draft)
    found = begun(request)
    if found is not None and found.draft.key == draft.key:
        kept_drafts.discard(request, FORM)


def _delete(request: HttpRequest, found: Begun) -> None:
    for waiting in files_queries.parked(found.draft.key):
        files.unpark(name=waiting.name, key=found.draft.key)
    kept_drafts.discard(request, FORM)
    typing.forget(found.draft)
    if drafts.load(request.session).key == found.draft.key:
        drafts.drop(request.session)


def panel(_actor: Actor, request: Any) -> dict[str, Any] | None:
    """On the first page and on 我的: the day, never the words, for somebody may look over one's shoulder."""
    found = begun(request)
    return {"begun": found} if found else None


@never_cache
@require_safe
def kept(request: HttpRequest) -> HttpResponse:
    """What is kept, where, until when; to go on, and to delete it at once."""
    found = begun(request)
    if found is None:
        messages.info(request, _("Nothing is kept here (any more). You can begin a report now."))
        return replies.see(reverse("appeals:report"))
    return render(request, "appeals/public/kept.html", {"begun": found, "facts": _facts(found.draft)})


def _facts(draft: Draft) -> list[tuple[str, str]]:
    """The answers so far; of words and number only as much as the owner needs to know them again."""
    item, spot = draft.found_item(), draft.spot()
    half = draft.typed.get("tell", {}).get("text", "")
    letters, pictures = len(draft.text or half), len(files_queries.parked(draft.key))
    unsure = _("not sure; the community will sort it") if draft.item == UNKNOWN else ""
    number = mask_phone(draft.phone) if draft.phone else _("anonymous") if draft.reach else ""
    open_yet = _("not answered yet")
    return [
        (_("What"), item.label if item else unsure or open_yet),
        (_("Where"), spot.label if spot else open_yet),
        (_("In your words"), _("%(count)s characters") % {"count": letters} if letters else open_yet),
        (_("Pictures"), str(pictures) if pictures else _("none")),
        (_("To reach you"), number or open_yet),
    ]


@require_POST
def resume(request: HttpRequest) -> HttpResponse:
    """Goes on at the first question without an answer."""
    found = begun(request)
    if found is None:
        return replies.see(reverse("appeals:report_kept"))
    drafts.keep(request.session, found.draft)
    return replies.step(reverse("appeals:report_next"))


@require_POST
def delete(request: HttpRequest) -> HttpResponse:
    """Deletes at once what was kept, pictures too."""
    found = begun(request)
    if found is not None:
        _delete(request, found)
    messages.success(request, _("Deleted. Nothing of it is kept any more."))
    return replies.see(reverse("appeals:report"))


routes: list[URLPattern] = [
    path("report/kept/", kept, name="report_kept"),
    path("report/kept/continue/", resume, name="report_resume"),
    path("report/kept/delete/", delete, name="report_delete"),
]
