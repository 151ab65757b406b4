"""The demo city's registers: sample assessments that let its services go live, a sample processor. All marked."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from lianglin.access.actor import TOP, Actor, job, resident
from lianglin.access.models import AccessLog, Post
from lianglin.access.queries import actor_in
from lianglin.access.transaction import acting
from lianglin.cases.models import Case
from lianglin.kit import clock, discovery, live
from lianglin.kit.seeding import SeedContext
from lianglin.people.models import Resident
from lianglin.places.models import Community
from lianglin.privacy import rules
from lianglin.privacy.actions import requests
from lianglin.privacy.actions.requests import Asked
from lianglin.privacy.models import Assessment, Breach, Processor, Sharing

_ASSESSED = {
    "": {
        "necessity": "示例数据：办理居民反映的事项属于法定职责，只收集办理所必需的内容。",
        "risks": "示例数据：事项文字中可能写有敏感信息；承办单位会看到事项内容，看不到反映人。",
        "measures": "示例数据：反映人单独存放、电话加密；按地域和目的限制查看；查看留痕；到期删除。",
    },
    "benefits": {
        "necessity": "示例数据：按公开的政策条件比对已掌握的情况，让该享受的家庭不漏掉；不打分，不排名。",
        "risks": "示例数据：自动比对可能出错，也可能让人得知家庭收入、残疾等情况。",
        "measures": "示例数据：机器只提示“可能符合”，由主管部门作决定；健康类只给健康岗位；本人可以关闭推送；公示只登必要内容。",
    },
}


def seed(context: SeedContext) -> None:
    """Nothing in a real city: there, the services wait for a real assessment."""
    if not context.demo:
        return
    today, now = clock.today(), clock.now()
    for manifest in discovery.manifests():
        if manifest.assess:
            Assessment.objects.create(
                domain=manifest.code,
                **_ASSESSED[manifest.code if manifest.code in _ASSESSED else ""],
                result="passed",
                valid_until=today + timedelta(days=2 * 365),
                made_at=now,
                approved_at=now,
                sample=True,
            )
    Processor.objects.create(
        name="示例云服务公司",
        task="示例数据：托管服务器，不查看数据内容",
        data="平台的全部数据（加密存放）",
        contract="示例-2026-001",
        from_on=today.replace(month=1, day=1),
        contact="024-12345（示例）",
        sample=True,
    )
    Sharing.objects.create(
        receiver="示例区供热办",
        contact="024-12345（示例）",
        purpose="示例数据：办理供热投诉",
        data="事项内容、地址；不含反映人",
        basis="statutory_duty",
        basis_words="示例：城市供热管理规定",
        persons=12,
        shared_on=today - timedelta(days=30),
        recorded_at=now,
        sample=True,
    )
    live.forget()
    filled = context.made.get("places", {}).get("communities", [])
    workers = context.made.get("access", {}).get("workers", {})
    if filled and workers:
        _requests(Community.objects.get(pk=filled[0]), workers)
        _breach()
    with (
        suppress(AlreadyEnqueued),
        transaction.atomic(),
    ):  # as every night: the officer sees what a run writes down
        app.configure_task("privacy_retention", queue="events").defer(timestamp=0)


def _requests(here: Community, workers: Mapping[str, int]) -> None:
    """Requests of sample residents in every stage, a refusal with its reason among them; and looks at their files."""
    scope = here.scope_code
    worker = actor_in(Post.objects.get(pk=workers[scope]))
    officer = actor_in(Post.objects.get(role_code="protection_officer"))
    with acting(job(scope, scope + TOP)) as reader:
        rows = Resident.objects.visible_to(reader, purpose="system").filter(
            sample=True, died_on__isnull=True, phone_match__isnull=False
        )
        people = [person.pk for person in rows.order_by("id")[:4]]
    if len(people) < 4:
        return
    me, second, third, fourth = people
    asked = [
        _ask(me, Asked("see", "社区都登记了我家哪些情况？")),
        _ask(second, Asked("delete", "请删除我去年反映事项的全部记录。")),
        _ask(third, Asked("copy")),
        _ask(fourth, Asked("explain", "为什么给我家安排了上门服务？")),
    ]
    with acting(worker):
        for case_id in asked[:3]:
            requests.provide(case_id, by=worker, note="示例：已核对本社区登记的内容，无其他材料。")
    with acting(officer):
        requests.refuse(
            asked[1], by=officer, ground="kept_by_law",
            note="示例：办结的事项按档案规定须保存五年，期满由系统自动清除。姓名和电话办结两年后先行删除。",
        )  # fmt: skip
        requests.fulfil(asked[2], by=officer, outcome="done", note="示例：副本已备好，30日内可下载。")
    with acting(worker):
        asked.append(
            requests.ask(
                asked=Asked(
                    "see", "父亲去世后，想查看他登记过的情况。", acting_for="relative", contact="示例"
                ),
                by=worker,
                community=here,
            ).case.pk
        )
    Case._base_manager.filter(pk__in=asked).update(sample=True)
    _looks(worker, scope, [me, second, me])


def _ask(resident_id: int, asked: Asked) -> int:
    with acting(resident(None, resident_id)) as person:
        return requests.ask(asked=asked, by=person).case.pk


def _looks(worker: Actor, scope: str, residents: list[int]) -> None:
    """A worker looked at some files in the last days, each time for a purpose."""
    AccessLog._base_manager.bulk_create(
        AccessLog(
            at=clock.now() - timedelta(days=2 * number + 1, hours=number),
            scope_code=scope,
            resident_id=person,
            organisation_id=worker.organisation_id,
            post_id=worker.post_id,
            purpose="serve_household" if number % 2 else "handle_case",
            what="what is known of the household and its members" if number % 2 else "phone",
        )
        for number, person in reversed(list(enumerate(residents)))
    )


def _breach() -> None:
    """A drill, so that the record and its deadlines can be seen."""
    found = clock.now() - timedelta(days=40)
    Breach.objects.create(
        title="示例演练：一份名单误发给另一个社区",
        found_at=found,
        kinds="姓名、门牌",
        cause="示例：发送前未核对收件单位。",
        contact="市级管理机构（示例）",
        authority_due_at=rules.authority_due(found),
        persons=12,
        harm="示例：收件社区未打开，已确认删除。",
        measures="示例：收回文件，收件人书面确认删除；名单改由系统导出，带水印。",
        state=Breach.State.ASSESSED,
        sample=True,
    )
