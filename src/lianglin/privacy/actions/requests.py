"""A rights request: opened by the person or recorded at the desk, checked, looked up, answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import wraps
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from lianglin.access import actions as access
from lianglin.access import transaction as running
from lianglin.access.actor import NOWHERE, Actor, job
from lianglin.access.actor import resident as resident_actor
from lianglin.access.models import Organisation
from lianglin.access.transaction import acting, become, together
from lianglin.cases import actions as cases
from lianglin.cases.models import Case
from lianglin.cases.rules import SUBJECT
from lianglin.kit import clock
from lianglin.kit.errors import Forbidden, Refused
from lianglin.kit.restricted import plain
from lianglin.people.models import Resident
from lianglin.places.models import Community
from lianglin.privacy import rules
from lianglin.privacy.actions import correcting, restricting
from lianglin.privacy.actions.erasing import erase
from lianglin.privacy.models import Petitioner, RightsRequest
from lianglin.privacy.queries.requests import officers
from lianglin.privacy.queries.subjects import Key

WITH_WORDS = ("correct", "delete", "restrict", "explain")
"""Kinds of requests that need to say what is meant."""


@dataclass(frozen=True)
class Asked:
    """What somebody asks. ``subject`` None: the desk does not know yet whose data it is."""

    kind: str
    text: str = ""
    acting_for: str = "self"
    contact: str = ""
    subject: Key | None = None
    datum: str = ""
    value: str = ""
    """For a correction by somebody known: which datum is wrong ("people:phone"), and what is right."""


@dataclass(frozen=True)
class Kin:
    """Which close relative asks for somebody who died, and the papers that the desk has seen."""

    relation: str
    relation_proof: str
    death_proof: str = ""


@dataclass(frozen=True)
class Opened:
    """The case, and the secret of its receipt (shown once)."""

    case: Case
    secret: str


@contextmanager
def at_desk(actor: Actor) -> Iterator[Actor]:
    """Lets the protection officer act as a handler of the own unit: who sees exactly what the unit was given.

    The officer's post covers the city and reads no case; only requests are given to the unit. Others stay who
    they are.
    """
    if not actor.may("privacy.decide") or actor.role != "staff":
        yield actor
        return
    low, high = NOWHERE
    purposes = actor.purposes | {"handle_case"}
    with acting(replace(actor, role="handler", low=low, high=high, purposes=purposes)) as handler:
        yield handler


def ask(*, asked: Asked, by: Actor, community: Community | None = None) -> Opened:
    """Opens a request. A resident proves who they are by the login or the receipt they hold; the desk by papers.

    Staff need ``community`` (in their area) and privacy.check. The 15 working days begin at once, and the
    request is given to the protection officer's unit.
    """
    _known(asked)
    with together():
        if by.role == "staff":
            by.require("privacy.check")
            if community is None:
                raise Refused(_("Choose the community in which the person lives."), field="community")
            return _open(asked, by, community, "")
        by.require("resident.own_case")
        subject, here, identity = _own(by)
        return _open(replace(asked, subject=subject), by, here, identity)


def _known(asked: Asked) -> None:
    if asked.kind not in dict(rules.KINDS) or asked.acting_for not in dict(rules.ACTING_FOR):
        raise Refused(_("Choose one of the listed answers."), field="kind")
    meant = asked.kind == "correct" and asked.datum
    if asked.kind in WITH_WORDS and not meant and len(asked.text.strip()) < 4:
        raise Refused(_("Say in a few words which data you mean and what you want."), field="text")


def _own(by: Actor) -> tuple[Key, Community, str]:
    """Whose data a resident may ask about: the own, by login; else that of the matter held."""
    if by.resident_id is not None:
        found = Resident.objects.visible_to(by, purpose="own_data").filter(pk=by.resident_id).first()
        scope, key, how = plain(found.scope_code) if found else "", Key("resident", by.resident_id), "login"
    else:
        case = Case.objects.visible_to(by, purpose="own_case").filter(pk=by.case_id).first()
        scope, how = case.scope_code if case else "", "receipt"
        key = Key("case", by.case_id or 0)
    here = Community.objects.filter(scope_code=scope, valid_to__isnull=True).first()
    if here is None:
        raise Refused(
            _("Your community is not known here. Ask at the desk of your community, or call 12345.")
        )
    return key, here, how


def _open(asked: Asked, by: Actor, community: Community, identity: str) -> Opened:
    case_id = cases.reserve_id()
    who = by
    if by.role != "staff":
        who = resident_actor(case_id, by.resident_id)
        become(who)
    with override("zh-hans"):  # the title is read by the desk; whoever asked reads the kind in their language
        title = str(dict(rules.KINDS)[asked.kind])
    opened = cases.open_case(
        kind=rules.KIND,
        title=title,
        place=cases.Place(community=community),
        by=who,
        case_id=case_id,
        channel="desk" if by.role == "staff" else "web",
    )
    _describe(opened.case, asked, who, identity)
    if asked.datum and asked.subject is not None and asked.subject.of == "resident":
        correcting.write_down(
            opened.case, resident_id=asked.subject.id, datum=asked.datum, value=asked.value, by=who
        )
    if identity:
        case = cases.lock(case_id, by=who)
        cases.move(case, "prove", by=who, data={"identity": identity})
        opened = cases.Opened(case, opened.secret)
    _give_to_officers(opened.case)
    if by.role != "staff":
        become(by)
    return Opened(opened.case, opened.secret)


def _describe(case: Case, asked: Asked, who: Actor, identity: str) -> None:
    subject = asked.subject
    RightsRequest(
        case=case,
        scope_code=case.scope_code,
        kind=asked.kind,
        acting_for=asked.acting_for,
        subject_kind=subject.of if subject else "",
        subject_id=subject.id if subject else None,
        identity=identity,
        text=asked.text.strip()[:2000],
        contact=asked.contact.strip()[:120] or None,
        opened_at=clock.now(),
    ).save(force_insert=True)
    if who.role == "resident" and who.resident_id is not None:
        Petitioner(case=case, scope_code=case.scope_code, resident_id=who.resident_id).save(force_insert=True)


def _give_to_officers(case: Case) -> None:
    """Nobody but a task may grant for somebody who only asks."""
    with acting(job(case.scope_code, case.scope_code + "~")) as giver:
        for unit in Organisation.objects.filter(pk__in=officers()):
            access.give(
                subject=SUBJECT,
                subject_id=case.pk,
                organisation=unit,
                scope_code=case.scope_code,
                reason="rights",
                by=giver,
            )


def _on_request(function: Callable[..., Case]) -> Callable[..., Case]:
    """Locks the request's case first; the officer acts as a handler of the own unit."""

    @wraps(function)
    def locked(case_id: int, *, by: Actor, **given: Any) -> Case:
        with together(), at_desk(by) as actor:
            case = cases.lock(case_id, by=actor)
            if case.kind != rules.KIND:
                raise Forbidden(_("This case is no rights request."))
            return function(case, by=actor, **given)

    return locked


@_on_request
def check(
    case: Case,
    *,
    by: Actor,
    identity: str,
    subject: Key | None = None,
    kin: Kin | None = None,
    note: str = "",
    seen_version: int | None = None,
) -> Case:
    """The desk has seen the papers: who asks is who they say, and may ask for whom they ask.

    For somebody who died: ``kin`` says which close relative asks and by which papers that is proved.
    """
    found = _request(case, by)
    if found.subject_id is None and subject is None:
        raise Refused(
            _("Say whose data it is: the number of the resident's file or of the matter."), field="subject"
        )
    if subject is not None:
        _must_exist(subject, by)
    if found.acting_for == "relative":
        _kin_is_proved(kin, subject or Key(found.subject_kind, found.subject_id or 0))
    cases.move(case, "check", by=by, seen_version=seen_version, note=note, data={"identity": identity})
    changes: dict[str, Any] = {"identity": identity}
    if subject is not None:
        changes |= {"subject_kind": subject.of, "subject_id": subject.id}
    if found.acting_for == "relative" and kin is not None:
        changes |= asdict(kin)
    _change(case, by, **changes)
    return case


def _kin_is_proved(kin: Kin | None, subject: Key) -> None:
    """PIPL art. 49: close relatives ask for somebody who died; both the relation and the death are proved."""
    if kin is None or kin.relation not in dict(rules.RELATIONS):
        raise Refused(_("Say which close relative asks."), field="relation")
    if kin.relation_proof not in dict(rules.RELATION_PROOFS):
        raise Refused(_("Say which papers prove the relation."), field="relation_proof")
    with acting(job()) as reader:
        rows = Resident.objects.visible_to(reader, purpose="system").filter(pk=subject.id)
        known = subject.of == "resident" and rows.filter(died_on__isnull=False).exists()
    if not known and kin.death_proof not in dict(rules.DEATH_PROOFS):
        raise Refused(
            _(
                "No death is recorded in this file. Say which papers prove it; for the living, relatives cannot ask."
            ),
            field="death_proof",
        )


def _must_exist(subject: Key, by: Actor) -> None:
    if (
        subject.of == "resident"
    ):  # in the background: the file may be restricted, and the papers are on the desk
        with acting(job()) as reader:
            rows = Resident.objects.visible_to(reader, purpose="system").filter(pk=subject.id)
            scope = rows.values_list("scope_code", flat=True).first()
        here = scope is not None and by.covers(plain(scope))
    else:
        here = Case.objects.visible_to(by, purpose=by.work_purpose).filter(pk=subject.id).exists()
    if not here:
        raise Refused(_("There is no such file in the area of your post."), field="subject")


@_on_request
def provide(
    case: Case, *, by: Actor, note: str, datum: str = "", value: str = "", seen_version: int | None = None
) -> Case:
    """The community says what it holds; only the officer reads it.

    For a correction told at the desk it writes down which ``datum`` is wrong and which ``value`` is right.
    """
    found = _request(case, by)
    if datum and found.kind == "correct" and found.subject_id is not None:
        correcting.write_down(case, resident_id=found.subject_id, datum=datum, value=value, by=by)
    cases.move(case, "provide", by=by, seen_version=seen_version, note=note)
    return case


@_on_request
def send_back(case: Case, *, by: Actor, note: str, seen_version: int | None = None) -> Case:
    """The officer needs more from the community."""
    cases.move(case, "send_back", by=by, seen_version=seen_version, note=note)
    return case


@_on_request
def extend(case: Case, *, by: Actor, days: int, note: str, seen_version: int | None = None) -> Case:
    """More working days, with a reason that the person reads."""
    cases.extend(case, by=by, days=days, note=note, duty="privacy.decide", seen_version=seen_version)
    return case


@_on_request
def refuse(case: Case, *, by: Actor, ground: str, note: str, seen_version: int | None = None) -> Case:
    """Refuses on one of the grounds of the law; the page says where to complain."""
    if ground not in dict(rules.REFUSAL_GROUNDS):
        raise Refused(_("Choose one of the grounds that the law names."), field="ground")
    cases.move(
        case,
        "refuse",
        by=by,
        seen_version=seen_version,
        note=note,
        data={"ground": ground},
        changes={"outcome": "refused"},
    )
    _change(case, by, ground=ground)
    return case


@_on_request
def fulfil(
    case: Case,
    *,
    by: Actor,
    outcome: str,
    note: str,
    extent: str = "",
    by_hand: bool = False,
    seen_version: int | None = None,
) -> Case:
    """Does as asked, here and now, in full or not at all.

    An erasure writes its ledger. A correction is made by whoever holds the datum, unless the community has corrected
    ``by_hand`` what no column of a person holds (a household, a door, a guardian).
    """
    found = _request(case, by)
    if outcome not in ("done", "partly"):
        raise Refused(_("Choose one of the listed answers."), field="outcome")
    if found.kind == "delete" and extent not in dict(rules.EXTENTS):
        raise Refused(_("Say how far the erasure goes."), field="extent")
    cases.move(
        case,
        "fulfil",
        by=by,
        seen_version=seen_version,
        note=note,
        data={"outcome": outcome},
        changes={"outcome": outcome},
    )
    if found.kind == "delete" and found.subject_id is not None:
        _change(case, by, extent=extent)
        erase(key=Key(found.subject_kind, found.subject_id), extent=extent, by=by, case_id=case.pk)
    if found.kind == "correct" and found.subject_kind == "resident" and not by_hand:
        correcting.carry_out(case, found, by=by)
    if found.subject_kind == "resident" and found.subject_id is not None:
        if found.kind == "restrict":
            restricting.restrict(resident_id=found.subject_id, case_id=case.pk, by=by)
        elif found.kind == "lift":
            restricting.lift_on_request(resident_id=found.subject_id, note=note, by=by)
    return case


def withdraw(case_id: int, *, by: Actor, note: str = "", seen_version: int | None = None) -> Case:
    """Whoever asked takes it back."""
    with together():
        case = cases.lock(case_id, by=by)
        cases.move(case, "withdraw", by=by, seen_version=seen_version, note=note)
        return case


def _request(case: Case, by: Actor) -> RightsRequest:
    return RightsRequest.objects.visible_to(by, purpose=by.work_purpose).get(pk=case.pk)


def _change(case: Case, by: Actor, **columns: Any) -> None:
    RightsRequest.objects.visible_to(by, purpose=by.work_purpose).filter(pk=case.pk).update(**columns)


def hold(case_id: int, *, by: Actor) -> Actor:
    """The resident who logged in, now holding one of the own requests; Forbidden for anybody else's."""
    mine = Petitioner.objects.visible_to(by, purpose="own_data").filter(pk=case_id)
    if by.resident_id is None or not mine.exists():
        raise Forbidden(_("There is no such request of yours."))
    holder = resident_actor(case_id, by.resident_id)
    running.become(holder)
    return holder
