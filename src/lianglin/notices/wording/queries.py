"""Reads over versions of texts: those of a message, what waits, what is in force."""

from __future__ import annotations

from datetime import date

from django.db import connection
from django.db.models import QuerySet

from lianglin.access.actor import Actor
from lianglin.access.governance.two_people import TwoPeople
from lianglin.kit import clock, discovery
from lianglin.kit.domain import Domain, Notice
from lianglin.kit.fresh import Fresh
from lianglin.notices.wording.manifest import APPROVE
from lianglin.notices.wording.models import TextVersion

State = TwoPeople.State


def catalogue() -> list[tuple[Domain, Notice]]:
    """Every message that some package may send, with who sends it."""
    return [(one, notice) for one in discovery.manifests() for notice in one.notices]


def manifests() -> list[Domain]:
    """The packages that send messages."""
    return [one for one in discovery.manifests() if one.notices]


def find(code: str) -> tuple[Domain, Notice] | None:
    """The message under this code, and who sends it."""
    return next((pair for pair in catalogue() if pair[1].code == code), None)


def versions(code: str) -> QuerySet[TextVersion]:
    """All versions of a message's texts, the newest first. Page it by ("-id")."""
    return (
        TextVersion.objects.filter(code=code).select_related("proposed_post", "decided_post").order_by("-id")
    )


def in_force(code: str, scope_code: str) -> TextVersion | None:
    """The version that counts today for exactly this area; None when it is the text above, or the shipped one."""
    found = TextVersion.objects.filter(
        code=code, scope_code=scope_code, state=State.APPROVED, aside_at=None, from_on__lte=clock.today()
    )
    return found.order_by("-from_on", "-version").first()


def texts_before(notice: Notice, scope_code: str) -> dict[str, str]:
    """What is sent in this area today, by variant."""
    mine = in_force(notice.code, scope_code)
    above = in_force(notice.code, "") if scope_code and not mine else None
    return {**notice.texts, **((mine or above).texts if mine or above else {})}  # pyright: ignore[reportOptionalMemberAccess]


def standing() -> dict[str, str]:
    """By code, the most notable state of its versions: "aside", "waiting", "edited"."""
    found: dict[str, str] = {}
    today = clock.today()
    rows = TextVersion.objects.filter(state__in=[State.APPROVED, State.WAITING]).order_by("from_on", "id")
    for one in rows:
        if one.state == State.WAITING:
            found[one.code] = "waiting"
        elif one.aside_at:
            found[one.code] = "aside"
        elif one.from_on <= today and found.get(one.code) != "waiting":
            found[one.code] = "shipped" if one.shipped else "edited"
    return {code: state for code, state in found.items() if state != "shipped"}


_counts = Fresh(seconds=20)


def to_review(actor: Actor) -> int:
    """How many texts wait for this actor as the second person: for the navigation, at most twenty seconds old."""
    if not actor.may(APPROVE):
        return 0
    return _counts.get(actor.post_id, lambda: waiting(actor).count())


def waiting(actor: Actor) -> QuerySet[TextVersion]:
    """What waits for the second person in the actor's area, and was not written by this one."""
    found = TextVersion.objects.filter(
        state=State.WAITING, scope_code__gte=actor.low, scope_code__lt=actor.high
    )
    return found.exclude(proposed_by_id=actor.account_id)


def words_in_force(day: date) -> list[tuple[int, str, str, str, str, str]]:
    """(id, code, area, Chinese, elder-friendly, English) of every changed text in force, for whoever sends. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, code, scope_code, zh, elder, en from notices_words(%s::date)", [day.isoformat()]
        )
        return cursor.fetchall()
