"""How an appeal comes in: from a resident, from somebody who was told, or asked for by another service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.access.actor import resident as resident_actor
from lianglin.access.transaction import become, together
from lianglin.appeals import rules
from lianglin.appeals.actions.questions import keep_answers
from lianglin.appeals.actions.similarity_rows import write_row
from lianglin.appeals.models import Appeal, Appellant, Item, Representative
from lianglin.appeals.queries import catalogue
from lianglin.cases import actions as cases
from lianglin.cases.models import Case
from lianglin.kit.crypto import match_key
from lianglin.kit.errors import Refused
from lianglin.kit.events import OpenAppeal
from lianglin.kit.ids import clean_phone, clean_uscc
from lianglin.kit.writing import insert
from lianglin.places.models import Building, Community


@dataclass(frozen=True)
class Reporter:
    """Who reports; all empty means anonymous."""

    name: str = ""
    phone: str = ""
    entity: bool = False
    confidential: bool = True
    entity_name: str = ""
    uscc: str = ""
    headcount: int | None = None
    representatives: tuple[tuple[str, str], ...] = ()
    """(name, phone) of who speaks for several people; five at most."""

    @property
    def anonymous(self) -> bool:
        """Whether nothing was said about who reports."""
        said = (
            self.name,
            self.phone,
            self.entity_name,
            self.uscc,
            *(name + phone for name, phone in self.representatives),
        )
        return not any(text.strip() for text in said)


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
    answers: Mapping[str, str] | None = None,
    channel_note: str = "",
) -> Submitted:
    """Opens an appeal with a case and a receipt.

    The public becomes the holder of exactly the new case for the rest of the transaction; staff record what
    somebody told them and need the duty appeals.intake. ``answers``: question code -> answer, to the item's questions.
    """
    by.require("appeals.intake" if by.role == "staff" else "public.submit")
    text, reporter = text.strip(), reporter or Reporter()
    if len(text) < 5:
        raise Refused(_("Tell us in at least five characters what the matter is."), field="text")
    phone = phone_of(reporter.phone)
    must_fit(reporter)
    with together():
        opened = _open(by, place, text, item, title, reporter, phone, channel, channel_note)
        keep_answers(opened.case, item, answers or {})
    return Submitted(opened.case, opened.secret)


def open_for(request: OpenAppeal, *, by: Actor) -> str:
    """Answers the typed request: opens an appeal as ``by`` and returns its number.

    Refused when the community, the building or the item of the request is not known.
    """
    community = Community.objects.filter(scope_code=request.scope_code, valid_to__isnull=True).first()
    building = Building.objects.filter(pk=request.building_id, scope_code=request.scope_code).first()
    item = catalogue.item_of(request.item_code)
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
    channel_note: str,
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
    appeal = Appeal(
        case=case,
        scope_code=case.scope_code,
        item=item,
        channel=channel,
        text=text,
        entity=reporter.entity,
        anonymous=reporter.anonymous,
        headcount=reporter.headcount,
        channel_note=channel_note.strip()[:80],
        language=get_language() or "zh-hans",
        opened_at=case.opened_at,
    )
    insert(appeal)
    if not reporter.anonymous:
        appellant = Appellant(
            case=case,
            scope_code=case.scope_code,
            name=reporter.name.strip()[:60],
            phone=phone or None,
            phone_match=match_key(phone, "phone") if phone else None,
            entity_name=reporter.entity_name.strip()[:80],
            uscc=clean_uscc(reporter.uscc) if reporter.uscc else "",
            confidential=reporter.confidential,
            resident_id=by.resident_id,
        )
        insert(appellant)
        if reporter.representatives:
            keep_representatives(case, reporter.representatives)
    write_row(case, place, text, item, phone)
    return opened


def must_fit(reporter: Reporter) -> None:
    """Refused: more than five who speak for a group, fewer people than speak for them, a code of a business that is none."""
    if len(reporter.representatives) > rules.MOST_REPRESENTATIVES:
        raise Refused(_("Five people at most speak for a group. Choose them."), field="representatives")
    if (
        reporter.headcount is not None
        and not max(2, len(reporter.representatives)) <= reporter.headcount <= 30_000
    ):
        raise Refused(_("Say how many people report it together."), field="headcount")
    try:
        if reporter.uscc:
            clean_uscc(reporter.uscc)
    except ValueError as error:
        raise Refused(
            _("One of the 18 characters is wrong or missing. Compare the code with the licence."),
            field="uscc",
        ) from error


def keep_representatives(case: Case, found: Iterable[tuple[str, str]]) -> None:
    """Writes who speaks for the others of a group."""
    Representative.objects.bulk_create(
        Representative(
            case=case,
            scope_code=case.scope_code,
            position=n,
            name=name.strip()[:60],
            phone=phone_of(phone) or None,
        )
        for n, (name, phone) in enumerate(found, start=1)
    )


def phone_of(text: str) -> str:
    """The number as stored, "" for none; Refused where it is none."""
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
