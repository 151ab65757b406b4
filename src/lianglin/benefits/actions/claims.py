"""Claims begin: offered to a household, answered by the resident, undone until filed, withdrawn at any time."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.benefits.actions.claim_papers import lay_out
from lianglin.benefits.models import Claim, HealthMatch, Match, MeasureVersion
from lianglin.benefits.queries import claims as queries
from lianglin.benefits.rules import claims as rules
from lianglin.cases import actions as cases
from lianglin.cases.models import Case
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.kit.events import StartClaim
from lianglin.people.models import Household, Membership


def on_claim(function: Callable[..., Any]) -> Callable[..., Any]:
    """Locks the case and its claim by id before the action; all or nothing."""

    @wraps(function)
    def locked(case_id: int, *, by: Actor, **arguments: Any) -> Any:
        with together():
            case = cases.lock(case_id, by=by)
            seen = Claim.objects.visible_to(by, purpose=by.work_purpose).filter(pk=case_id)
            claim = seen.select_for_update(of=("self",), no_key=True).first()
            if case.kind != rules.KIND or claim is None:
                raise Forbidden(_("There is no such claim in the area of your current post."))
            return function(case, claim, by=by, **arguments)

    return locked


def start_for(request: StartClaim, *, by: Actor) -> str:
    """Answers the typed request: the number of the new claim, or of the one that runs already."""
    return start(
        by=by,
        household_id=request.household_id,
        resident_id=request.resident_id,
        measure=request.measure,
        match_id=request.match_id,
        channel=request.channel,
    ).case.number


def start(
    *,
    by: Actor,
    household_id: int,
    measure: str,
    channel: str,
    resident_id: int | None = None,
    match_id: int | None = None,
    sample: bool = False,
) -> cases.Opened:
    """Offers a claim to a household or to one of its people; a running one of the same measure is given instead.

    Without a secret then: its receipt was shown when it began.
    """
    if by.role != "job":
        by.require(rules.ACCOMPANY)
    if channel not in {code for code, _label in rules.CHANNELS}:
        raise Refused(_("Choose one of the listed answers."), field="channel")
    version = _version(measure)
    home, people = _home(household_id, by)
    who = _claimant(version, people, resident_id)
    claimant = who.resident_id if who is not None and version.subject == version.Subject.PERSON else None
    with together():
        held = queries.running(household_id, claimant, version.measure_id, by)
        if held is not None:
            return cases.Opened(held.case, "")
        try:
            with together():
                opened, claim = _open(by, version, home, claimant, who, channel, match_id, sample)
        except IntegrityError as error:
            raise Conflict(_("Somebody else has just begun this claim. Look at the list again.")) from error
        lay_out(claim, queries.said_by(version).materials, by=by)
        return opened


def _version(measure: str) -> MeasureVersion:
    version = queries.in_force(measure)
    if version is None:
        raise Refused(
            _("This measure is not in force today, so nothing can be claimed. Look it up in the catalogue."),
            field="measure",
        )
    if version.health:
        raise Refused(
            _(
                "This measure rests on health data. The health centre handles it with the person; no claim is kept here, where others could see it."
            ),
            field="measure",
        )
    return version


def _home(household_id: int, by: Actor) -> tuple[Household, list[Membership]]:
    home = queries.household(household_id, by)
    people = queries.members(household_id, by) if home is not None else []
    if home is None or not people:
        raise Forbidden(_("There is no such household in the area of your current post."))
    return home, people


def _claimant(version: MeasureVersion, people: list[Membership], resident_id: int | None) -> Membership:
    if resident_id is not None:
        who = next((one for one in people if one.resident_id == resident_id), None)
        if who is None:
            raise Refused(
                _("This person does not live in the household today. Choose one who does."), field="resident"
            )
        return who
    if version.subject == version.Subject.PERSON:
        raise Refused(_("This measure is for one person. Choose who claims it."), field="resident")
    return people[0]


def _open(
    by: Actor,
    version: MeasureVersion,
    home: Household,
    claimant: int | None,
    who: Membership,
    channel: str,
    match_id: int | None,
    sample: bool,
) -> tuple[cases.Opened, Claim]:
    building = home.dwelling.unit.building
    place = cases.Place(community=building.community, building=building, lon=building.lon, lat=building.lat)
    opened = cases.open_case(
        kind=rules.KIND,
        title=version.name[:80],
        place=place,
        by=by,
        case_id=cases.reserve_id(),
        channel=channel,
    )
    if sample:
        opened.case.sample = True
        opened.case.save(update_fields=["sample"])
    claim = Claim(
        case=opened.case, scope_code=opened.case.scope_code, household_id=home.pk, resident_id=claimant,
        applicant=who.resident.name, measure_id=version.measure_id, version=version, channel=channel,
        started_at=clock.now(), sample=sample,
    )  # fmt: skip
    match = _begin_from(match_id, claim, by)
    claim.match_id = match.pk if match is not None else None
    claim.expected_fen = match.amount_fen if match is not None else None
    claim.save(force_insert=True)
    return opened, claim


def _begin_from(match_id: int | None, claim: Claim, by: Actor) -> Match | None:
    """The match that the claim begins from: of the same household and measure; it then says so."""
    if match_id is None:
        return None
    purpose = "system" if by.role == "job" else "serve_household"
    seen = Match.objects.visible_to(by, purpose=purpose)
    match = seen.filter(pk=match_id, household_id=claim.household_id, measure_id=claim.measure_id).first()
    if match is None:
        raise Refused(_("This match is not of this household and measure. Open the household's panel again."))
    seen.filter(pk=match.pk).update(
        state=HealthMatch.State.CLAIMED, state_at=clock.now(), claim_case_id=claim.case_id
    )
    return match


# --- the resident answers ------------------------------------------------------------------------------------


def _save(claim: Claim, *names: str) -> None:
    claim.save(update_fields=list(names))


def _as(by: Actor, own: str, recorded: str) -> str:
    """The move that the resident makes, or the one by which a worker records it."""
    return own if by.role == "resident" else recorded


def _acting_for(by: Actor, claim: Claim) -> dict[str, Any]:
    """Under which authorisation somebody else acts, for the step."""
    held = {"guardian": True} if by.guardian_id is not None else {}
    return held | ({"mandate": claim.mandate_id} if claim.mandate_id and by.role != "resident" else {})


@on_claim
def accept(case: Case, claim: Claim, *, by: Actor, note: str = "", seen_version: int | None = None) -> Case:
    """The resident wants it: papers are gathered from now on."""
    cases.move(
        case, _as(by, "accept", "record_accept"), by=by, seen_version=seen_version, note=note,
        data=_acting_for(by, claim),
    )  # fmt: skip
    claim.accepted_at = clock.now()
    _save(claim, "accepted_at")
    return case


@on_claim
def decline(case: Case, claim: Claim, *, by: Actor, note: str = "", seen_version: int | None = None) -> Case:
    """The resident does not want it. No reason is asked for."""
    cases.move(
        case, _as(by, "decline", "record_decline"), by=by, seen_version=seen_version, note=note,
        data=_acting_for(by, claim), changes={"outcome": "declined"},
    )  # fmt: skip
    claim.running = False
    _save(claim, "running")
    return case


@on_claim
def undo(case: Case, claim: Claim, *, by: Actor, seen_version: int | None = None) -> Case:
    """Takes the answer back, until the claim is filed."""
    cases.move(case, "undo", by=by, seen_version=seen_version, changes={"outcome": ""})
    claim.running, claim.accepted_at = True, None
    try:
        with together():
            _save(claim, "running", "accepted_at")
    except IntegrityError as error:
        raise Conflict(_("A newer claim of the same benefit runs already. Go on with that one.")) from error
    return case


@on_claim
def withdraw(case: Case, claim: Claim, *, by: Actor, note: str = "", seen_version: int | None = None) -> Case:
    """The resident takes the claim back, or gives up what was granted; the background takes down a notice on it."""
    cases.move(
        case, _as(by, "withdraw", "record_withdraw"), by=by, seen_version=seen_version, note=note,
        data=_acting_for(by, claim), changes={"outcome": "withdrawn"},
    )  # fmt: skip
    claim.running, claim.recertify_on = False, None
    _save(claim, "running", "recertify_on")
    return case
