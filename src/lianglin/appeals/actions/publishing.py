"""A closed case becomes public: proposed by the programme, redacted, confirmed by a person, withdrawn with its history."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor, job
from lianglin.access.transaction import acting, together
from lianglin.appeals import rules
from lianglin.appeals.models import (
    Appeal,
    Publication,
    PublicationObjection,
    PublishedCase,
    RedactedText,
)
from lianglin.appeals.queries import publication as queries
from lianglin.appeals.rules import redacting
from lianglin.appeals.rules.redacting import Spot
from lianglin.cases.models import Case, Step
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused

PUBLISH = "appeals.publish"
State = Publication.State
PARTS = ("text", "answer")
REOPENED, OBJECTED = "reopened", "objection"
"""Reasons that the programme itself withdraws with; the page says them in words."""


def propose(case_id: int, *, by: Actor) -> Publication | None:
    """Finds what to hide in a closed case and lays it before a person; None where it is not to be published."""
    by.require("system")
    with together():
        case = Case.objects.visible_to(by, purpose=by.work_purpose).filter(pk=case_id).first()
        if case is None or not _may_be_proposed(case, by):
            return None
        seen = Publication.objects.visible_to(by, purpose=by.work_purpose).select_for_update()
        one = seen.filter(case_id=case_id).first()
        if one is not None and (one.state != State.WITHDRAWN or one.reason != REOPENED):
            return None
        if one is None:
            one = Publication(case=case, scope_code=case.scope_code)
        one.state, one.proposed_at, one.reason = State.PROPOSED, clock.now(), ""
        one.latest += 1
        one.save()
        words = queries.originals(case_id, by)
        names = queries.names_of(case_id)
        _write(one, words, {part: redacting.find(words[part], names) for part in PARTS}, None)
        _note("propose", one, {"version": one.latest})
    return one


def _may_be_proposed(case: Case, by: Actor) -> bool:
    if case.kind != rules.KIND or case.state != "closed":
        return False
    appeal = Appeal.objects.visible_to(by, purpose=by.work_purpose).select_related("item").get(pk=case.pk)
    rule = queries.rule_of(appeal.item)
    return bool(rule and rule.texts) and not queries.is_objected(case.pk, by)


def redact(
    pk: int, *, by: Actor, shown: Collection[tuple[str, int]] = (), words: Iterable[str] = (), seen: int
) -> Publication:
    """A next version: ``shown`` are (part, number of the spot) of the version ``seen`` to show again; ``words`` to hide.

    Only doors, names and what was marked by hand can be shown again. The version before stays as it is.
    """
    by.require(PUBLISH)
    with together():
        one = _locked(pk, by, State.PROPOSED)
        before = _current(one, by, seen)
        originals = queries.originals(one.case_id, by)
        spots = {}
        for part in PARTS:
            kept = [
                spot
                for number, spot in enumerate(spots_of(before, part))
                if (part, number) not in shown or spot.kind not in redacting.LOOSE
            ]
            spots[part] = redacting.merged([*kept, *redacting.marked(originals[part], words)])
        one.latest += 1
        one.save(update_fields=["latest"])
        _write(one, originals, spots, by.post_id)
        _note("redact", one, {"version": one.latest})
    return one


def publish(pk: int, *, by: Actor, seen: int) -> PublishedCase:
    """A person has read version ``seen`` and lets it go out. Refused while a number or a plate stands in it."""
    by.require(PUBLISH)
    with together():
        one = _locked(pk, by, State.PROPOSED)
        chosen = _current(one, by, seen)
        if queries.is_objected(one.case_id, by):
            raise Refused(_("Whoever reported does not want it published. Close it as not published."))
        if redacting.left_in(chosen.text) or redacting.left_in(chosen.answer):
            raise Refused(
                _("A number, a plate or an address of mail still stands in it. Mark it to be hidden.")
            )
        one.state, one.published = State.PUBLISHED, chosen.seq
        one.decided_post_id, one.decided_at = by.post_id, clock.now()
        one.save(update_fields=["state", "published", "decided_post", "decided_at"])
        row = _public_row(one, chosen, by)
        with acting(job()):
            PublishedCase.objects.filter(case_id=one.case_id).delete()
            row.save(force_insert=True)
        _note("publish", one, {"version": chosen.seq})
    return row


def decline(pk: int, *, by: Actor, reason: str, objected: bool = False) -> Publication:
    """It does not go out; the words of its versions are erased. ``objected``: whoever reported said so; never again."""
    by.require(PUBLISH)
    with together():
        one = _locked(pk, by, State.PROPOSED)
        _end(one, State.DECLINED, _why(reason), by)
        if objected:
            object_to_publication(one.case_id, by=by)
    return one


def withdraw(pk: int, *, by: Actor, reason: str, objected: bool = False) -> Publication:
    """Takes it from the public page at once, with the words of every version."""
    by.require(PUBLISH)
    with together():
        one = _locked(pk, by, State.PUBLISHED)
        _end(one, State.WITHDRAWN, _why(reason), by)
        if objected:
            object_to_publication(one.case_id, by=by)
    return one


def withdraw_case(case_id: int, *, by: Actor, reason: str) -> None:
    """The same by the programme: the case was reopened, or whoever reported objects."""
    by.require("system")
    with together():
        seen = Publication.objects.visible_to(by, purpose=by.work_purpose).select_for_update()
        one = seen.filter(case_id=case_id, state__in=[State.PROPOSED, State.PUBLISHED]).first()
        if one is not None:
            _end(one, State.WITHDRAWN, reason, by)


def object_to_publication(case_id: int, *, by: Actor) -> None:
    """Who reported, or who writes down what they said, wants the case kept off the public page; it goes at once."""
    with together():
        case = Case.objects.visible_to(by, purpose=by.work_purpose).filter(pk=case_id).first()
        if case is None:
            raise Forbidden(_("There is no such matter in the area of your current post."))
        if not queries.is_objected(case_id, by):
            made = PublicationObjection(case=case, scope_code=case.scope_code, at=clock.now())
            made.save(force_insert=True)
            audit.record("appeals.publication.object", "cases.Case", case_id, scope_code=case.scope_code)
        with acting(job()) as background:
            withdraw_case(case_id, by=background, reason=OBJECTED)


def allow_publication(case_id: int, *, by: Actor) -> None:
    """The resident takes the objection back; a closed case is proposed when it next moves, not by itself."""
    by.require("resident.own_case")
    with together():
        mine = PublicationObjection.objects.visible_to(by, purpose=by.work_purpose).filter(case_id=case_id)
        if mine.exists():
            scope_code = mine.get().scope_code
            mine.delete()
            audit.record("appeals.publication.allow", "cases.Case", case_id, scope_code=scope_code)


def spots_of(one: RedactedText, part: str) -> list[Spot]:
    """The hidden places of one part of a version."""
    return [Spot(int(start), int(end), str(kind)) for start, end, kind in one.spots.get(part, [])]


# --- pieces ------------------------------------------------------------------------------------------------


def _write(
    one: Publication, words: dict[str, str], spots: dict[str, list[Spot]], post_id: int | None
) -> None:
    made = RedactedText(
        publication=one, case_id=one.case_id, scope_code=one.scope_code, seq=one.latest,
        text=redacting.masked(words["text"], spots["text"]),
        answer=redacting.masked(words["answer"], spots["answer"]),
        spots={part: [list(spot) for spot in spots[part]] for part in PARTS},
        post_id=post_id, made_at=clock.now(),
    )  # fmt: skip
    made.save(force_insert=True)


def _locked(pk: int, by: Actor, state: str) -> Publication:
    seen = Publication.objects.visible_to(by, purpose=by.work_purpose).filter(pk=pk)
    found = seen.select_for_update(of=("self",)).select_related("case").first()
    if found is None:
        raise Forbidden(_("There is no such case in the area of your current post."))
    if found.state != state:
        raise Conflict(_("This has been decided already. Look at it again."))
    return found


def _current(one: Publication, by: Actor, seen: int) -> RedactedText:
    if seen != one.latest:
        raise Conflict(_("Somebody made a newer version meanwhile. Read that one before you decide."))
    found = queries.version(one, seen, by)
    if found is None or found.purged_at:
        raise Conflict(_("The words of this version were erased."))
    return found


def _end(one: Publication, state: str, reason: str, by: Actor) -> None:
    """Off the public page; the versions keep that they were, not what they said."""
    one.state, one.reason, one.published = state, reason, None
    one.decided_post_id, one.decided_at = by.post_id, clock.now()
    one.save(update_fields=["state", "reason", "published", "decided_post", "decided_at"])
    versions = RedactedText.objects.visible_to(by, purpose=by.work_purpose).filter(publication_id=one.pk)
    versions.update(text="", answer="", spots={}, purged_at=clock.now())
    with acting(job()):
        PublishedCase.objects.filter(case_id=one.case_id).delete()
    _note("end", one, {"state": state, "reason": reason})


def _why(reason: str) -> str:
    if len(reason.strip()) < 2:
        raise Refused(_("Say why in a few words."), field="reason")
    return reason.strip()[:200]


def _public_row(one: Publication, chosen: RedactedText, by: Actor) -> PublishedCase:
    """What anybody will read: nothing that was not confirmed, the place no closer than its compound."""
    seen = Case.objects.visible_to(by, purpose=by.work_purpose)
    case = seen.select_related("appeal__item", "community", "compound", "owner").get(pk=one.case_id)
    item, place = case.appeal.item, case.compound or case.community
    return PublishedCase(
        case_id=case.pk, number=case.number, scope_code=case.scope_code, item_code=item.code,
        item_name=item.name, item_name_en=item.name_en, place=place.name, place_en=place.name_en,
        outcome=case.outcome, text=chosen.text, answer=chosen.answer, steps=_steps(case, by),
        opened_at=case.opened_at, closed_at=case.closed_at or clock.now(), unit=case.owner,
        version=chosen.seq, published_at=clock.now(), sample=case.sample,
        grams=queries.search_keys([item.name, item.name_en, place.name, chosen.text, chosen.answer]),
    )  # fmt: skip


def _steps(case: Case, by: Actor) -> list[dict[str, Any]]:
    """The moves of the case with their day and unit, without a word of what was said."""
    known = {move.code for move in rules.LIFECYCLE.moves} | {"open"}
    seen = Step.objects.visible_to(by, purpose=by.work_purpose).select_related("organisation")
    return [
        {
            "move": step.move,
            "at": step.at.isoformat(),
            "unit": step.organisation.name if step.organisation else "",
            "unit_en": step.organisation.name_en if step.organisation else "",
        }
        for step in seen.filter(case_id=case.pk, public=True, move__in=known).order_by("seq")
    ]


def _note(verb: str, one: Publication, values: dict[str, Any]) -> None:
    audit.record(
        f"appeals.publication.{verb}", "appeals.Publication", one.pk, scope_code=one.scope_code, values=values
    )
