"""Consents: words published, decisions taken by the person (or the guardian), on the page or on paper."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, datetime, time

from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.kit import clock
from lianglin.kit.errors import Forbidden, Refused
from lianglin.kit.events import ConsentChanged, publish
from lianglin.people import rules
from lianglin.people.actions.guardians import found
from lianglin.people.models import Consent, ConsentText, Guardianship, Resident
from lianglin.people.queries import consents as queries
from lianglin.people.queries import guardians


@dataclass(frozen=True)
class Words:
    """A text as it will be shown, in both languages."""

    purpose: str
    title: str
    title_en: str
    text: str
    text_en: str
    data: str
    data_en: str
    basis: str
    basis_en: str
    receivers: str
    receivers_en: str
    form_number: str
    sensitive: bool = False
    renews: bool = False


def publish_text(*, words: Words, by: Actor, sample: bool = False) -> ConsentText:
    """Puts a new version into force now. Earlier versions stay as they were: somebody agreed to them."""
    by.require("people.texts")
    known = queries.purposes().get(words.purpose)
    if known is None:
        raise Refused(_("Choose one of the listed answers."), field="purpose")
    if known.sensitive and not words.sensitive:
        raise Refused(
            _(
                "This purpose uses sensitive data: its consent is a separate one (PIPL art. 29). Tick the box."
            ),
            field="sensitive",
        )
    with together():
        before = queries.versions(words.purpose)
        made = ConsentText.objects.create(
            **asdict(words),
            version=before[0].version + 1 if before else 1,
            in_force_from=clock.now(),
            digest=digest(words),
            post_id=by.post_id,
            sample=sample,
        )
        audit.record("people.publish_text", "people.ConsentText", made.pk, values={"digest": made.digest})
    return made


def digest(words: Words) -> str:
    """SHA-256 over the words in both languages: proves which text somebody was shown."""
    return hashlib.sha256(json.dumps(asdict(words), sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def decide(*, text_id: int, decision: str, by: Actor) -> Consent:
    """The resident who logged in gives, refuses or withdraws, with one press; a guardian does it for the ward.

    ``text_id`` is the version that was shown: if another came into force meanwhile, Refused asks to read it first.
    Withdrawing needs no reading. Saying the same again changes nothing.
    """
    by.require("resident.own_case")
    if by.role != "resident" or by.resident_id is None:
        raise Forbidden(_("Log in as the person, or record a consent on paper at the desk."))
    with together():
        person = found(by.resident_id, by)
        text = _text(text_id, decision)
        under = _who_decides(person, decision, by)
        return _write(person, text, decision, by, channel="page", under=under, at=clock.now())


def _who_decides(person: Resident, decision: str, by: Actor) -> int | None:
    """The guardianship under which it is decided, None for the person; Forbidden for whoever may not."""
    today = clock.today()
    if by.guardian_id is not None:
        held = [g for g in guardians.in_force(person.pk, actor=by) if g.guardian_id == by.guardian_id]
        allowed = [g for g in held if rules.guardian_may("consent", g.kind, person.born_on, today)]
        if not allowed:
            raise Forbidden(
                _("From 14 years on, the consent is the young person's own. Let them log in and decide.")
            )
        return allowed[0].pk
    if decision != "withdrawn" and not rules.decides_alone(person.born_on, today):
        if person.born_on is None:
            raise Forbidden(
                _("Your birth date is not known here. Ask the desk of your community to enter it.")
            )
        raise Forbidden(
            _("Under 14 a parent or guardian decides. Let them log in, or come to the desk together.")
        )
    return None


def _text(text_id: int, decision: str) -> ConsentText:
    if decision not in dict(rules.DECISIONS):
        raise Refused(_("Choose one of the listed answers."), field="decision")
    text = ConsentText.objects.filter(pk=text_id, in_force_from__lte=clock.now()).first()
    if text is None:
        raise Refused(_("There is no such text. Read the page again."), field="text")
    newest = queries.texts_in_force().get(text.purpose)
    if decision == "given" and newest is not None and newest.pk != text.pk:
        raise Refused(
            _("The text has changed since you opened the page. Read it, then decide."), field="text"
        )
    return text


@dataclass(frozen=True)
class Paper:
    """A consent on paper: the form's version, what was ticked, the day it was signed, and by whom.

    ``asked_by_person``: the person brought it up, so that the time after a refusal does not count.
    """

    text_id: int
    form_number: str
    decision: str
    signed_on: date
    guardianship_id: int | None = None
    asked_by_person: bool = False


def record_paper(resident_id: int, *, paper: Paper, by: Actor) -> Consent:
    """The desk writes down what was signed. The form's number must be that of the version chosen."""
    by.require("people.keep")
    with together():
        person = found(resident_id, by)
        text = ConsentText.objects.filter(pk=paper.text_id).first()
        if text is None or paper.decision not in dict(rules.DECISIONS):
            raise Refused(_("Choose one of the listed answers."), field="text_id")
        if paper.form_number.strip() != text.form_number:
            raise Refused(
                _(
                    "The form you hold is not this version: its number would be %(number)s. Compare the foot of the form."
                )
                % {"number": text.form_number},
                field="form_number",
            )
        if not clock.local(text.in_force_from).date() <= paper.signed_on <= clock.today():
            raise Refused(
                _("The day of signing lies between the version's first day and today."), field="signed_on"
            )
        _must_not_nag(person, text, paper, by)
        under = _signed_by(person, paper, by)
        at = min(clock.now(), datetime.combine(paper.signed_on, time(23, 59), clock.CITY_ZONE))
        return _write(
            person, text, paper.decision, by, channel="paper", under=under, at=max(at, text.in_force_from)
        )


def _must_not_nag(person: Resident, text: ConsentText, paper: Paper, by: Actor) -> None:
    if paper.decision != "given" or paper.asked_by_person:
        return
    standing = next(
        (s for s in queries.standings(person.pk, actor=by) if s.purpose.code == text.purpose), None
    )
    if standing is not None and not standing.given and not standing.may_ask:
        raise Refused(
            _(
                "This person refused and is not asked again yet. Tick the box only if they brought it up themselves."
            ),
            field="asked_by_person",
        )


def _signed_by(person: Resident, paper: Paper, by: Actor) -> int | None:
    """The guardianship under which a form was signed; None for the person."""
    if paper.guardianship_id is None:
        if paper.decision != "withdrawn" and not rules.decides_alone(person.born_on, paper.signed_on):
            raise Refused(
                _("Under 14, or without a known birth date, a guardian signs. Choose the guardian."),
                field="guardianship_id",
            )
        return None
    held: list[Guardianship] = guardians.in_force(person.pk, actor=by, on=paper.signed_on)
    chosen = next((g for g in held if g.pk == paper.guardianship_id), None)
    if chosen is None or not rules.guardian_may("consent", chosen.kind, person.born_on, paper.signed_on):
        raise Refused(
            _("This guardian could not sign on that day: the person decides alone."), field="guardianship_id"
        )
    return chosen.pk


def _write(
    person: Resident,
    text: ConsentText,
    decision: str,
    by: Actor,
    *,
    channel: str,
    under: int | None,
    at: datetime,
) -> Consent:
    rows = queries.decisions(person.pk, actor=by, purpose=text.purpose)
    last = rows[-1] if rows else None
    if decision == "withdrawn" and (last is None or last.decision != "given"):
        raise Refused(_("There is no consent to withdraw."), field="decision")
    if last is not None and (last.decision, last.text_id) == (decision, text.pk):
        return last
    if last is not None and at < last.decided_at:
        raise Refused(
            _("Something was decided after this form was signed. What was said last holds."),
            field="signed_on",
        )
    made = Consent(
        scope_code=person.scope_code,
        resident=person,
        text=text,
        purpose=text.purpose,
        decision=decision,
        decided_at=at,
        channel=channel,
        guardianship_id=under,
        form_number=text.form_number if channel == "paper" else "",
        post_id=by.post_id,
        sample=person.sample,
    )
    made.save(force_insert=True)
    audit.record(
        f"people.consent.{decision}", "people.Consent", made.pk, scope_code=person.scope_code,
        values={"purpose": text.purpose, "text": text.digest},
    )  # fmt: skip
    if decision != "refused" or (last is not None and last.decision == "given"):
        publish(
            ConsentChanged(
                made.pk, person.pk, person.scope_code, text.purpose, decision == "given", at.isoformat()
            )
        )
    return made
