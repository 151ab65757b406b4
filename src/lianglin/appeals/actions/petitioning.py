"""Petitions: registered or turned from an appeal, accepted with notice, answered in writing, reviewed, re-checked, ended."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from lianglin.access import actions as access
from lianglin.access.actor import Actor
from lianglin.access.models import Organisation
from lianglin.access.transaction import together
from lianglin.appeals import rules
from lianglin.appeals.actions.asking import known, on_case
from lianglin.appeals.actions.desk import redirect
from lianglin.appeals.actions.opening import Reporter, phone_of
from lianglin.appeals.models import Appeal, Appellant, Petition
from lianglin.appeals.queries.provisions import for_case
from lianglin.appeals.rules import petition
from lianglin.cases import actions as cases
from lianglin.cases.models import Case, Clock, Step
from lianglin.cases.rules import SUBJECT
from lianglin.kit import clock
from lianglin.kit.crypto import match_key
from lianglin.kit.errors import Conflict, Forbidden, Refused


@dataclass(frozen=True)
class Asked:
    """What a petition asks for, and how many stand behind it."""

    text: str
    title: str = ""
    persons: int = 1
    representatives: int = 1


def register(
    *, by: Actor, place: cases.Place, asked: Asked, reporter: Reporter, sample: bool = False
) -> cases.Opened:
    """Registers a petition; the notice whether it is accepted is due within 15 days. Returns its receipt."""
    by.require(petition.WORK)
    _must_be_sound(asked)
    phone = phone_of(reporter.phone)
    with together():
        opened = _open(by, place, asked, None, sample)
        if not reporter.anonymous:
            _appellant(opened.case, reporter.name.strip()[:60], phone, reporter.confidential)
    return opened


def turn_into_petition(
    case_id: int, *, by: Actor, note: str, seen_version: int | None = None
) -> cases.Opened:
    """An appeal goes on as a petition: it is passed on with a reason, and the petition has limits and a receipt of its own."""
    by.require(petition.WORK)
    with together():
        case = cases.lock(case_id, by=by)
        if case.kind != rules.KIND:
            raise Forbidden(_("There is no such case in the area of your current post."))
        purpose = by.work_purpose
        appeal = Appeal.objects.visible_to(by, purpose=purpose).get(pk=case.pk)
        place = cases.Place(
            community=case.community, building=case.building, compound=case.compound, text=case.place_text,
            lon=case.lon, lat=case.lat,
        )  # fmt: skip
        redirect(case.pk, by=by, to=_("the petition path"), note=note, seen_version=seen_version)
        opened = _open(by, place, Asked(appeal.text, case.title), case, case.sample)
        who = Appellant.objects.visible_to(by, purpose=purpose).filter(pk=case.pk).first()
        if who is not None:
            _appellant(opened.case, who.name, who.phone or "", who.confidential)
    return opened


def _must_be_sound(asked: Asked) -> None:
    if len(asked.text.strip()) < 5:
        raise Refused(_("Tell us in at least five characters what the matter is."), field="text")
    if not 1 <= asked.representatives <= min(petition.MOST_REPRESENTATIVES, max(asked.persons, 1)):
        raise Refused(
            _("A group is represented by at most %(n)d of its persons.")
            % {"n": petition.MOST_REPRESENTATIVES},
            field="representatives",
        )


def _open(by: Actor, place: cases.Place, asked: Asked, appeal: Case | None, sample: bool) -> cases.Opened:
    title = asked.title.strip() or asked.text.strip().splitlines()[0][:40]
    opened = cases.open_case(
        kind=petition.KIND, title=title[:80], place=place, by=by, case_id=cases.reserve_id()
    )
    if sample:
        opened.case.sample = True
        opened.case.save(update_fields=["sample"])
    Petition(
        case=opened.case, scope_code=opened.case.scope_code, text=asked.text.strip(), persons=asked.persons,
        representatives=asked.representatives, appeal=appeal,
    ).save(force_insert=True)  # fmt: skip
    return opened


def _appellant(case: Case, name: str, phone: str, confidential: bool) -> None:
    Appellant(
        case=case, scope_code=case.scope_code, name=name, phone=phone or None,
        phone_match=match_key(phone, "phone") if phone else None, confidential=confidential,
    ).save(force_insert=True)  # fmt: skip


def _must_be_petition(case: Case) -> None:
    if case.kind != petition.KIND:
        raise Forbidden(_("There is no such petition in the area of your current post."))


@on_case
def accept(
    case: Case, *, by: Actor, unit: Organisation, note: str = "", seen_version: int | None = None
) -> Case:
    """Accepted, with notice to the person; the body that handles it sees it, and answers within 60 days."""
    _must_be_petition(case)
    if not unit.active:
        raise Refused(_("This unit no longer takes orders. Choose another."), field="unit")
    cases.move(
        case,
        "accept",
        by=by,
        seen_version=seen_version,
        note=note,
        data={"unit": unit.pk},
        changes={"owner": unit},
    )
    access.give(
        subject=SUBJECT, subject_id=case.pk, organisation=unit, scope_code=case.scope_code,
        reason="petition", by=by,
    )  # fmt: skip
    return case


@on_case
def refuse(case: Case, *, by: Actor, ground: str, note: str, seen_version: int | None = None) -> Case:
    """Not accepted, on a lawful ground, with where the person can turn instead."""
    _must_be_petition(case)
    known(ground, petition.REFUSALS, "ground")
    cases.move(case, "refuse", by=by, seen_version=seen_version, note=note, data={"ground": ground})
    return case


@dataclass(frozen=True)
class Opinion:
    """The four parts of an opinion in writing (art. 32)."""

    request: str
    facts: str
    view: str
    basis: str

    def as_text(self) -> str:
        """The opinion as the person reads it; Refused where a part is missing."""
        parts = {
            "request": (_("What is requested"), self.request),
            "facts": (_("What was established"), self.facts),
            "view": (_("Opinion"), self.view),
            "basis": (_("The law it rests on"), self.basis),
        }
        for name, (label, text) in parts.items():
            if len(text.strip()) < 2:
                wrong = _("An opinion states request, facts, view and legal basis. Missing: %(part)s.")
                raise Refused(wrong % {"part": label}, field=name)
        return "\n".join(f"{label}{_(':')}{text.strip()}" for label, text in parts.values())


@on_case
def answer(case: Case, *, by: Actor, outcome: str, opinion: Opinion, seen_version: int | None = None) -> Case:
    """The opinion in writing; from now on the person has 30 days to ask for a review."""
    _must_be_petition(case)
    known(outcome, petition.OUTCOMES, "outcome")
    cases.move(
        case, "answer", by=by, seen_version=seen_version, note=opinion.as_text(), data={"outcome": outcome},
        changes={"outcome": outcome},
    )  # fmt: skip
    return case


@on_case
def extend_answer(case: Case, *, by: Actor, days: int, note: str, seen_version: int | None = None) -> Case:
    """30 more days at most, once, approved by somebody else than who accepted it; the person is told why and until when."""
    by.require(petition.APPROVE)
    _must_be_petition(case)
    if case.state != "accepted":
        raise Conflict(_("Only the answer to an accepted petition can be extended."))
    seen = Petition.objects.visible_to(by, purpose=by.work_purpose).select_for_update(
        of=("self",), no_key=True
    )
    held = seen.get(pk=case.pk)
    if held.extended:
        raise Conflict(_("The answer was extended already; the Regulations allow it once."))
    most = for_case("petition.extension", case).amount
    if not 1 <= days <= most:
        raise Refused(_("The answer is extended by 1 to %(n)d days.") % {"n": most}, field="days")
    steps = Step.objects.visible_to(by, purpose=by.work_purpose).filter(case_id=case.pk, move="accept")
    accepted = steps.select_related("post").order_by("-seq").first()
    if accepted is not None and accepted.post is not None and accepted.post.account_id == by.account_id:
        raise Forbidden(_("You accepted it yourself: somebody else approves the extension."))
    cases.extend(
        case, by=by, days=days, note=note, duty=petition.APPROVE, seen_version=seen_version, unit="days"
    )
    held.extended = True
    held.save(update_fields=["extended"])
    return case


@on_case
def ask_on(case: Case, *, by: Actor, note: str, seen_version: int | None = None) -> Case:
    """The person asks for a review, or after it for a re-check; at the desk it is recorded for them. In time alone."""
    _must_be_petition(case)
    stage = "review" if case.state == "answered" else "recheck"
    code = f"ask_{stage}" if by.role == "resident" else f"record_{stage}"
    cases.expect(case, code, by=by, seen_version=seen_version)
    running = (
        Clock.objects.visible_to(by, purpose=by.work_purpose).filter(case_id=case.pk, stopped_at=None).first()
    )
    if running is not None and clock.now() > running.due_at:
        raise Refused(_("The days for asking are over. The opinion stands."))
    cases.move(case, code, by=by, seen_version=seen_version, note=note)
    return case


@on_case
def give_opinion(case: Case, *, by: Actor, opinion: str, note: str, seen_version: int | None = None) -> Case:
    """The opinion on review or on re-check, in writing, by the body above."""
    _must_be_petition(case)
    known(opinion, petition.OPINIONS, "opinion")
    code = "give_review" if case.state == "review_asked" else "give_recheck"
    cases.move(case, code, by=by, seen_version=seen_version, note=note, data={"opinion": opinion})
    return case


@on_case
def report_findings(case: Case, *, by: Actor, note: str, seen_version: int | None = None) -> Case:
    """The body that handles it says what it found, for who writes the opinion; the person does not read it."""
    by.require("appeals.handle")
    _must_be_petition(case)
    cases.must_be_as_seen(case, seen_version)
    if case.owner_id != by.organisation_id or case.state != "accepted":
        raise Forbidden(_("Only the body that handles it reports what it found, before the opinion."))
    cases.remark(case, by=by, note=note, public=False, code="findings")
    return case


@on_case
def withdraw(case: Case, *, by: Actor, note: str = "", seen_version: int | None = None) -> Case:
    """The person takes the petition back."""
    _must_be_petition(case)
    cases.move(case, "withdraw", by=by, seen_version=seen_version, note=note)
    return case


def end_unasked(*, by: Actor) -> int:
    """Ends what was answered or reviewed and not taken further in time; how many. For the background; idempotent."""
    found = Case.objects.visible_to(by, purpose=by.work_purpose).filter(
        kind=petition.KIND, state__in=petition.WAITING_FOR_PERSON, due_at__lt=clock.now()
    )
    ids = list(found.order_by("id").values_list("pk", flat=True)[:500])
    for case_id in ids:
        with together():
            case = cases.lock(case_id, by=by)
            if case.state in petition.WAITING_FOR_PERSON:
                cases.move(case, "lapse", by=by)
    return len(ids)
