"""Sample goals, imported files and history of figures for the demo city; all of it says that it is sample."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection

from lianglin.access.actor import Actor
from lianglin.access.models import Post
from lianglin.access.queries import actor_in
from lianglin.access.transaction import acting, together
from lianglin.indicators.models import DefinitionVersion, FigureImport, IndicatorTarget
from lianglin.indicators.values import importing, targeting
from lianglin.indicators.values.lines import HEADS
from lianglin.kit import clock
from lianglin.kit.errors import HouseError
from lianglin.kit.seeding import SeedContext
from lianglin.kit.spreadsheet import as_csv

SOURCE = "示例文件（虚构），非真实文号"
OFFICE = "示例报送部门（虚构）"
GOALS = (("appeals.settled", 95, "up"), ("appeals.on_time", 90, "up"), ("appeals.handled_again", 5, "down"))
_HEAD = [words[0] for words in HEADS.values()]
FIRST = (
    ("imported.net_employment", "", "2022-", "419000", "", "", "示例"),
    ("imported.health_centres_reaching", "", "2024", "97.8", "", "", "示例"),
    ("imported.alliance_coverage", "", "2024", "100", "", "", "示例"),
    ("imported.accidents_yoy", "", "2024", "-66.4", "", "", "示例"),
    ("imported.criminal_alarms_yoy", "", "2024", "-35.9", "", "", "示例"),
    ("imported.order_alarms_yoy", "", "2024", "-2.4", "", "", "示例"),
    ("imported.posts_moved_down", "", "2022-", "4500", "", "", "示例"),
)
"""The stated figures of 2024 as a file; the last line wrong on purpose, so that the next file corrects it."""
CORRECTED = (("imported.posts_moved_down", "", "2022-", "4600", "", "", "示例：更正"),)
WAITING = (
    ("imported.net_employment", "", "2022-", "431000", "", "", "示例"),
    ("imported.accidents_yoy", "", "2025", "-12.5", "35", "40", "示例"),
)


def seed(context: SeedContext) -> None:
    """Goals and files, each by two posts of the demo; a proposal and a file that wait for the second person."""
    if not context.demo:
        return
    context.report("goals and imported figures", 0.0)
    posts = {
        p.role_code: p
        for p in Post.objects.filter(role_code__in=("city_coordinator", "manager")).order_by("-pk")
    }
    if len(posts) == 2:
        one, two = actor_in(posts["city_coordinator"]), actor_in(posts["manager"])
        _goals(one)
        _files(one, two)
    context.report("goals and imported figures", 1.0)


def _goals(one: Actor) -> None:
    begun = clock.today().replace(month=1, day=1)
    IndicatorTarget.objects.bulk_create(
        IndicatorTarget(
            indicator=code, scope_code="", amount=amount, better=better, valid_from=begun, source=SOURCE, sample=True
        )
        for code, amount, better in GOALS
    )  # fmt: skip
    with acting(one) as by, suppress(HouseError), together():
        targeting.propose(
            by=by, indicator="appeals.satisfied", amount=Decimal(90), better="up", valid_from=clock.today(), source=SOURCE,
            reason="示例：拟增设满意率目标",
        )  # fmt: skip


def _files(one: Actor, two: Actor) -> None:
    for name, rows, as_of, approve in (
        ("示例-部门报送-2024.csv", FIRST, date(2024, 12, 31), True),
        ("示例-更正.csv", CORRECTED, date(2024, 12, 31), True),
        ("示例-部门报送-待审.csv", WAITING, clock.today() - timedelta(days=20), False),
    ):
        made = _brought(one, name, rows, as_of)
        if made and approve:
            with acting(two) as by, suppress(HouseError), together():
                importing.decide(by=by, key=made.key, approve=True)
    FigureImport.objects.update(sample=True)


def _brought(one: Actor, name: str, rows: Sequence[Sequence[str]], as_of: date) -> FigureImport | None:
    content = as_csv([_HEAD, *rows])
    with acting(one) as by, suppress(HouseError), together():
        return importing.bring(
            by=by, brought=importing.Brought(name, content, OFFICE, SOURCE, as_of, "示例：演示数据"),
        )  # fmt: skip
    return None


_BACKDATE = """
update indicators_indicatorvalue set valid_from = least((month + interval '1 month')::date, %(today)s)
where valid_from is null or valid_from >= %(today)s
"""
_LATE = """
with late as (
    select *, (month + interval '1 month' + interval '11 days')::date as changed,
        1 + (hashtext(scope_code || indicator) & 3) as fewer
    from indicators_indicatorvalue
    where indicator = any(%(codes)s) and member = '' and month >= %(first)s and month < %(running)s
        and numerator > 3 and hashtext(indicator || scope_code || month) & 3 = 0
), changed as (
    update indicators_indicatorvalue v set valid_from = late.changed from late where v.id = late.id and late.changed <= %(today)s
    returning v.id
)
insert into indicators_figurerevision (indicator, month, scope_code, member, numerator, denominator, definition_version,
    valid_from, valid_until, ended_by)
select indicator, month, scope_code, member, numerator - fewer, denominator, definition_version,
    (month + interval '1 month')::date, changed, case when hashtext(scope_code) & 7 = 0 then 'ruling' else 'counted' end
from late where changed <= %(today)s
"""


def sample_history(months: int) -> None:
    """Gives the demo's past months a past: told when they ended, and some cells changed by late call-backs twelve days on.

    Called once, when the sample city's figures were counted for the first time.
    """
    today = clock.today()
    begun = today.replace(day=1)
    given = {
        "today": today,
        "running": begun,
        "first": begun - timedelta(days=150),
        "codes": ["appeals.settled", "appeals.satisfied", "appeals.solved_rate", "appeals.handled_again"],
    }
    with connection.cursor() as cursor:
        cursor.execute(_BACKDATE, given)
        cursor.execute(_LATE, given)
    DefinitionVersion.objects.filter(valid_until__isnull=True).update(
        valid_from=begun - timedelta(days=31 * months)
    )
