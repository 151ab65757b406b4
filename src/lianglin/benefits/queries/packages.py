"""The package in force: texts of the versions, definitions and parameters, read once and held in the process.

Whoever matches asks :func:`package`; it costs one query by primary key as long as nothing changed. The texts are the
same as those of the exported folder, so that a digest can be computed again from a folder of files.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import yaml
from django.db import connection

from lianglin.benefits.models import Definitions, Edition, MeasureVersion, Parameter, ParameterValue
from lianglin.benefits.queries.vocabulary import facts
from lianglin.benefits.rules.life import STOOD
from lianglin.engines.eligibility.package import BadRules, Package, Problem
from lianglin.engines.eligibility.reading import read
from lianglin.engines.eligibility.typed import day_of
from lianglin.engines.eligibility.vocabulary import Fact
from lianglin.engines.eligibility.writing import money, number
from lianglin.kit import clock, plans
from lianglin.kit.fresh import Fresh
from lianglin.kit.held import held

PARAMETERS, DEFINITIONS = "parameters.yaml", "definitions.yaml"
TO_ENTER = "待填"
KINDS = {"money": "金额", "number": "数值", "date": "日期"}
_kept = Fresh(24 * 3600.0, most=6)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class InForce:
    """What is in force on a day: the package, and what had to be left out because it cannot be read (any more)."""

    package: Package
    left_out: tuple[Problem, ...] = ()


def path_of(code: str) -> str:
    """Where a measure stands in the folder."""
    return f"measures/{code}.yaml"


def code_of(path: str) -> str:
    """The measure that stands there; "" for other files."""
    return path.removeprefix("measures/").removesuffix(".yaml") if path.startswith("measures/") else ""


def package(on: date | None = None) -> Package:
    """The package on a day (today): of each measure the version that holds then, with the parameters in force.

    Shared: nobody changes it. Cheap unless something changed since; then it is read anew, once in each process.
    """
    return in_force(on).package


def in_force(on: date | None = None) -> InForce:
    """The package on a day, and what is wrong with it."""
    day = on or clock.today()
    known = known_facts()
    return _kept.get((_revision(), day, id(known)), lambda: _read(day, known))


def _revision() -> int:
    """Asked before everything that rests on the package, so by a statement whose plan is kept."""
    table = connection.ops.quote_name(Edition._meta.db_table)
    with plans.keeping(), connection.cursor() as cursor:
        cursor.execute(f"select revision from {table} where id = %s", [1])
        found = cursor.fetchone()
    return found[0] if found else 0


@held
def known_facts() -> tuple[Fact, ...]:
    """The registry's facts and those of the health ground; the same object as long as it is held."""
    return tuple(facts())


def _read(day: date, known: tuple[Fact, ...]) -> InForce:
    return readable(texts(day), known)


def readable(found: Mapping[str, str], known: Iterable[Fact]) -> InForce:
    """Reads texts; measures that cannot be read are left out and named, and so are those that rest on them."""
    kept, wrong = dict(found), list[Problem]()
    facts_known = list(known)
    for _round in range(8):
        try:
            return InForce(read(kept, facts_known, complete=False), tuple(wrong))
        except BadRules as error:
            wrong += error.problems
            bad = {problem.path for problem in error.problems if code_of(problem.path)} & set(kept)
            if not bad:
                break
            for path in bad:
                _log.error("A measure in force cannot be read: %s", path)
                del kept[path]
    return InForce(read({}, facts_known), tuple(wrong))


def texts(on: date) -> dict[str, str]:
    """Path -> text of everything that holds on a day, as in the exported folder."""
    found = {path_of(code): source for code, source in _measures(on).items()}
    definitions = definitions_text()
    if definitions:
        found[DEFINITIONS] = definitions
    parameters = parameters_text()
    if parameters:
        found[PARAMETERS] = parameters
    return found


def _measures(on: date) -> dict[str, str]:
    """Code -> text of the version that holds on a day: the newest that had begun; today's approved ones begin tonight."""
    states = [*STOOD, "approved"] if on > clock.today() else list(STOOD)
    rows = MeasureVersion.objects.filter(state__in=states, valid_from__lte=on).order_by(
        "measure_id", "-number"
    )
    rows = rows.distinct("measure_id").values_list("measure__code", "source", "valid_to")
    return {code: source for code, source, valid_to in rows if valid_to is None or valid_to >= on}


def definitions_text() -> str:
    """The definitions in force; "" when there are none."""
    found = Definitions.objects.filter(state=Definitions.State.IN_FORCE)
    return found.values_list("source", flat=True).first() or ""


def parameters_text() -> str:
    """Every parameter with its values in force, as a file of the folder; "" when there are none."""
    values: dict[int, list[ParameterValue]] = {}
    rows = ParameterValue.objects.filter(state=ParameterValue.State.IN_FORCE)
    for row in rows.order_by("parameter_id", "area", "from_on", "id"):
        values.setdefault(row.parameter_id, []).append(row)
    said = {one.name: _said(one, values.get(one.pk, [])) for one in Parameter.objects.order_by("name")}
    return yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=200) if said else ""


def _said(one: Parameter, values: Iterable[ParameterValue]) -> dict[str, object]:
    head: dict[str, object] = {}
    if one.name_en:
        head["英文名"] = one.name_en
    if one.unit:
        head["单位"] = one.unit
    head["类型"] = KINDS[one.kind]
    if one.kind == "number" and one.scale:
        head["小数"] = one.scale
    head["值"] = [
        {
            "地区": row.area,
            "自": row.from_on.isoformat(),
            "至": ends.isoformat() if ends else "",
            "值": value_text(one.kind, one.scale, row.value),
            "文号": row.document,
        }
        for row, ends in following(list(values))
    ]
    return head


def following(values: list[ParameterValue]) -> Iterator[tuple[ParameterValue, date | None]]:
    """Values in order of area and day, each with its last day: at the latest the day before the next one of its area begins."""
    for row, after in zip(values, [*values[1:], None], strict=True):
        if after is not None and after.area == row.area:
            before = after.from_on - timedelta(days=1)
            yield row, before if row.to_on is None else min(row.to_on, before)
        else:
            yield row, row.to_on


def value_text(kind: str, scale: int, value: int | None) -> str:
    """A value as it is written: yuan with their sign, a number with its decimals, a date; 待填 without one."""
    if value is None:
        return TO_ENTER
    if kind == "money":
        return money(value)
    return day_of(value).isoformat() if kind == "date" else number(value, scale)
