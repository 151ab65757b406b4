"""Sample standard texts: two of the city, looked at by a second person, and one of the first street."""

from __future__ import annotations

from lianglin.access.models import Post
from lianglin.access.queries import actor_in
from lianglin.access.transaction import acting
from lianglin.appeals.actions import texts
from lianglin.appeals.actions.texts import Written
from lianglin.appeals.models import StandardText
from lianglin.kit.seeding import SeedContext

FRAME = "如对办理结果不满意，可拨打12345要求重新办理。"
CITY = (
    Written(
        "answer", "现场处理后答复（示例）",
        f"您反映的{{地点}}“{{事项}}”问题，{{单位}}已到现场处理：【做了什么、何时完成】。\n{FRAME}", frame=FRAME,
    ),
    Written(
        "extend", "延期告知（示例）", "您反映的“{事项}”（编号{编号}）因【原因】需要延期办理，我们将在【日期】前答复您。",
    ),
)  # fmt: skip
STREET = Written(
    "answer", "楼道照明修复（示例）", f"{{地点}}的照明已由{{单位}}修复，请您查看。\n{FRAME}", "020601"
)


def seed_texts(context: SeedContext) -> None:
    """Written and looked at by the actions themselves."""
    access = context.made["access"]
    city, streets = access.get("city_posts"), access.get("coordinators")
    if not city or not streets:
        return
    ids = [city["city"], city["city-b"], next(iter(streets.values()))]
    found = Post.objects.select_related("account", "organisation").in_bulk(ids)
    first, second, street = (actor_in(found[pk]) for pk in ids)
    made = []
    with acting(first):
        made += [texts.write(by=first, written=one, reason="示例") for one in CITY]
    with acting(second):
        for one in made:
            texts.decide(by=second, text_id=one.pk, approve=True)
    with acting(street):
        made.append(texts.write(by=street, written=STREET, reason="示例"))
    StandardText.objects.filter(pk__in=[one.pk for one in made]).update(sample=True)
