"""Colleagues' work in the demo: who is away, which case is with whom, who is on call. All by the actions themselves."""

from __future__ import annotations

from datetime import timedelta
from itertools import cycle

from lianglin.access.models import Organisation, Post
from lianglin.access.queries import actor_in
from lianglin.access.transaction import acting
from lianglin.appeals.actions import accept, submit
from lianglin.appeals.models import Item
from lianglin.cases.actions import Place
from lianglin.cases.actions.on_call import fill_rota
from lianglin.cases.actions.standing_in import arrange_cover, delegate, hand_over
from lianglin.kit import clock
from lianglin.kit.seeding import SeedContext
from lianglin.places.models import Community

WEEKS_BEFORE, WEEKS_AFTER = 2, 10
"""How far the sample rota reaches around the demo's today; the clock can be advanced and the rota is still there."""
ON_CALL = ("供热企业（示例）", "燃气企业（示例）")
"""Who has the nights and the free days, week about."""
TOLD = (
    ("020605", "一楼地漏返水，厨房下水不畅，请联系疏通"),
    ("030201", "楼上夜里十一点后仍有敲打声，希望社区上门调解"),
    ("030302", "想了解本周老年活动室的开放时间和报名办法"),
    ("030203", "楼道里堆放旧家具，影响老人进出，请协调清理"),
    ("020502", "楼前草坪被踩秃一块，建议补种并立提示牌"),
)
"""Sample reports told at the counter: (item, text); they name nobody."""
_FORMER = 2
"""How many of them the post that ends today had taken on."""


def seed_desk(context: SeedContext) -> int:
    """Covers, a case given away, a handover and two rotas, in the first community, street and district.

    Returns how many appeals it opened.
    """
    access = context.made["access"]
    colleagues = access.get("colleagues", {})
    posts = Post.objects.select_related("organisation").in_bulk(
        [*colleagues.values(), *access.get("workers", {}).values(), *access.get("coordinators", {}).values()]
    )
    if not colleagues:
        return 0
    second, left, deputy = (posts[colleagues[name]] for name in ("worker", "left", "coordinator"))
    worker = posts[access["workers"][second.scope_code]]
    coordinator = posts[access["coordinators"][deputy.scope_code]]
    _covers(worker, second, coordinator, deputy)
    for post in (coordinator, Post.objects.filter(role_code="district_coordinator").first()):
        if post is not None:
            _rota(post)
    return _cases(worker, second, left)


def _covers(worker: Post, second: Post, coordinator: Post, deputy: Post) -> None:
    """The street's second post is away now; the community's first will be next week."""
    today = clock.today()
    for away, by, first, last in ((deputy, coordinator, -1, 4), (worker, second, 7, 11)):
        with acting(actor_in(away)) as actor:
            arrange_cover(
                by=actor,
                by_post_id=by.pk,
                starts_on=today + timedelta(days=first),
                ends_on=today + timedelta(days=last),
            )


def _cases(worker: Post, second: Post, left: Post) -> int:
    """Reports told at the counter today: one is with the colleague, the last two were handed over to it."""
    item = {found.code: found for found in Item.objects.filter(code__in=[code for code, _text in TOLD])}
    place = Place(community=Community.objects.get(scope_code=worker.scope_code, valid_to=None))
    taken: list[int] = []
    for number, (code, text) in enumerate(TOLD):
        holder = worker if number < len(TOLD) - _FORMER else left
        with acting(actor_in(holder)) as actor:
            made = submit(
                by=actor, place=place, text=text, item=item[code], channel="desk"
            ).case  # fmt: skip
            accept(made.pk, by=actor)
        taken.append(made.pk)
    with acting(actor_in(worker)) as actor:
        delegate(taken[0], by=actor, to_post_id=second.pk, note="请代为跟进")
    with acting(actor_in(left)) as actor:
        hand_over(from_post=left, to_post=second, by=actor)
    return len(taken)


def _rota(post: Post) -> None:
    """The post's own office by day on working days; two units, week about, at all other times."""
    first = clock.today() - timedelta(days=clock.today().weekday(), weeks=WEEKS_BEFORE)
    last = first + timedelta(weeks=WEEKS_BEFORE + WEEKS_AFTER, days=-1)
    units = list(Organisation.objects.filter(name__in=ON_CALL).order_by("pk"))
    if not units:
        return
    with acting(actor_in(post)) as actor:
        for week, unit in zip(range(WEEKS_BEFORE + WEEKS_AFTER), cycle(units)):
            monday = first + timedelta(weeks=week)
            fill_rota(
                by=actor, unit_id=unit.pk, first=monday, last=monday + timedelta(days=6), days="all", shift="both"
            )  # fmt: skip
        fill_rota(
            by=actor, unit_id=post.organisation_id, first=first, last=last, days="working", shift="day"
        )  # fmt: skip
