"""What is told to whom after a step: the appellant by text message, the posts whose turn it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianglin.access.actor import job
from lianglin.access.models import Organisation
from lianglin.appeals import rules
from lianglin.appeals.actions import (
    rating,
)
from lianglin.appeals.queries import recipients
from lianglin.appeals.rules import petition
from lianglin.cases.models import Case, Step
from lianglin.kit import messages
from lianglin.kit.events import CaseMoved
from lianglin.kit.ids import group_case_number
from lianglin.kit.signs import local_dt

TO_APPELLANT = {
    "open": "appeals.received",
    "dispatch": "appeals.dispatched",
    "call_out": "appeals.dispatched",
    "give_back": "appeals.dispatched",
    "pause": "appeals.paused",
    "resume": "appeals.resumed",
    "extend": "appeals.extended",
    "answer_now": "appeals.settled",
    "settle": "appeals.settled",
    "redirect": "appeals.redirected",
    "merge": "appeals.merged",
    "join": "appeals.joined",
    "join_wish": "appeals.joined",
    "follow": "appeals.settled",
    "unmerge": "appeals.separated",
    "release": "appeals.separated",
    "handle_again": "appeals.reopened",
    "reopen": "appeals.reopened",
    "confirm": "appeals.closed",
    "withdraw": "appeals.withdrawn",
}
"""Which text message follows a move. Refusals and call-backs have several, see :func:`_to_appellant`."""

TO_POSTS = {
    "open": (("community", "appeals.to_accept"),),
    "accept": (("street", "appeals.to_dispatch"),),
    "object": (("street", "appeals.sent_back"),),
    "dispatch": (("unit", "appeals.to_handle"),),
    "call_out": (("unit", "appeals.called_out"),),
    "give_back": (("unit", "appeals.to_handle_again"),),
    "co_order": (("unit", "appeals.to_co_handle"),),
    "answer": (("street", "appeals.to_check"),),
    "send_back": (("unit", "appeals.to_handle_again"),),
    "answer_now": (("community", "appeals.to_call_back"),),
    "settle": (("community", "appeals.to_call_back"),),
    "handle_again": (("street", "appeals.to_dispatch_again"), ("unit", "appeals.not_solved")),
    "reopen": (("street", "appeals.to_dispatch_again"), ("unit", "appeals.not_solved")),
    "withdraw": (("unit", "appeals.stopped"),),
    "merge": (("unit", "appeals.stopped"),),
    "join": (("unit", "appeals.stopped"),),
    "join_wish": (("unit", "appeals.stopped"),),
    "follow": (("community", "appeals.to_call_back"),),
    "unmerge": (("street", "appeals.to_dispatch"),),
    "release": (("street", "appeals.to_dispatch"),),
}
"""Whose turn it is after a move, and who must hear of it."""


def tell_appellant(event: CaseMoved) -> None:
    """Sends the appellant a text message about what has just happened, when there is a mobile number.

    It says number, state, who has it, until when and where to look; never what was reported.
    """
    found = recipients.moved(event, job()) if event.kind == rules.KIND else None
    code = _to_appellant(found[1]) if found else ""
    if not found or not code:
        return
    case, step = found
    phone, language, resident_id = recipients.phone_and_language(case.pk, job())
    on_paper = "" if phone else _on_paper(code)
    if phone or (on_paper and recipients.has_no_phone(case.pk, job())):
        link = reverse("appeals:track") if on_paper else _own_link(case, step)
        messages.send(
            messages.Message(
                code=on_paper or code,
                channel="sms" if phone else "paper",
                scope_code=case.scope_code,
                case_id=case.pk,
                address=phone,
                language=language,
                context=_words(case, step, link=link),
                paper_link=reverse("appeals:track"),
                once=f"{code}:{case.pk}:{event.at}",
                resident_id=resident_id,
                urgent=case.urgent,
            )
        )


ON_PAPER = {
    "appeals.settled": "appeals.settled_on_paper",
    "appeals.redirected": "appeals.redirected",
    "appeals.extended": "appeals.extended",
}
"""What somebody without a telephone is told by a printed notice, as well as every refusal; the rest stands on the receipt."""


def _on_paper(code: str) -> str:
    """The notice on paper that stands for a text message; "" for none."""
    return code if code.startswith("appeals.refused_") else ON_PAPER.get(code, "")


def _own_link(case: Case, step: Step) -> str:
    """To the answer, where it can be graded without a login; else to the page of one's own matter."""
    if step.to_state == "settled":
        return rating.make_link(case, by=job())
    return reverse("appeals:track")


def _to_appellant(step: Step) -> str:
    if step.move == "refuse":
        return f"appeals.refused_{step.data.get('ground')}"
    if step.move == "call_back":
        return "appeals.closed" if step.data.get("reached") else "appeals.closed_unreached"
    return TO_APPELLANT.get(step.move, "")


TO_PETITIONER = {
    "open": "registered",
    "accept": "accepted",
    "refuse": "not_accepted",
    "extend": "extended",
    "answer": "answered",
    "ask_review": "review_asked",
    "record_review": "review_asked",
    "give_review": "reviewed",
    "ask_recheck": "review_asked",
    "record_recheck": "review_asked",
    "give_recheck": "ended",
    "lapse": "ended",
}
"""Which text message follows a move of a petition: each names the right that is open, and its last day."""


def tell_petitioner(event: CaseMoved) -> None:
    """Tells who petitions by text message, and the body that handles it in its inbox; never what is asked for."""
    found = recipients.moved(event, job()) if event.kind == petition.KIND else None
    code = TO_PETITIONER.get(found[1].move, "") if found else ""
    if not found or not code:
        return
    case, step = found
    phone, language, resident_id = recipients.phone_and_language(case.pk, job())
    message = messages.Message(
        code=f"appeals.petition_{code}",
        channel="sms",
        scope_code=case.scope_code,
        case_id=case.pk,
        address=phone,
        language=language,
        context=_words(case, step, link=reverse("appeals:track")),
        once=f"petition_{code}:{case.pk}:{event.at}",
        resident_id=resident_id,
    )
    if phone:
        messages.send(message)
    if step.move == "accept" and case.owner_id:
        words = _words(case, step, link=reverse("appeals:side", args=[case.number]))
        for post_id in recipients.posts_of(case.owner_id):
            messages.send(
                replace(
                    message, code="appeals.petition_to_handle", channel="in_app", address="", post_id=post_id,
                    context=words, once=f"petition_to_handle:{case.pk}:{event.at}:{post_id}",
                )
            )  # fmt: skip


def tell_posts(event: CaseMoved) -> None:
    """Puts a message before the posts whose turn it is; not before the one that made the move."""
    found = recipients.moved(event, job()) if event.kind == rules.KIND else None
    if not found:
        return
    case, step = found
    words = _words(case, step, link=reverse("appeals:detail", args=[case.number]))
    for whom, code in TO_POSTS.get(step.move, ()):
        for post_id in _posts(whom, case, step):
            if post_id != step.post_id:
                messages.send(
                    messages.Message(
                        code=code,
                        channel="in_app",
                        scope_code=case.scope_code,
                        case_id=case.pk,
                        post_id=post_id,
                        context=words,
                        once=f"{code}:{case.pk}:{event.at}:{post_id}",
                        urgent=case.urgent,
                    )
                )


def _posts(whom: str, case: Case, step: Step) -> list[int]:
    if whom == "community":
        return recipients.posts_with("appeals.accept", "community", case.scope_code)
    if whom == "street":
        return recipients.posts_with("appeals.dispatch", "township", case.scope_code)
    unit = step.data.get("unit") or case.owner_id
    return recipients.posts_of(unit) if unit else []


def _words(case: Case, step: Step, *, link: str) -> dict[str, Any]:
    """What the texts may use, each in the language of whoever reads it."""
    promise = recipients.promised(step, job())
    due, provisional = (promise.at, promise.provisional) if promise else (None, False)
    if step.move == "extend":
        due = datetime.fromisoformat(step.data["due_at"])
    unit = Organisation.objects.filter(pk=step.data.get("unit") or 0).first()
    return {
        "number": group_case_number(case.number),
        "due": _spoken(lambda: _day(due, provisional, hours=case.urgent)),
        "unit": _spoken(lambda: unit.label if unit else ""),
        "reason": dict(rules.PAUSE_GROUNDS).get(step.data.get("ground", ""), ""),
        "to": str(step.data.get("to", ""))[:40],
        "link": link,
    }


def _spoken(words: Callable[[], str]) -> Any:
    """A text that is made when it is read, in the language of that moment."""
    return lazy(words, str)()


def _day(at: datetime | None, provisional: bool, *, hours: bool) -> str:
    if at is None:
        return _("the date on the page")
    day = local_dt(at, "short" if hours else "day")
    if not provisional:
        return day
    return f"{day} ({_('provisional')})" if get_language() == "en" else f"{day}（{_('provisional')}）"
