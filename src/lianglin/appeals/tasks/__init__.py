"""What appeals do in the background."""

from __future__ import annotations

import logging
from contextlib import closing
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from procrastinate.contrib.django import app

from lianglin.access import runs
from lianglin.access.actor import job
from lianglin.access.tasks import NIGHTLY, RETRY, as_job
from lianglin.access.transaction import running
from lianglin.appeals import actions, rules
from lianglin.appeals.actions import (
    excluding,
    hotline,
    joining,
    mailboxes,
    mails,
    petitioning,
    problem_effects,
    problem_news,
    publication_rules,
    publishing,
    remedying,
    reopening,
    returning,
    subscribing,
    supervising,
    warning,
)
from lianglin.appeals.actions.problem_steps import SHOW_AGAIN
from lianglin.appeals.actions.similarity_models import FIT
from lianglin.appeals.models import RuleSet, SimilarityModel, Subscription
from lianglin.appeals.queries import dispatching, figures, recipients, urgent
from lianglin.appeals.queries.indicators import INDICATORS
from lianglin.appeals.rules import subscribing as rules_of_subscribing
from lianglin.appeals.rules.mail import Mail
from lianglin.appeals.tasks import nights
from lianglin.cases.models import Case
from lianglin.indicators.actions import refresh
from lianglin.kit import clock, messages
from lianglin.kit.events import CaseMoved
from lianglin.kit.ids import group_case_number
from lianglin.kit.period import Period
from lianglin.notices.delivery import bounces, noting

_STOCKS = [indicator.code for indicator in INDICATORS if indicator.kind == "stock"]
_log = logging.getLogger(__name__)
_FLOWS = [one.code for one in INDICATORS if (one.cells or one.counts) and one.kind != "stock"]


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
        refresh(by=job(), codes=_FLOWS, span=Period.month_of(month), scope_codes=[scope_code], cause="ruling")


@app.task(name=supervising.TELL_ANSWERED, queue="events", retry=RETRY)
@as_job
def tell_answered(order_id: int) -> None:
    """Tells who drew an order of supervision up that the unit has answered."""
    supervising.tell_answered(order_id, by=job())


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


def follow_up_grades(event: CaseMoved) -> None:
    """A bad grade makes a remedy; what is handled again goes back to the unit that answered."""
    if event.kind != rules.KIND:
        return
    if event.move in ("call_back", "confirm"):
        remedying.open_remedy(event.case_id, by=job())
    elif event.move in ("reopen", "handle_again"):
        reopening.give_back(event.case_id, by=job())


def owe_the_hotline(event: CaseMoved) -> None:
    """What became of another hotline's order is put into the outbox for it."""
    if event.kind == rules.KIND:
        returning.prepare(event.case_id, event.move, by=job())


@app.periodic(cron="*/5 * * * *")
@app.task(name="fetch_mail", queue="events", queueing_lock="fetch_mail")
def fetch_mail(timestamp: int) -> int:
    """Fetches what people wrote to the office's address, where one is set; how many drafts it made.

    Each mail in a transaction of its own. A server that does not answer is asked again in five minutes.
    """
    try:
        box = mailboxes.opened(settings.MAIL_INTAKE)
    except mailboxes.GONE as error:
        _log.warning("the mailbox does not answer: %s", type(error).__name__)
        return 0
    if box is None:
        return 0
    with closing(box):
        return mails.fetch(box, kept=_keep_mail, own=settings.MAIL_OWN, left=_came_back)


@as_job
def _came_back(raw: bytes) -> None:
    """A mail that no person wrote: perhaps one of ours that could not be delivered."""
    said = bounces.read(raw)
    if said is not None:
        noting.receive([said])


@as_job
def _keep_mail(mail: Mail) -> bool:
    return mails.keep(mail, by=running().actor, scope_code=settings.MAIL_PLACE) is not None


HOTLINE_TASK = "appeals_hotline_file"


@app.task(name=HOTLINE_TASK, queue="events")
@as_job
def hotline_file(pk: int) -> bool:
    """Works on one part of a hotline's file in a transaction of its own; defers the next while there is more."""
    more = hotline.go_on(pk, by=running().actor)
    if more:
        order_hotline_file(pk)
    return more


def order_hotline_file(pk: int) -> None:
    """Asks for a hotline's file to be worked on, in the running transaction."""
    app.configure_task(HOTLINE_TASK, queue="events").defer(pk=pk)


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
                urgent=True,
            )
        )


@app.periodic(cron="*/20 * * * *")
@app.task(name="warn_of_limits", queue="events", queueing_lock="warn_of_limits")
@as_job
def warn_of_limits(timestamp: int) -> int:
    """Tells of limits that end soon and of those that have ended, each once; how many matters."""
    return warning.warn(by=job())


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


# --- similar appeals ---------------------------------------------------------------------------------------


@app.task(name=FIT, queue=NIGHTLY, queueing_lock=FIT)
def fit_similarity(timestamp: int = 0) -> None:
    """Missing rows, a model, rows read by it, candidates for classes: every night (``nights.FIT_WORK``), or when asked."""
    runs.ordered(nights.FIT_WORK)


def read_new_row(event: CaseMoved) -> None:
    """A new appeal is found under what its text reads as, as soon as the background has seen it."""
    if event.kind != rules.KIND or event.move != "open":
        return
    if SimilarityModel.objects.filter(in_force=True).exists():
        from lianglin.appeals.actions import fitting

        fitting.read_rows(by=job(), most=200)


@app.task(name=joining.JOIN, queue="events", retry=RETRY)
@as_job
def join_as_asked(case_id: int, parent_id: int) -> bool:
    """Joins an appeal to an earlier one, as its appellant asked; False where the earlier one can lead no more."""
    return actions.join_as_asked(case_id=case_id, parent_id=parent_id, by=job())


@app.periodic(cron="25 6 * * *")
@app.task(name="end_petitions", queue="events", queueing_lock="end_petitions")
@as_job
def end_petitions(timestamp: int) -> int:
    """Ends petitions whose days for asking on have passed; how many."""
    return petitioning.end_unasked(by=job())


# --- the public page ---------------------------------------------------------------------------------------


def follow_publication(event: CaseMoved) -> None:
    """A case that is closed is proposed for the public page; one that is taken up again leaves it."""
    if event.kind != rules.KIND:
        return
    if event.state == "closed":
        publishing.propose(event.case_id, by=job())
    elif event.move in ("reopen", "handle_again"):
        publishing.withdraw_case(event.case_id, by=job(), reason=publishing.REOPENED)


@app.task(name=subscribing.CALL_TASK, queue="notices", retry=RETRY)
def call_webhook(key: str) -> None:
    """Makes one call of a program that subscribed."""
    subscribing.deliver(key)


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


@app.task(name=SHOW_AGAIN, queue="events", retry=RETRY)
@as_job
def show_problem(problem_id: int) -> None:
    """Brings what residents are told of a problem class up to date."""
    problem_news.show(by=job(), problem_id=problem_id)


@app.periodic(cron="40 18 * * *")
@app.task(name="look_at_closed_problems", queue="events", queueing_lock="look_at_closed_problems")
@as_job
def look_at_closed_problems(timestamp: int) -> int:
    """Every night: closed problem classes whose count rises are proposed to be opened again; how many."""
    return problem_effects.propose_reopening(by=job())


@app.task(name=publication_rules.CLOSE_TASK, queue="events", retry=RETRY)
@as_job
def close_item(item_code: str) -> None:
    """Erases the versions of an item whose words may not be published any more."""
    publication_rules.close_item(item_code, by=job())
