"""Sample wishes of three people, a changed text in force, and one that waits for the second person."""

from __future__ import annotations

from datetime import time
from typing import Any

from lianglin.access.actor import TOP, job
from lianglin.access.models import Post
from lianglin.access.queries import actor_in
from lianglin.access.transaction import acting
from lianglin.kit import clock, discovery
from lianglin.kit.seeding import SeedContext
from lianglin.notices.models import Preference, TextVersion
from lianglin.notices.preferences.models import Wish
from lianglin.notices.wording import actions
from lianglin.people.models import Resident
from lianglin.places.models import Community

IN_FORCE, WAITS = "appeals.settled", "appeals.closed"
CHANGES = {
    IN_FORCE: {
        "zh-hans": "您反映的事（编号{number}）有结果了，请点开看一看、评一评。最迟{due}我们打电话回访，来电显示12345，请放心接听。"
        "查进度：{link} 或打12345。",
    },
    WAITS: {
        "zh-hans": "您反映的事（编号{number}）办完了，谢谢您帮我们发现问题。要是没办好，可以让我们重新办。查进度：{link} 或打12345。",
        "elder": "您好。您反映的事，办完了。编号是{number}。谢谢您。没办好，就打12345，我们重新办。",
    },
}
"""Only what is changed; the other variants stay as shipped."""
WISHES: tuple[dict[str, Any], ...] = (
    {"elder": True, "quiet_from": time(19), "quiet_until": time(9), "asked": Wish.Asked.WORKER, "asked_by": "女儿（示例）"},
    {"way": Wish.Way.LEAST, "asked": Wish.Asked.OWN},
    {"language": Wish.Speech.ENGLISH, "off": ["benefits.voluntary"], "asked": Wish.Asked.OWN},
)  # fmt: skip


def seed(context: SeedContext) -> None:
    """Nothing in a real city; texts where two city coordinators are there to make them."""
    if context.demo:
        _wishes(context)
        _texts(context)


def _wishes(context: SeedContext) -> None:
    filled = context.made.get("places", {}).get("communities", [])
    if not filled:
        return
    scope = Community.objects.get(pk=filled[0]).scope_code
    posts = Post.objects.filter(scope_code=scope, role_code="community_worker").order_by("id")
    post_id = posts.values_list("id", flat=True).first()
    with acting(job(scope, scope + TOP)) as reader:
        people = Resident.objects.visible_to(reader, purpose="system").filter(
            sample=True, ended_on__isnull=True, phone_match__isnull=False
        )
        chosen = list(people.order_by("id").values_list("id", flat=True)[1 : 1 + len(WISHES)])
        Preference._base_manager.bulk_create(
            Preference(
                scope_code=scope, resident_id=who, set_at=clock.now(), sample=True,
                post_id=post_id if given["asked"] == Wish.Asked.WORKER else None, **given,
            )
            for who, given in zip(chosen, WISHES, strict=False)
        )  # fmt: skip


def _texts(context: SeedContext) -> None:
    city = context.made.get("access", {}).get("city_posts")
    shipped = {one.code: one.texts for one in discovery.each("notices")}
    if not city or not set(CHANGES) <= set(shipped):
        return
    found = Post.objects.select_related("account", "organisation").in_bulk([city["city"], city["city-b"]])
    first, second = (actor_in(found[city[key]]) for key in ("city", "city-b"))
    made: dict[str, TextVersion] = {}
    with acting(first):
        for code, changed in CHANGES.items():
            texts = {**shipped[code], **changed}
            made[code] = actions.propose(
                by=first, code=code, texts=texts, reason="示例", from_on=clock.today()
            )
    with acting(second):
        actions.decide(by=second, version_id=made[IN_FORCE].pk, approve=True)
    TextVersion.objects.filter(pk__in=[one.pk for one in made.values()]).update(sample=True)
