"""The appeal's story as verbs: submit, accept, dispatch, handle, answer, settle, call back, reopen, withdraw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianglin.access import actions as access
from lianglin.access.actor import Actor
from lianglin.access.actor import resident as resident_actor
from lianglin.access.models import Organisation
from lianglin.access.transaction import become, together
from lianglin.appeals import rules
from lianglin.appeals.models import Appeal, Appellant, CallBack, Item
from lianglin.cases import actions as cases
from lianglin.cases.models import Case
from lianglin.cases.rules import SUBJECT
from lianglin.kit import clock
from lianglin.kit.crypto import match_key
from lianglin.kit.errors import Refused
from lianglin.kit.events import OpenAppeal
from lianglin.kit.ids import clean_phone
from lianglin.places.models import Building, Community


@dataclass(frozen=True)
class Reporter:
    """Who reports; all empty means anonymous."""

    name: str = ""
    phone: str = ""
    entity: bool = False
    confidential: bool = True

    @property
    def anonymous(self) -> bool:
        """Whether nothing was said about who reports."""
        return not (self.name.strip() or self.phone.strip())


@dataclass(frozen=True)
class Submitted:
    """What the receipt shows: the case and its secret (shown once)."""

    case: Case
    secret: str


def submit(
    *,
    by: Actor,
    place: cases.Place,
    text: str,
    item: Item | None,
    title: str = "",
    reporter: Reporter | None = None,
    channel: str = "web",
) -> Submitted:
    """Opens an appeal with a case and a receipt.

    The public becomes the holder of exactly the new case for the rest of the transaction; staff record what
    somebody told them and need the duty appeals.intake.
    """
    by.require("appeals.intake" if by.role == "staff" else "public.submit")
    text, reporter = text.strip(), reporter or Reporter()
    if len(text) < 5:
        raise Refused(_("Tell us in at least five characters what the matter is."), field="text")
    phone = _phone(reporter.phone)
    with together():
        opened = _open(by, place, text, item, title, reporter, phone, channel)
    return Submitted(opened.case, opened.secret)


def open_for(request: OpenAppeal, *, by: Actor) -> str:
    """Answers the typed request: opens an appeal as ``by`` and returns its number.

    Refused when the community, the building or the item of the request is not known.
    """
    community = Community.objects.filter(scope_code=request.scope_code, valid_to__isnull=True).first()
    building = Building.objects.filter(pk=request.building_id, scope_code=request.scope_code).first()
    item = Item.objects.filter(code=request.item_code).order_by("-id").first()
    if (
        community is None
        or (request.building_id and building is None)
        or (request.item_code and item is None)
    ):
        raise Refused(_("The community, the building or the item of the request is not known here."))
    place = cases.Place(community=community, building=building, text=request.place_text)
    reporter = Reporter(name=request.name, phone=request.phone)
    made = submit(
        by=by,
        place=place,
        text=request.text,
        item=item,
        title=request.title,
        reporter=reporter,
        channel=request.channel,
    )
    return made.case.number


def _open(
    by: Actor,
    place: cases.Place,
    text: str,
    item: Item | None,
    title: str,
    reporter: Reporter,
    phone: str,
    channel: str,
) -> cases.Opened:
    case_id = cases.reserve_id()
    if by.role != "staff":
        by = resident_actor(case_id, by.resident_id)
        become(by)
    opened = cases.open_case(
        kind=rules.KIND,
        title=(title.strip() or _title(text, item))[:80],
        place=place,
        by=by,
        case_id=case_id,
        urgent=bool(item and item.urgent_hours),
        channel=channel,
    )
    case = opened.case
    Appeal(
        case=case,
        scope_code=case.scope_code,
        item=item,
        channel=channel,
        text=text,
        entity=reporter.entity,
        anonymous=reporter.anonymous,
        language=get_language() or "zh-hans",
        opened_at=case.opened_at,
    ).save(force_insert=True)
    if not reporter.anonymous:
        Appellant(
            case=case,
            scope_code=case.scope_code,
            name=reporter.name.strip()[:60],
            phone=phone or None,
            phone_match=match_key(phone, "phone") if phone else None,
            confidential=reporter.confidential,
            resident_id=by.resident_id,
        ).save(force_insert=True)
    return opened


def _phone(text: str) -> str:
    if not text.strip():
        return ""
    try:
        return clean_phone(text)
    except ValueError as error:
        raise Refused(
            _("Write a mobile number of 11 digits, or a fixed number with its area code."), field="phone"
        ) from error


def _title(text: str, item: Item | None) -> str:
    first = text.splitlines()[0].strip()
    return first[:30] if len(first) <= 40 or item is None else f"{item.label}：{first[:20]}…"


def _on_case(function: Callable[..., Any]) -> Callable[..., Any]:
    """Locks the case by id before the action, so that the second of two people is refused honestly; all or nothing."""

    @wraps(function)
    def locked(case_id: int, *, by: Actor, **arguments: Any) -> Any:
        with together():
            return function(cases.lock(case_id, by=by), by=by, **arguments)

    return locked


@_on_case
def accept(
    case: Case, *, by: Actor, item: Item | None = None, seen_version: int | None = None, note: str = ""
) -> Case:
    """The community receives the appeal: it is ours to bring forward; the item may be corrected."""
    if item is not None:
        Appeal.objects.visible_to(by, purpose=by.work_purpose).filter(pk=case.pk).update(item=item)
    cases.move(
        case,
        "accept",
        by=by,
        seen_version=seen_version,
        note=note,
        data={"item": item.code} if item else None,
        changes={"assignee_id": by.post_id},
    )
    cases.note_assignment(case, by=by)
    return case


@_on_case
def answer_now(case: Case, *, by: Actor, outcome: str, note: str, seen_version: int | None = None) -> Case:
    """Answers on the spot: recorded, never dispatched."""
    _known(outcome, rules.OUTCOMES, "outcome")
    cases.move(
        case,
        "answer_now",
        by=by,
        seen_version=seen_version,
        note=note,
        data={"outcome": outcome},
        changes={"outcome": outcome},
    )
    return case


@_on_case
def refuse(case: Case, *, by: Actor, ground: str, note: str, seen_version: int | None = None) -> Case:
    """Does not accept the appeal, on one of the lawful grounds, naming in the note where to turn instead."""
    _known(ground, rules.REFUSAL_GROUNDS, "ground")
    cases.move(case, "refuse", by=by, seen_version=seen_version, note=note, data={"ground": ground})
    return case


@_on_case
def redirect(case: Case, *, by: Actor, to: str, note: str, seen_version: int | None = None) -> Case:
    """Passes the appeal on to a body outside this platform; the resident is told which."""
    cases.move(case, "redirect", by=by, seen_version=seen_version, note=note, data={"to": to.strip()})
    return case


@_on_case
def merge(case: Case, *, by: Actor, parent: Case, note: str = "", seen_version: int | None = None) -> Case:
    """Joins a repeat to the earlier appeal, which stays as it is."""
    if parent.pk == case.pk or parent.state == "merged":
        raise Refused(_("Choose an earlier appeal that is not itself merged."), field="parent")
    cases.move(
        case,
        "merge",
        by=by,
        seen_version=seen_version,
        note=note,
        data={"parent": parent.number},
        changes={"parent_id": parent.pk},
    )
    return case


@_on_case
def dispatch(
    case: Case, *, by: Actor, unit: Organisation, note: str = "", seen_version: int | None = None
) -> Case:
    """Gives the order to one responsible unit: grants it the case and starts the item's clock.

    A unit that had the order before (it objected, or the case was reopened) sees the case no longer.
    """
    if not unit.active:
        raise Refused(_("This unit no longer takes orders. Choose another."), field="unit")
    item = Item.objects.filter(appeals__case_id=case.pk).first()
    before, limit = case.owner_id, None
    if item:
        limit = (item.urgent_hours, "hours") if item.urgent_hours else (item.limit_days, "working_days")
    cases.move(
        case,
        "dispatch",
        by=by,
        seen_version=seen_version,
        note=note,
        data={"unit": unit.pk},
        limit=limit,
        changes={"owner": unit, "assignee": None},
    )
    if before not in (None, unit.pk):
        access.take_back(subject=SUBJECT, subject_id=case.pk, scope_code=case.scope_code, by=by)
    access.give(
        subject=SUBJECT,
        subject_id=case.pk,
        organisation=unit,
        scope_code=case.scope_code,
        reason="dispatch",
        by=by,
    )
    return case


@_on_case
def object_to(case: Case, *, by: Actor, note: str, seen_version: int | None = None) -> Case:
    """The unit says that the order is not its own, with reasons; it goes back to the dispatcher."""
    cases.move(case, "object", by=by, seen_version=seen_version, note=note, changes={"assignee_id": None})
    return case


@_on_case
def take_on(case: Case, *, by: Actor, note: str = "", seen_version: int | None = None) -> Case:
    """A handler takes the order on."""
    cases.move(
        case, "take_on", by=by, seen_version=seen_version, note=note, changes={"assignee_id": by.post_id}
    )
    return case


@_on_case
def pause(case: Case, *, by: Actor, ground: str, note: str, seen_version: int | None = None) -> Case:
    """Stops the clock for a lawful reason that the resident sees."""
    _known(ground, rules.PAUSE_GROUNDS, "ground")
    cases.move(case, "pause", by=by, seen_version=seen_version, note=note, data={"ground": ground})
    return case


@_on_case
def resume(case: Case, *, by: Actor, note: str = "", seen_version: int | None = None) -> Case:
    """Lets the clock run on."""
    cases.move(case, "resume", by=by, seen_version=seen_version, note=note)
    return case


@_on_case
def extend(case: Case, *, by: Actor, days: int, note: str, seen_version: int | None = None) -> Case:
    """The dispatcher approves more working days; the resident sees the reason."""
    cases.extend(case, by=by, days=days, note=note, duty="appeals.dispatch", seen_version=seen_version)
    return case


@_on_case
def answer(case: Case, *, by: Actor, outcome: str, note: str, seen_version: int | None = None) -> Case:
    """The unit answers: what was done, and with what outcome."""
    _known(outcome, rules.OUTCOMES, "outcome")
    cases.move(
        case,
        "answer",
        by=by,
        seen_version=seen_version,
        note=note,
        data={"outcome": outcome},
        changes={"outcome": outcome},
    )
    return case


@_on_case
def send_back(case: Case, *, by: Actor, note: str, seen_version: int | None = None) -> Case:
    """The dispatcher does not accept the answer; the unit goes on."""
    cases.move(case, "send_back", by=by, seen_version=seen_version, note=note)
    return case


@_on_case
def settle(case: Case, *, by: Actor, note: str = "", seen_version: int | None = None) -> Case:
    """办结: the dispatcher accepts the answer; the call-back is due within three working days."""
    cases.move(case, "settle", by=by, seen_version=seen_version, note=note)
    return case


@_on_case
def call_back(
    case: Case,
    *,
    by: Actor,
    reached: bool,
    solved: str = "",
    grade: int | None = None,
    note: str = "",
    seen_version: int | None = None,
) -> Case:
    """Records a call. Reached and solved (or partly): closed. Not solved: handled again. Third failed try: closed."""
    cases.expect(case, "call_back", by=by, seen_version=seen_version)
    if reached:
        _known(solved, rules.SOLVED_ANSWERS, "solved")
    tries = (
        CallBack.objects.visible_to(by, purpose=by.work_purpose)
        .filter(case_id=case.pk, reached=False, at__gte=case.settled_at)
        .count()
    )
    _record_answer(case, by=by, reached=reached, solved=solved, grade=grade, note=note, online=False)
    if reached and solved == "no":
        cases.move(
            case,
            "handle_again",
            by=by,
            seen_version=seen_version,
            note=note or _("not solved, says the appellant"),
            changes={"outcome": "", "settled_at": None},
        )
        access.take_back(subject=SUBJECT, subject_id=case.pk, scope_code=case.scope_code, by=by)
    elif reached or rules.is_last_try(tries):
        cases.move(
            case,
            "call_back",
            by=by,
            seen_version=seen_version,
            note=note,
            data={"reached": reached, "solved": solved, "grade": grade},
        )
    else:
        cases.remark(
            case, by=by, note=note or _("called, nobody answered"), data={"try": tries + 1}, code="call_try"
        )
    return case


@_on_case
def confirm(
    case: Case,
    *,
    by: Actor,
    solved: str,
    grade: int | None = None,
    note: str = "",
    seen_version: int | None = None,
) -> Case:
    """The resident says on the page that it is solved (or partly), and grades the work."""
    cases.expect(case, "confirm", by=by, seen_version=seen_version)
    _known(solved, rules.SOLVED_ANSWERS, "solved")
    if solved == "no":
        raise Refused(_("If it is not solved, ask us to handle it again instead."), field="solved")
    _record_answer(case, by=by, reached=True, solved=solved, grade=grade, note=note, online=True)
    cases.move(
        case, "confirm", by=by, seen_version=seen_version, note=note, data={"solved": solved, "grade": grade}
    )
    return case


@_on_case
def reopen(
    case: Case, *, by: Actor, note: str, grade: int | None = None, seen_version: int | None = None
) -> Case:
    """Not satisfied: the resident has it handled again, with a reason; the handler is told."""
    cases.expect(case, "reopen", by=by, seen_version=seen_version)
    if case.state == "settled":
        _record_answer(case, by=by, reached=True, solved="no", grade=grade, note=note, online=True)
    cases.move(
        case,
        "reopen",
        by=by,
        seen_version=seen_version,
        note=note,
        changes={"outcome": "", "settled_at": None},
    )
    return case


@_on_case
def withdraw(case: Case, *, by: Actor, note: str = "", seen_version: int | None = None) -> Case:
    """The resident takes the appeal back."""
    cases.move(case, "withdraw", by=by, seen_version=seen_version, note=note)
    return case


@_on_case
def add_material(case: Case, *, by: Actor, note: str) -> Case:
    """The resident (or the desk) adds to what was reported."""
    cases.remark(case, by=by, note=note)
    return case


def _record_answer(
    case: Case, *, by: Actor, reached: bool, solved: str, grade: int | None, note: str, online: bool
) -> None:
    if grade is not None:
        _known(grade, rules.GRADES, "grade")
    CallBack(
        case=case,
        scope_code=case.scope_code,
        at=clock.now(),
        post_id=by.post_id,
        organisation_id=by.organisation_id,
        online=online,
        reached=reached,
        solved=solved if reached else "",
        grade=grade if reached else None,
        note=note[:400],
    ).save(force_insert=True)


def _known(value: Any, choices: Any, field: str) -> None:
    if value not in {code for code, _label in choices}:
        raise Refused(_("Choose one of the listed answers."), field=field)
