"""Rewriting scope codes: which tables carry one, which building a row belongs to, and the functions that move them.

No role may write other packages' tables for this. Two functions run as their owner instead, and only for a change
that is stored, begun and due: ``gazetteer_recode`` moves one batch of one table, ``gazetteer_count`` counts what
a change would move. Their statements are made from the models, after every migration; so a table that a new
domain adds is moved without anybody naming it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models

from lianglin.kit.models import ScopeCodeField
from lianglin.places.models import Building, Community, Division, Grid

BY_HAND = (Community, Grid, Division)
"""What a change itself ends and begins: their rows keep their codes for ever."""
FORWARD, BACKWARD = 1, 4
"""Cost of a step along a foreign key, and against one."""


@dataclass(frozen=True)
class Carrier:
    """A table whose rows follow their place: its scope column, and its foreign key to the community, if any."""

    model: type[models.Model]
    scope: str = ""
    community: str = ""

    @property
    def table(self) -> str:
        """The table's name."""
        return self.model._meta.db_table

    @property
    def key(self) -> str:
        """The column of the primary key."""
        return str(self.model._meta.pk.column)  # pyright: ignore[reportOptionalMemberAccess]


def carriers() -> list[Carrier]:
    """Every table that follows its place, by name."""
    found = []
    for model in apps.get_models():
        if model in BY_HAND or model._meta.proxy or not model._meta.managed:
            continue
        scope = community = ""
        for one in model._meta.local_concrete_fields:
            if isinstance(one, ScopeCodeField) and not one.dated:
                scope = one.column
            elif one.is_relation and one.related_model is Community:
                community = one.column
        if scope or community:
            found.append(Carrier(model, scope, community))
    return sorted(found, key=lambda carrier: carrier.table)


@dataclass(frozen=True)
class _Step:
    """From ``left.column`` to ``right.target``; backward steps may meet several rows, the newest counts."""

    model: type[models.Model]
    column: str
    target: str


def _ways(model: type[models.Model]) -> Iterator[tuple[int, _Step]]:
    for one in model._meta.get_fields():
        other: Any = getattr(one, "related_model", None)
        if other is None or other == "self" or other is model or not getattr(other, "_meta", None):
            continue
        if one.concrete and (one.many_to_one or one.one_to_one):
            column: Any = one
            yield FORWARD, _Step(other, column.column, column.target_field.column)
        elif one.auto_created and (one.one_to_many or one.one_to_one):
            relation: Any = one
            yield BACKWARD, _Step(other, relation.field.target_field.column, relation.field.column)


def way_to_building(model: type[models.Model]) -> list[_Step] | None:
    """The cheapest way along foreign keys from a row to its building; [] for buildings, None where there is none.

    Ways through communities, organisations and posts do not count: they lead to many buildings.
    """
    many = {Community, *(m for m in apps.get_models() if m._meta.app_label == "access")}
    waiting: deque[tuple[int, type[models.Model], list[_Step]]] = deque([(0, model, [])])
    best: dict[type[models.Model], int] = {model: 0}
    found: tuple[int, list[_Step]] | None = None
    while waiting:
        cost, here, way = waiting.popleft()
        if here is Building:
            if found is None or cost < found[0]:
                found = cost, way
            continue
        for price, step in sorted(_ways(here), key=lambda pair: (pair[0], pair[1].model._meta.label)):
            total = cost + price
            if (
                step.model in many
                or total >= best.get(step.model, 12)
                or (price == BACKWARD and len(way) > 1)
            ):
                continue
            best[step.model] = total
            waiting.append((total, step.model, [*way, step]))
    return found[1] if found else None


def _building(carrier: Carrier) -> str:
    """The row's building as an SQL expression over ``t``."""
    way = way_to_building(carrier.model)
    if way is None:
        return "null::bigint"
    if not way:
        return f"t.{carrier.key}"
    if len(way) == 1 and way[0].model is Building:
        return f"t.{way[0].column}"
    joins, order = [], ""
    for n, step in enumerate(way[:-1]):
        before = "t" if n == 0 else f"j{n - 1}"
        joins.append((step.model._meta.db_table, f"j{n}", f"j{n}.{step.target} = {before}.{step.column}"))
        order = order or f" order by j{n}.{step.model._meta.pk.column} desc"  # pyright: ignore[reportOptionalMemberAccess]
    first, *more = joins
    sql = f"(select j{len(joins) - 1}.{way[-1].column} from {first[0]} {first[1]}"
    sql += "".join(f" join {table} {name} on {on}" for table, name, on in more)
    return f"{sql} where {first[2]}{order} limit 1)"


def _aimed(carrier: Carrier, narrowed: str) -> str:
    """Rows with the code they have and the code they are to get."""
    if carrier.scope:
        source, has = f"{carrier.table} t", f"t.{carrier.scope}"
    else:
        source = f"{carrier.table} t join places_community own on own.id = t.{carrier.community}"
        has = "own.scope_code"
    return (
        f"with page as materialized (select t.{carrier.key} as id, {has} as code, {_building(carrier)} as building "
        f"from {source} where {has} = any(codes){narrowed}), "
        "aimed as (select p.id, p.code, coalesce(b.to_code, m.to_code) as target from page p "
        "join places_placeshare m on m.change_id = asked and m.from_code = p.code and m.main "
        "left join places_placemove b on b.change_id = asked and b.building_id = p.building)"
    )


def _move(carrier: Carrier) -> str:
    sets = [f"{carrier.scope} = a.target"] if carrier.scope else []
    if carrier.community:
        sets.append(
            f"{carrier.community} = (select c.id from places_community c where c.scope_code = a.target)"
        )
    narrowed = f" and t.{carrier.key} > behind order by t.{carrier.key} limit size"
    return (
        f"when '{carrier.table}' then {_aimed(carrier, narrowed)}, "
        f"done as (update {carrier.table} t set {', '.join(sets)} from aimed a "
        f"where t.{carrier.key} = a.id and a.target <> a.code returning 1) "
        "select (select count(*) from done), (select max(page.id) from page) into moved, last;"
    )


def _count(carrier: Carrier) -> str:
    return (
        f"{_aimed(carrier, '')} select '{carrier.table}'::text, code::text, target::text, count(*), "
        "count(*) filter (where building is null) from aimed a join page using (id, code) where target <> code group by 1, 2, 3"
    )


_DUE = """
    select array_agg(distinct s.from_code) into codes from places_placeshare s join places_placechange c on c.id = s.change_id
        where c.id = asked and c.state in ('running', 'done') and c.effective_on <=
            (coalesce(nullif(current_setting('app.at', true), '')::timestamptz, now()) at time zone 'Asia/Shanghai')::date;
    if codes is null then
        raise exception 'change % is not being carried out, or not yet in force', asked;
    end if;
"""


def install(cursor: Any) -> None:
    """Creates or replaces both functions from the models; only the background role may call them, staff may count."""
    found = carriers()
    moves = "\n        ".join(_move(carrier) for carrier in found)
    counts = "\n        union all\n        ".join(
        f"select * from ({_count(c)}) x{n}" for n, c in enumerate(found)
    )
    cursor.execute("drop function if exists gazetteer_recode(bigint, text, bigint, int)")
    cursor.execute(
        "create function gazetteer_recode(asked bigint, tbl text, behind bigint, size int, "
        "out moved bigint, out last bigint) language plpgsql security definer set search_path = public, pg_temp as "
        f"$$\n#variable_conflict use_variable\ndeclare codes text[]; begin {_DUE} case tbl\n        {moves}\n    end case; end $$"
    )
    cursor.execute("drop function if exists gazetteer_count(bigint)")
    cursor.execute(
        "create function gazetteer_count(asked bigint) "
        "returns table(tbl text, old text, new text, rows bigint, homeless bigint) "
        "language plpgsql stable security definer set search_path = public, pg_temp as "
        "$$\n#variable_conflict use_variable\ndeclare codes text[]; begin "
        "select array_agg(distinct s.from_code) into codes from places_placeshare s "
        "where s.change_id = asked; "
        f"return query {counts}; end $$"
    )
    cursor.execute("revoke execute on function gazetteer_recode(bigint, text, bigint, int) from public")
    cursor.execute("revoke execute on function gazetteer_count(bigint) from public")
    cursor.execute("grant execute on function gazetteer_recode(bigint, text, bigint, int) to lianglin_job")
    cursor.execute("grant execute on function gazetteer_count(bigint) to lianglin_job, lianglin_staff")


def recode(change_id: int, table: str, after: int, size: int) -> tuple[int, int | None]:
    """Moves one batch: (rows moved, key of the last row looked at or None at the end)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select moved, last from gazetteer_recode(%s, %s, %s, %s)", [change_id, table, after, size]
        )
        moved, last = cursor.fetchone() or (0, None)
    return int(moved), None if last is None else int(last)


@dataclass(frozen=True)
class Count:
    """How many rows of a table pass from one code to another; ``homeless`` of them belong to no building."""

    table: str
    old: str
    new: str
    rows: int
    homeless: int

    @property
    def label(self) -> str:
        """The rows in the reader's language."""
        model = next(c.model for c in carriers() if c.table == self.table)
        return str(model._meta.verbose_name_plural)


def counts(change_id: int) -> list[Count]:
    """What a stored change moves, or has left to move, by table and codes. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select tbl, old, new, rows, homeless from gazetteer_count(%s) order by 1, 2, 3", [change_id]
        )
        return [Count(*row) for row in cursor.fetchall()]
