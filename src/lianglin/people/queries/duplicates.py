"""Files that may be one person, and which files were joined."""

from __future__ import annotations

from django.db import connection
from django.db.models import QuerySet

from lianglin.access.actor import Actor
from lianglin.kit import clock
from lianglin.kit.restricted import BEHIND_DIGITS
from lianglin.people.models import DuplicateHalf, DuplicatePair, Merge
from lianglin.people.queries.guardians import purpose_of

_COMMON = {
    "id": "b.id_match = a.id_match",
    "phone": "b.phone_match = a.phone_match and b.name = a.name",
    "name": (
        "b.born_on = a.born_on and exists (select 1 from people_namekey x join people_namekey y on y.key = x.key "
        "where x.resident_id = a.id and y.resident_id = b.id and x.key !~ '^[a-z]{1,4}$')"
    ),
}
"""What two files have in common; keys of up to four letters are initials and say too little."""
_FIND = """
insert into people_duplicatepair (scope_code, first_id, second_id, reason, state, ground, found_at)
select {area}, a.id, b.id, '{reason}', 'open', '', %(now)s
from people_resident a join people_resident b on {common} and b.id > a.id and {near}
where {within} and a.merged_into is null and b.merged_into is null on conflict (first_id, second_id) do nothing"""
_SAME = {
    "area": "a.scope_code",
    "near": "b.scope_code = a.scope_code",
    "within": "a.scope_code = %(low)s and b.scope_code = %(low)s",
}
"""Equal, not a range: of a range inside one bar of its histogram the planner expects one row, and compares each with each."""
_ACROSS = {
    "area": "case when left(a.scope_code, 9) = left(b.scope_code, 9) then left(a.scope_code, 9) else left(a.scope_code, 6) end",
    "near": "b.scope_code <> a.scope_code",
    "within": "a.scope_code >= %(low)s and a.scope_code < %(high)s and b.scope_code >= %(low)s and b.scope_code < %(high)s",
}


_FAR = """
with made as (
    insert into people_duplicatepair (scope_code, first_id, second_id, reason, state, ground, found_at)
    select left(a.scope_code, 4), a.id, b.id, 'id', 'open', '', %(now)s
    from people_resident a join people_resident b on b.id_match = a.id_match and b.id > a.id
        and left(b.scope_code, 6) <> left(a.scope_code, 6)
    where a.scope_code < %(high)s and b.scope_code < %(high)s and a.merged_into is null and b.merged_into is null
    on conflict (first_id, second_id) do nothing returning id, first_id, second_id
)
insert into people_duplicatehalf (scope_code, pair_id, resident_id, state, said, ground, clash, found_at)
select r.scope_code, m.id, r.id, 'open', '', '', false, %(now)s
from made m cross join lateral unnest(array[m.first_id, m.second_id]) one(id) join people_resident r on r.id = one.id"""
"""A pair across districts carries the city's code, which is in no post's range; each of its halves its own place."""


def find(scope_code: str) -> int:
    """Writes down the pairs of one community that are not known yet; how many. Runs as a job, under its policies."""
    return sum(_write(reason, scope_code, _SAME) for reason in _COMMON)


def find_across(district: str) -> int:
    """The same ID number in two communities of a district (six digits): who moved and was taken in a second time."""
    return _write("id", district, _ACROSS)


def find_far() -> int:
    """The same ID number in two districts; how many pairs are new. As a job of the whole city; restricted rows stay out."""
    with connection.cursor() as cursor:
        cursor.execute(_FAR, {"now": clock.now(), "high": BEHIND_DIGITS})
        return cursor.rowcount // 2


def _write(reason: str, prefix: str, how: dict[str, str]) -> int:
    statement = _FIND.format(reason=reason, common=_COMMON[reason], **how)
    with connection.cursor() as cursor:
        cursor.execute(statement, {"now": clock.now(), "low": prefix, "high": prefix + "~"})
        return cursor.rowcount


def open_pairs(actor: Actor) -> QuerySet[DuplicatePair]:
    """Pairs of the actor's area that wait for a decision. Page them by ("-id")."""
    rows = DuplicatePair.objects.visible_to(actor, purpose=purpose_of(actor)).filter(
        state=DuplicatePair.State.OPEN
    )
    return rows.select_related("first", "second")


def pair(pk: int, actor: Actor) -> DuplicatePair | None:
    """One pair of the actor's area, with both files."""
    rows = DuplicatePair.objects.visible_to(actor, purpose=purpose_of(actor))
    return rows.select_related("first", "second").filter(pk=pk).first()


def halves(actor: Actor) -> QuerySet[DuplicateHalf]:
    """The actor's files of which another one is in another district: open first, then what was joined. With the file."""
    rows = DuplicateHalf.objects.visible_to(actor, purpose=purpose_of(actor)).select_related("resident")
    return rows.exclude(state=DuplicatePair.State.DIFFERENT)


def half(pk: int, actor: Actor) -> DuplicateHalf | None:
    """One of them, of the actor's area."""
    rows = DuplicateHalf.objects.visible_to(actor, purpose=purpose_of(actor))
    return rows.select_related("resident").filter(pk=pk).first()


def merges(actor: Actor) -> QuerySet[Merge]:
    """Joinings of the actor's area that hold. Page them by ("-id")."""
    return Merge.objects.visible_to(actor, purpose=purpose_of(actor)).filter(undone_at__isnull=True)


def follow(label: str, gone_id: int, kept_id: int) -> list[int]:
    """Moves what is declared under a label from one file to the other; the numbers of the rows. As a job."""
    with connection.cursor() as cursor:
        cursor.execute("select people_follow(%s, %s, %s)", [label, gone_id, kept_id])
        return cursor.fetchone()[0]


def follow_back(label: str, rows: list[int], gone_id: int, kept_id: int) -> int:
    """Moves those rows back, as far as they are still there; how many."""
    with connection.cursor() as cursor:
        cursor.execute("select people_follow_back(%s, %s, %s, %s::bigint[])", [label, gone_id, kept_id, rows])
        return cursor.fetchone()[0]
