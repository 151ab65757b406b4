"""What appeals do in the background."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from lianglin.access.actor import job
from lianglin.access.models import Organisation
from lianglin.access.tasks import RETRY, as_job
from lianglin.appeals import actions, rules
from lianglin.appeals.actions import excluding, open_counting, publication_rules, publishing, subscribing
from lianglin.appeals.models import RuleSet, Subscription
from lianglin.appeals.queries import dispatching, figures, recipients, urgent
from lianglin.appeals.queries.indicators import INDICATORS
from lianglin.appeals.rules import subscribing as rules_of_subscribing
from lianglin.cases.models import Case, Step
from lianglin.indicators.actions import refresh
from lianglin.kit import clock, messages
from lianglin.kit.events import CaseMoved
from lianglin.kit.ids import group_case_number
from lianglin.kit.period import Period
from lianglin.kit.signs import local_dt

_STOCKS = [indicator.code for indicator in INDICATORS if indicator.kind == "stock"]
_FLOWS = [indicator.code for indicator in INDICATORS if indicator.cells and indicator.kind != "stock"]


def refresh_figures(event: CaseMoved) -> None:
    """Counts the figures anew that a move may have changed: its community, in the months of its steps and limits."""
    if event.kind != rules.KIND:
        return
    for month in sorted(figures.months_touched(event.case_id)):
        refresh(by=job(), codes=_FLOWS, span=Period.month_of(month), scope_codes=[event.scope_code])
    this_month = Period.month_of(clock.today())
    refresh(by=job(), codes=_STOCKS, span=this_month, scope_codes=[event.scope_code])


@app.task(name=excluding.COUNT_AGAIN, queue="events", retry=RETRY)
@as_job
def count_again(case_id: int, scope_code: str) -> None:
    """Counts the figures anew that a ruling on a rate changed: in the case's months, and in the month of the ruling."""
    months = figures.months_touched(case_id) | {clock.today().replace(day=1)}
    for month in sorted(months):
        refresh(by=job(), codes=_FLOWS, span=Period.month_of(month), scope_codes=[scope_code])


LEADS = frozenset({"settle", "answer_now", "refuse", "redirect", "withdraw"})
"""Moves of an appeal that those which follow it must hear of."""


def lead_followers(event: CaseMoved) -> None:
    """What became of an appeal becomes of those that were merged into it."""
    if event.kind == rules.KIND and event.move in LEADS:
        actions.lead(parent_id=event.case_id, by=job())


def close_orders(event: CaseMoved) -> None:
    """Where an appeal ends or follows another, whoever was called in is done and no objection waits for a ruling."""
    if event.kind != rules.KIND:
        return
    state = rules.LIFECYCLE.state(event.state)
    if state.final or state.follows:
        actions.end_what_was_asked(event.case_id, by=job())


def call_unit_out(event: CaseMoved) -> None:
    """An urgent appeal goes to the unit on call as soon as it is known to be urgent."""
    if (
        event.kind == rules.KIND
        and event.move in ("open", "accept")
        and urgent.waits_for_unit(event.case_id, job())
    ):
        actions.call_out(event.case_id, by=job())


@app.periodic(cron="* * * * *")
@app.task(name="tell_untaken", queue="events", queueing_lock="tell_untaken")
@as_job
def tell_untaken(timestamp: int) -> None:
    """Tells the street, and later the district, of urgent appeals that nobody has taken on in time; each once."""
    step = settings.ON_CALL_MINUTES
    for case, since in urgent.untaken(clock.now() - timedelta(minutes=step), job()):
        waited = clock.now() - since
        for level, (duty, area) in enumerate(TOLD_UP, start=1):
            if waited >= timedelta(minutes=level * step):
                _tell_up(case, since, level * step, recipients.posts_with(duty, area, case.scope_code))


TOLD_UP = (("appeals.dispatch", "township"), ("appeals.read", "county"))
"""Whose posts are told, first and next: the duty and the level of the post."""


def _tell_up(case: Case, since: datetime, minutes: int, posts: list[int]) -> None:
    for post_id in posts:
        messages.send(
            messages.Message(
                code="appeals.untaken",
                channel="in_app",
                scope_code=case.scope_code,
                case_id=case.pk,
                post_id=post_id,
                context={
                    "number": group_case_number(case.number),
                    "minutes": minutes,
                    "link": reverse("appeals:detail", args=[case.number]),
                },
                once=f"untaken{minutes}:{case.pk}:{since.isoformat()}:{post_id}",
            )
        )


@app.periodic(cron="15 7 * * *")
@app.task(name="tell_wrong_rules", queue="events", queueing_lock="tell_wrong_rules")
@as_job
def tell_wrong_rules(timestamp: int) -> None:
    """Tells those who draw up rules of dispatch which rules in force have become wrong; once a month each."""
    for rule, _wrong in dispatching.book(RuleSet.objects.all()).wrong():
        areas = dispatching.areas_over(rule.scope_code)
        for post_id in recipients.posts_over("appeals.rules", areas):
            messages.send(
                messages.Message(
                    code="appeals.rule_wrong",
                    channel="in_app",
                    scope_code=rule.scope_code,
                    post_id=post_id,
                    context={
                        "rule": rule.title,
                        "link": reverse("appeals:rule_set", args=[rule.rule_set_id]),
                    },
                    once=f"rule_wrong:{rule.pk}:{clock.today():%Y-%m}:{post_id}",
                )
            )


# --- telling people ----------------------------------------------------------------------------------------

TO_APPELLANT = {
    "open": "appeals.received",
    "dispatch": "appeals.dispatched",
    "call_out": "appeals.dispatched",
    "pause": "appeals.paused",
    "resume": "appeals.resumed",
    "extend": "appeals.extended",
    "answer_now": "appeals.settled",
    "settle": "appeals.settled",
    "redirect": "appeals.redirected",
    "merge": "appeals.merged",
    "join": "appeals.joined",
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
    phone, language = recipients.phone_and_language(case.pk, job())
    if phone:
        messages.send(
            messages.Message(
                code=code,
                channel="sms",
                scope_code=case.scope_code,
                case_id=case.pk,
                address=phone,
                language=language,
                context=_words(case, step, link=reverse("appeals:track")),
                once=f"{code}:{case.pk}:{event.at}",
            )
        )


def _to_appellant(step: Step) -> str:
    if step.move == "refuse":
        return f"appeals.refused_{step.data.get('ground')}"
    if step.move == "call_back":
        return "appeals.closed" if step.data.get("reached") else "appeals.closed_unreached"
    return TO_APPELLANT.get(step.move, "")


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


# --- the public page ---------------------------------------------------------------------------------------


def follow_publication(event: CaseMoved) -> None:
    """A case that is closed is proposed for the public page; one that is taken up again leaves it."""
    if event.kind != rules.KIND:
        return
    if event.state == "closed":
        publishing.propose(event.case_id, by=job())
    elif event.move in ("reopen", "handle_again"):
        publishing.withdraw_case(event.case_id, by=job(), reason=publishing.REOPENED)


@app.periodic(cron="25 2 * * *")
@app.task(name="appeals_recount_open", queue="events", queueing_lock="appeals_recount_open")
@as_job
def recount_open(timestamp: int) -> None:
    """Counts the open figures and their files anew, every night."""
    open_counting.recount(by=job())


@app.task(name=subscribing.CALL_TASK, queue="notices", retry=RETRY)
@as_job
def call_webhook(key: str) -> None:
    """Makes one call of a program that subscribed."""
    subscribing.deliver(key, by=job())


@app.periodic(cron="*/15 * * * *")
@app.task(name="appeals_serve_subscriptions", queue="notices", queueing_lock="appeals_serve_subscriptions")
@as_job
def serve_subscriptions(timestamp: int) -> None:
    """Sends what is new to whoever subscribed; forgets what was never confirmed, or not renewed for a year."""
    now = clock.now()
    seen = Subscription.objects.visible_to(job(), purpose="system")
    seen.filter(
        state=Subscription.State.PENDING, made_at__lt=now - rules_of_subscribing.PENDING_KEPT
    ).delete()
    seen.filter(renewed_at__lt=now - rules_of_subscribing.KEPT).delete()
    for one in seen.filter(state=Subscription.State.ACTIVE).order_by("id").iterator():
        subscribing.serve(one, by=job())


@app.task(name=publication_rules.CLOSE_TASK, queue="events", retry=RETRY)
@as_job
def close_item(item_code: str) -> None:
    """Erases the versions of an item whose words may not be published any more."""
    publication_rules.close_item(item_code, by=job())
