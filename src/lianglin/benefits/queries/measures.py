"""Reads of measures and their versions: the desk's lists, the public catalogue, what waits for whom."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, Q, QuerySet

from lianglin.access.actor import Actor
from lianglin.access.models import Post
from lianglin.benefits.models import Measure, MeasureGram, MeasureVersion
from lianglin.benefits.rules import life
from lianglin.benefits.rules.search import group_key, keys_asked
from lianglin.kit import clock
from lianglin.kit.fresh import Fresh

State = MeasureVersion.State
REVIEW, LAPSING = "review", "lapsing"
LISTS = (
    "draft",
    "legal_check",
    "checked",
    "approved",
    "in_force",
    REVIEW,
    LAPSING,
    "amended",
    "expired",
    "dropped",
)
"""The tabs of the desk's list: states, and what is to be looked at among what is in force."""
KEYS: dict[str, tuple[str, ...]] = {REVIEW: ("review_on", "id"), LAPSING: ("valid_to", "id")}
_waiting = Fresh(30.0)
_counts = Fresh(30.0)


def versions(only: str) -> QuerySet[MeasureVersion]:
    """The versions of one tab; page them by :data:`KEYS` of it, else by ("name", "id")."""
    found = MeasureVersion.objects.select_related("measure").defer("source")
    today = clock.today()
    if only == REVIEW:
        return found.filter(
            state=State.IN_FORCE, review_on__isnull=False, review_on__lte=today + life.REVIEW_SOON
        )
    if only == LAPSING:
        return found.filter(
            state=State.IN_FORCE, valid_to__isnull=False, valid_to__lte=today + life.ENDS_SOON
        )
    return found.filter(state=only)


def counts() -> dict[str, int]:
    """How many versions stand in each tab; at most half a minute old."""
    return _counts.get("all", _count)


def _count() -> dict[str, int]:
    found = {
        row["state"]: row["n"]
        for row in MeasureVersion.objects.order_by().values("state").annotate(n=Count("pk"))
    }
    return {only: found.get(only, 0) if only in State.values else versions(only).count() for only in LISTS}


def waiting(actor: Actor) -> int:
    """How many versions wait for what this post does; for the navigation, so at most half a minute old."""
    tabs = tuple(tab for duty, tabs in _OWED.items() if actor.may(duty) for tab in tabs)
    return sum(_waiting.get(tab, lambda tab=tab: versions(tab).count()) for tab in dict.fromkeys(tabs))


_OWED = {life.DRAFT: (REVIEW,), life.LEGAL: ("legal_check",), life.APPROVE: ("checked",)}


def version(pk: int) -> MeasureVersion | None:
    """One version with its measure and the people of its steps."""
    return MeasureVersion.objects.select_related("measure").filter(pk=pk).first()


def standing(measure_id: int) -> MeasureVersion | None:
    """The version of a measure that is in force."""
    return MeasureVersion.objects.filter(measure_id=measure_id, state=State.IN_FORCE).first()


def on_its_way(measure_id: int) -> MeasureVersion | None:
    """The version of a measure that is being written, checked or waits for its day."""
    return MeasureVersion.objects.filter(measure_id=measure_id, state__in=life.OPEN).first()


def history(measure: Measure, *, public: bool) -> list[MeasureVersion]:
    """The versions of a measure, the newest first; for the public those that are or were in force."""
    rows = MeasureVersion.objects.filter(measure=measure).defer("source").order_by("-number")
    return list((rows.filter(state__in=life.STOOD) if public else rows)[:50])


def catalogue(question: str = "", group: str = "", *, on: date | None = None) -> QuerySet[MeasureVersion]:
    """The measures in force that fit a question and a group (its sign); page them by ("name", "id")."""
    day = on or clock.today()
    found = MeasureVersion.objects.select_related("measure").defer("source").filter(state=State.IN_FORCE)
    found = found.exclude(valid_to__lt=day)
    asked = keys_asked(question)
    if question and not asked:
        return found.none()
    wanted = [*asked, *([group_key(group)] if group else [])]
    if not wanted:
        return found
    rows = MeasureGram.objects.filter(gram__in=wanted).order_by().values("version_id").annotate(n=Count("pk"))
    return found.filter(pk__in=[row["version_id"] for row in rows if row["n"] == len(set(wanted))])


def group_sizes() -> dict[str, int]:
    """Sign of a group -> how many measures in force it has; at most half a minute old."""

    def read() -> dict[str, int]:
        rows = MeasureVersion.objects.filter(Q(state=State.IN_FORCE)).values_list("groups", flat=True)
        found: dict[str, int] = {}
        for signs in rows:
            for sign in signs.split():
                found[sign] = found.get(sign, 0) + 1
        return found

    return _counts.get("groups", read)


def names_of(version: MeasureVersion) -> dict[int, str]:
    """Account id -> title of its post, of those who took the steps of a version; posts are public, accounts are not."""
    wanted = {version.drafted_by_id, version.checked_by_id, version.approved_by_id} - {None}
    if not wanted:
        return {}
    posts = Post.objects.filter(account_id__in=wanted).select_related("organisation").order_by("-id")
    return {post.account_id: post.label for post in posts}
