"""What people do about webhooks: propose, decide, rotate the secret, pause, end, test, send again."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.actor import job as job_actor
from lianglin.access.governance import deciding
from lianglin.access.transaction import acting, together
from lianglin.kit import clock, discovery, outbound
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.notices.models import WebhookCall, WebhookEndpoint, WebhookSecret
from lianglin.notices.webhooks import kinds, queueing, rules, sending

KEEP, APPROVE, READ = "notices.webhooks", "notices.approve_webhook", "notices.read_webhooks"
SUBJECT = "notices.WebhookEndpoint"
State, Run, Call = WebhookEndpoint.State, WebhookEndpoint.Run, WebhookCall.State
MOST = 20
"""Endpoints that one unit, or one area, may have at the same time."""
AGAIN_AT_ONCE = 1000
TESTS_WAITING = 3


@dataclass(frozen=True)
class Wanted:
    """An endpoint as it is proposed."""

    name: str
    url: str
    kinds: Sequence[str]
    events: Sequence[str]
    reason: str


@dataclass(frozen=True)
class Made:
    """An endpoint with its new secret, which is shown once and known to nobody afterwards."""

    endpoint: WebhookEndpoint
    secret: str


def propose(*, by: Actor, wanted: Wanted, unit_id: int | None = None, scope_code: str = "") -> Made:
    """Proposes an endpoint; a second person decides. A handler proposes for the own unit, others for an area they cover.

    ``unit_id`` and ``scope_code`` count for the administrator alone, who sets it up for others.
    """
    by.require(KEEP)
    _must_be_callable(wanted.url)
    unit, area = _for_whom(by, unit_id, scope_code)
    if not set(wanted.events) <= rules.EVENTS.keys() or not wanted.events:
        raise Refused(_("Choose at least one event."), field="events")
    _must_be_seen(wanted.kinds, unit, area)
    now, secret = clock.now(), rules.new_secret()
    with together():
        same = WebhookEndpoint.objects.visible_to(by, purpose=by.work_purpose).filter(
            unit_id=unit, scope_code=area
        )
        alive = same.filter(state__in=(State.WAITING, State.APPROVED)).exclude(run=Run.ENDED)
        if alive.count() >= MOST:
            raise Refused(_("There are %(n)s webhooks already. End one of them first.") % {"n": MOST})
        if alive.filter(url=wanted.url.strip()).exists():
            raise Refused(_("This address is registered already."), field="url")
        made = WebhookEndpoint(
            key=uuid.uuid4(), name=wanted.name.strip(), unit_id=unit, scope_code=area, url=wanted.url.strip(),
            kinds=sorted(wanted.kinds), events=sorted(wanted.events), secret_made_at=now,
            reason=wanted.reason.strip(), proposed_by_id=by.account_id, proposed_post_id=by.post_id, proposed_at=now,
        )  # fmt: skip
        made.save(force_insert=True)
        with acting(job_actor()):
            WebhookSecret._base_manager.create(endpoint=made, secret=secret)
        audit.record(
            "notices.propose_webhook", SUBJECT, made.pk, scope_code=area, values={"events": made.events}
        )
    return Made(made, secret)


def _must_be_callable(url: str) -> None:
    try:
        outbound.checked(url.strip(), sending.inside())
    except outbound.Unwanted:
        raise Refused(
            _(
                "Give an https:// address with a name, without a login in it. Networks inside are called only when the "
                "operator has named them (LIANGLIN_WEBHOOK_INSIDE)."
            ),
            field="url",
        ) from None


def _must_be_seen(wanted: Sequence[str], unit: int | None, area: str) -> None:
    if not set(wanted) <= discovery.lifecycles().keys() or not wanted:
        raise Refused(_("Choose at least one kind of case."), field="kinds")
    if too_many := set(wanted) - kinds.heard(unit is not None, area):
        raise Refused(
            _(
                "The unit, or the posts of the area, may not open these kinds of cases themselves: %(kinds)s. Leave them out."
            )
            % {"kinds": _(", ").join(str(label) for _code, label in kinds.choices(too_many))},
            field="kinds",
        )


def _forget_secret(endpoint_id: int) -> None:
    with acting(job_actor()):
        WebhookSecret._base_manager.filter(pk=endpoint_id).delete()


def _for_whom(by: Actor, unit_id: int | None, scope_code: str) -> tuple[int | None, str]:
    if by.role == "handler":
        return by.organisation_id, ""
    if by.role == "administrator":
        return unit_id, "" if unit_id else scope_code
    return None, by.low


def keeps(endpoint: WebhookEndpoint, by: Actor) -> bool:
    """Whether this actor keeps the endpoint: the administrator all, a unit its own, a coordinator those of the own area."""
    if not by.may(KEEP):
        return False
    if by.role == "administrator":
        return True
    if by.role == "handler":
        return endpoint.unit_id is not None and endpoint.unit_id == by.organisation_id
    return endpoint.unit_id is None and endpoint.scope_code == by.low


def _locked(endpoint_id: int, by: Actor) -> WebhookEndpoint:
    seen = WebhookEndpoint.objects.visible_to(by, purpose=by.work_purpose)
    found = seen.select_for_update(no_key=True, of=("self",)).filter(pk=endpoint_id).first()
    if found is None:
        raise Forbidden(_("There is no such webhook of yours."))
    return found


def _kept(endpoint_id: int, by: Actor) -> WebhookEndpoint:
    by.require(KEEP)
    found = _locked(endpoint_id, by)
    if not keeps(found, by):
        raise Forbidden(_("Others keep this webhook."))
    return found


def may_decide(endpoint: WebhookEndpoint, by: Actor) -> bool:
    """Whether this actor is a second person for a proposal that waits."""
    waits = endpoint.state == State.WAITING and endpoint.run != Run.ENDED
    return waits and by.may(APPROVE) and by.account_id != endpoint.proposed_by_id


def decide(*, by: Actor, endpoint_id: int, approve: bool, note: str = "") -> WebhookEndpoint:
    """The second person approves an endpoint, which from now on is called, or refuses it and says why."""
    by.require(APPROVE)
    with together():
        found = _locked(endpoint_id, by)
        deciding.decide_anywhere(found, by=by, approve=approve, note=note)
        found.save(update_fields=[*deciding.DECISION])
        if not approve:
            _forget_secret(found.pk)
        audit.record(
            f"notices.{'approve' if approve else 'refuse'}_webhook",
            SUBJECT,
            found.pk,
            scope_code=found.scope_code,
        )
    return found


def _must_run(found: WebhookEndpoint, *runs: str) -> None:
    if found.state != State.APPROVED or found.run not in runs:
        raise Conflict(_("This is not possible as the webhook stands now. Look at it again."))


def pause(*, by: Actor, endpoint_id: int) -> WebhookEndpoint:
    """Calls wait from now on; what happens meanwhile is not lost, but waits with them for 30 days."""
    return _set_run(by, endpoint_id, Run.PAUSED, "pause", Run.ON)


def resume(*, by: Actor, endpoint_id: int) -> WebhookEndpoint:
    """Goes on after a pause, or after continuous failure: what waits is sent at once."""
    found = _set_run(by, endpoint_id, Run.ON, "resume", Run.PAUSED, Run.DISABLED)
    queueing.drain(found.pk)
    return found


def end(*, by: Actor, endpoint_id: int) -> WebhookEndpoint:
    """Ends it for good; its secrets are forgotten, and calls that wait are not made any more."""
    with together():
        found = _kept(endpoint_id, by)
        if found.run == Run.ENDED:
            raise Conflict(_("This webhook has ended already."))
        if found.state == State.WAITING:
            found.state = State.WITHDRAWN
        found.run, found.secret_before_until = Run.ENDED, None
        found.save(update_fields=["state", "run", "secret_before_until"])
        _forget_secret(found.pk)
        with acting(job_actor()):
            WebhookCall._base_manager.filter(endpoint_id=found.pk, state=Call.QUEUED).update(
                state=Call.DEAD, error="ended", next_try_at=None
            )
        audit.record("notices.end_webhook", SUBJECT, found.pk, scope_code=found.scope_code)
    return found


def _set_run(by: Actor, endpoint_id: int, run: str, verb: str, *before: str) -> WebhookEndpoint:
    with together():
        found = _kept(endpoint_id, by)
        _must_run(found, *before)
        found.run = run
        if run == Run.ON:
            found.failing_since = found.wait_until = None
        found.save(update_fields=["run", "failing_since", "wait_until"])
        audit.record(f"notices.{verb}_webhook", SUBJECT, found.pk, scope_code=found.scope_code)
    return found


def rotate(*, by: Actor, endpoint_id: int) -> Made:
    """A new secret; for seven days calls are signed with both, so that the other side can change at its own time."""
    now, secret = clock.now(), rules.new_secret()
    with together():
        found = _kept(endpoint_id, by)
        _must_run(found, Run.ON, Run.PAUSED, Run.DISABLED)
        found.secret_made_at, found.secret_before_until = now, now + rules.OVERLAP
        found.save(update_fields=["secret_before_until", "secret_made_at"])
        with acting(job_actor()):
            kept = WebhookSecret._base_manager.get(pk=found.pk)
            kept.before, kept.secret = str(kept.secret), secret
            kept.save(update_fields=["secret", "before"])
        audit.record("notices.rotate_webhook", SUBJECT, found.pk, scope_code=found.scope_code)
    return Made(found, secret)


def drop_old_secret(*, by: Actor, endpoint_id: int) -> WebhookEndpoint:
    """The secret before counts no more from now on: it got into wrong hands, or the other side has changed."""
    with together():
        found = _kept(endpoint_id, by)
        if found.secret_before_until is None:
            raise Conflict(_("There is no secret before any more."))
        found.secret_before_until = None
        found.save(update_fields=["secret_before_until"])
        with acting(job_actor()):
            WebhookSecret._base_manager.filter(pk=found.pk).update(before=None)
        audit.record("notices.drop_webhook_secret", SUBJECT, found.pk, scope_code=found.scope_code)
    return found


def test(*, by: Actor, endpoint_id: int) -> uuid.UUID:
    """Queues a test call; Refused while several wait."""
    with together():
        found = _kept(endpoint_id, by)
        _must_run(found, Run.ON)
        with acting(job_actor()):
            waiting = WebhookCall._base_manager.filter(endpoint_id=found.pk, type="test", state=Call.QUEUED)
            if waiting.count() >= TESTS_WAITING:
                raise Refused(_("Tests are waiting already. Look at what became of them first."))
            number = queueing.test(found)
        audit.record("notices.test_webhook", SUBJECT, found.pk, scope_code=found.scope_code)
    return number


def send_again(*, by: Actor, endpoint_id: int, call_id: int | None = None) -> int:
    """Makes a call again under its own number (also one that was taken over), or all that were given up; how many."""
    with together():
        found = _kept(endpoint_id, by)
        _must_run(found, Run.ON, Run.PAUSED)
        with acting(job_actor()):
            calls = WebhookCall._base_manager.filter(endpoint_id=found.pk)
            if call_id is None:
                dead = calls.filter(state=Call.DEAD).order_by("id").values("pk")[:AGAIN_AT_ONCE]
                chosen = calls.filter(pk__in=dead)
            else:
                chosen = calls.filter(pk=call_id, state__in=(Call.DEAD, Call.SENT))
            count = chosen.update(state=Call.QUEUED, tries=0, error="", next_try_at=clock.now())
            if not count:
                raise Conflict(
                    _("There is nothing to send again: it waits already, or it is not there any more.")
                )
            WebhookEndpoint._base_manager.filter(pk=found.pk).update(wait_until=None)
            queueing.drain(found.pk)
        audit.record(
            "notices.call_again", SUBJECT, found.pk, scope_code=found.scope_code, values={"calls": count}
        )
    return count
