"""The scene with what problem classes need more: a second coordinator of the street, and appeals of past seasons."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

from tests.world import FAR, HERE, SINCE

from lianglin.access.models import Account, Post
from lianglin.access.queries import actor_in
from lianglin.access.transaction import acting
from lianglin.appeals.actions import problem_effects, problems
from lianglin.appeals.models import Appeal, Appellant, Item, ProblemClass
from lianglin.appeals.tests.scene import POSTS, Town, build
from lianglin.cases.models import Case
from lianglin.kit import clock
from lianglin.kit.clock import CITY_ZONE
from lianglin.kit.crypto import match_key

STREET = HERE[:9]
_number = count(1)


def built() -> Town:
    """The town of the desk's tests, and a colleague of the street's coordinator."""
    town = build()
    first = town.world.posts[f"street-{STREET}"]
    account = Account.objects.create_user("street-b", None, name="x", created_at=clock.now())
    post = Post.objects.create(
        account=account, role_code="street_coordinator", organisation=first.organisation, scope_code=STREET,
        title="x", starts_on=SINCE,
    )  # fmt: skip
    plant(town, date(2020, 1, 1), date(2020, 1, 1), 1, item=town.lift, scope=FAR)  # records reach back
    town.world.posts["street-b"], town.world.actors["street-b"] = post, actor_in(post)
    return town


def who(town: Town, name: str) -> Any:
    """The actor of a short name; "second" is the colleague."""
    return town.world.actors["street-b" if name == "second" else POSTS.get(name, name)]


def run(town: Town, name: str, module: Any, verb: str, *args: Any, **given: Any) -> Any:
    """One verb by a post, in a transaction of its own."""
    with acting(who(town, name)) as actor:
        return getattr(module, verb)(*args, by=actor, **given)


def plant(
    town: Town, first: date, last: date, number: int, *, item: Item | None = None, scope: str = HERE
) -> list[Case]:
    """Appeals spread evenly over these days, each by another telephone."""
    span, community = (last - first).days + 1, town.world.community(scope)
    cases, appeals, people = [], [], []
    for at in range(number):
        day = first + timedelta(days=at * span // number)
        opened = datetime.combine(day, time(12), CITY_ZONE)
        serial = next(_number)
        cases.append(
            Case(
                number=f"A9{serial:011}", kind="appeal", title="x", scope_code=scope, community=community,
                state="closed", opened_at=opened, closed_at=opened, due_provisional=False, place_text="x",
            )
        )  # fmt: skip
    made = Case._base_manager.bulk_create(cases)
    for case in made:
        appeals.append(
            Appeal(
                case=case, scope_code=scope, item=item or town.lamp, text="WORDS", opened_at=case.opened_at
            )
        )
        key = match_key(f"154{case.pk:08}", "phone")
        people.append(Appellant(case=case, scope_code=scope, phone_match=key))
    Appeal._base_manager.bulk_create(appeals)
    Appellant._base_manager.bulk_create(people)
    return made


def drawn(town: Town, **given: Any) -> problems.Drawn:
    """A class of the lamp item in the street over the last ninety days."""
    today = clock.today()
    common = {
        "title": "楼道照明反复报修", "breadth": "item", "codes": ["020601"], "scope_code": STREET,
        "first_day": today - timedelta(days=90), "last_day": today, "owner": town.unit("unit"),
    }  # fmt: skip
    return problems.Drawn(**{**common, **given})


def made(town: Town, *, cases: list[Case] | None = None, by: str = "street", **given: Any) -> ProblemClass:
    """A candidate."""
    ids = [case.pk for case in cases or []]
    return run(town, by, problems, "make", drawn=drawn(town, **given), case_ids=ids)


def confirmed(town: Town, **given: Any) -> ProblemClass:
    """Made by the street, confirmed by its colleague."""
    return run(town, "second", problems, "decide", made(town, **given).pk, approve=True)


def under_way(town: Town, begun: date, **given: Any) -> ProblemClass:
    """With a cause, and a rule in effect from a day."""
    problem = confirmed(town, **given)
    run(town, "street", problems, "find_cause", problem.pk, kind="upkeep", text="公共照明没有人日常巡查")
    measure = {
        "kind": "rule",
        "title": "公共照明巡查办法",
        "document_no": "示例〔2026〕1号",
        "effective_on": begun,
    }
    run(town, "street", problems, "add_measure", problem.pk, unit=town.unit("unit"), **measure)
    return problem


def closed(town: Town, begun: date, **given: Any) -> ProblemClass:
    """Measured by the street, closed by its colleague."""
    problem = under_way(town, begun, **given)
    yesterday = clock.today() - timedelta(days=1)
    run(town, "street", problem_effects, "measure_effect", problem.pk, first_day=begun, last_day=yesterday)
    return run(town, "second", problem_effects, "close", problem.pk, note="同季对比下降明显，予以销号")


__all__ = [
    "FAR",
    "HERE",
    "STREET",
    "built",
    "closed",
    "confirmed",
    "drawn",
    "made",
    "plant",
    "run",
    "under_way",
    "who",
]
