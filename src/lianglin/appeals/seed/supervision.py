"""Samples of limits, supervision, call-backs, remedies and petitions, all made by the actions themselves."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

from lianglin.access.actor import job
from lianglin.access.models import Organisation, Post
from lianglin.access.queries import actor_in
from lianglin.access.transaction import acting
from lianglin.appeals import actions, rules
from lianglin.appeals.actions import calling, excluding, petitioning, providing, remedying, supervising
from lianglin.appeals.actions.opening import Reporter
from lianglin.appeals.actions.petitioning import Asked, Opinion
from lianglin.appeals.actions.supervising import Ordered
from lianglin.appeals.models import Item, Provision
from lianglin.appeals.queries import calls
from lianglin.appeals.queries import supervision as queries
from lianglin.cases.actions import Place
from lianglin.cases.models import Case
from lianglin.kit import clock, held
from lianglin.kit.errors import HouseError
from lianglin.kit.seeding import SeedContext
from lianglin.places.models import Community

ROWS = (
    ("service.handle", 7, "working_days", "0206"),
    ("reopening.within", 180, "days", "0201"),
    ("ladder.summon", 6, "working_days", ""),
)
"""Sample rows of the first district, in force for a year."""
MATTERS = (
    ("020601", "三单元楼道灯报修三次还没修好，老人晚上不敢下楼"),
    ("020605", "地下室反水，几家单位都说不归自己管"),
)
ANSWERED = (
    ("020601", "二单元门厅灯坏了，晚上看不清台阶"),
    ("020605", "厨房下水慢，请疏通"),
    ("020601", "四楼声控灯不灵敏"),
    ("020605", "卫生间地漏返味"),
    ("020601", "楼道应急灯不亮"),
)
PETITIONS = (
    ("产权证办理", "入住多年未能办理不动产权证，请求协调解决。", 12, 3),
    ("停车场收费", "小区停车场收费标准未公示，请求核查并公开。", 1, 1),
    ("旧管网改造", "供水管网老化，请求列入改造计划。", 40, 5),
)
OPINION = Opinion(
    "请求核查收费标准并公开。",
    "经核查，收费标准已备案，公示牌脱落。",
    "责令三日内重新公示。",
    "《价格法》第十三条（示例）",
)


def seed_supervision(context: SeedContext) -> int:
    """Fills the screens of supervision for the first community, street and district; returns how many appeals it opened."""
    access = context.made["access"]
    district = Post.objects.filter(role_code="district_coordinator").select_related("organisation").first()
    if district is None or not access.get("coordinators"):
        return 0
    second = Post.objects.select_related("organisation").get(pk=access["seconds"]["district"])
    street = Post.objects.select_related("organisation").get(pk=next(iter(access["coordinators"].values())))
    worker_code = next(code for code in access["workers"] if code.startswith(street.scope_code))
    worker = Post.objects.select_related("organisation").get(pk=access["workers"][worker_code])
    _rows(district, second)
    made = _matters(worker, street)
    _orders(district)
    _orders_on_units(district, second)
    _petitions(worker.scope_code, street, district)
    made += _settled(worker, street)
    _remedies(worker)
    _exclusions(district)
    return made


def _rows(district: Post, second: Post) -> None:
    for code, amount, unit, class_code in ROWS:
        with acting(actor_in(district)) as by:
            row = providing.propose_provision(
                by=by, code=code, amount=amount, unit=unit, valid_from=clock.today() + timedelta(days=1),
                basis="示例：区级办理规定（示例文号）", class_code=class_code,
            )  # fmt: skip
        with acting(actor_in(second)) as by:
            providing.decide_provision(row.pk, by=by, approve=True, note="示例")
        since = clock.today() - timedelta(days=365)
        Provision.objects.filter(pk=row.pk).update(sample=True, valid_from=since)
    with acting(actor_in(district)) as by:
        waiting = providing.propose_provision(
            by=by, code="ledger.long", amount=8, unit="working_days", valid_from=clock.today() + timedelta(days=30),
            basis="示例：拟收紧久拖不决标准",
        )  # fmt: skip
    Provision.objects.filter(pk=waiting.pk).update(sample=True)
    held.forget()


def _unit(name: str) -> tuple[Organisation, Post]:
    unit = Organisation.objects.get(name=f"{name}（示例）")
    return unit, Post.objects.select_related("organisation").filter(organisation=unit).order_by("pk")[0]


def _matters(worker: Post, street: Post) -> int:
    """One whose answer was not accepted twice, one that two units sent back: each on its ledger."""
    property_firm, handler = _unit("物业企业")
    place = Place(community=Community.objects.get(scope_code=worker.scope_code, valid_to=None))
    made = []
    for code, text in MATTERS:
        with acting(actor_in(worker)) as by:
            item = Item.objects.filter(code=code).order_by("-id").first()
            case = actions.submit(by=by, place=place, text=text, item=item, channel="desk").case
            actions.accept(case.pk, by=by)
        _by(street, actions.dispatch, case.pk, unit=property_firm)
        made.append(case.pk)
    for _time in range(2):
        _by(handler, actions.answer, made[0], outcome="explained", note="已登记，等配件。")
        _by(street, actions.send_back, made[0], note="没到现场，请说明何时修好。")
    _by(handler, actions.object_to, made[1], note="不属物业维护范围。", ground="duty")
    _by(street, actions.dispatch, made[1], unit=property_firm, note="物业服务合同第八条已约定。")
    _by(handler, actions.object_to, made[1], note="产权属供水企业。", ground="owner")
    Case._base_manager.filter(pk__in=made).update(sample=True)
    return len(made)


def _settled(worker: Post, street: Post) -> int:
    """Some answered ones that wait for the call-back."""
    property_firm, handler = _unit("物业企业")
    place = Place(community=Community.objects.get(scope_code=worker.scope_code, valid_to=None))
    made = []
    for code, text in ANSWERED:
        with acting(actor_in(worker)) as by:
            item = Item.objects.filter(code=code).order_by("-id").first()
            case = actions.submit(by=by, place=place, text=text, item=item, channel="desk").case
            actions.accept(case.pk, by=by)
        _by(street, actions.dispatch, case.pk, unit=property_firm)
        _by(handler, actions.answer, case.pk, outcome="solved", note="示例：已到现场处理，试用正常。")
        _by(street, actions.settle, case.pk)
        made.append(case.pk)
    Case._base_manager.filter(pk__in=made).update(sample=True)
    return len(made)


def _by(post: Post, action: Any, case_id: int, **given: Any) -> Any:
    with acting(actor_in(post)) as by:
        return action(case_id, by=by, **given)


def _orders(district: Post) -> None:
    """Orders on what the ladder proposes: one given, one answered, one closed, a summons, a circular, one waived."""
    with acting(actor_in(district)) as by:
        steps = queries.ladder(by.low, queries.may_give(by))
        late = list(queries.proposed(by, steps).filter(due_at__lt=clock.now()).order_by("due_at", "id")[:6])
    for number, case in enumerate(late):
        kind = ("press", "press", "press", "summon", "report", "press")[number]
        with acting(actor_in(district)) as by:
            if number == 5:
                supervising.waive(by=by, kind=kind, case=case, reason="示例：已到现场，今天可办结。")
                continue
            talk = {"meeting_at": clock.now() + timedelta(days=2), "meeting_place": "区政府三楼会议室"}
            said = Ordered(
                kind, "overdue", "示例：请尽快办理，书面说明超期原因和办结时间。", by_rule=f"ladder.{kind}",
                **(talk if kind == "summon" else {}),
            )  # fmt: skip
            unit = Organisation.objects.get(pk=case.owner_id)
            made = supervising.order(by=by, said=said, unit=unit, case=case, sample=True)
        post = Post.objects.filter(organisation=unit, role_code="unit_handler").order_by("pk").first()
        if number in (1, 2) and post is not None:
            with acting(actor_in(post)) as by:
                supervising.act(made.pk, "answer", by=by, note="示例：配件缺货，周五前办结。")
        if number == 2 and post is not None:
            with acting(actor_in(district)) as by:
                supervising.act(made.pk, "accept", by=by)


def _orders_on_units(district: Post, second: Post) -> None:
    """Orders about a unit's work as a whole: a talk, an answered and closed one, a circular that two people gave."""
    said = {
        "供热企业": Ordered("remind", "weak", "示例：供热季前请排查老旧管网并报送排查情况。"),
        "燃气企业": Ordered(
            "summon", "long", "示例：燃气安全整改久拖不决，请到会说明。",
            meeting_at=clock.now() + timedelta(days=3), meeting_place="区政府三楼会议室",
        ),
        "物业企业": Ordered("report", "passed", "示例：多次推诿，现通报，请书面说明整改情况。"),
    }  # fmt: skip
    for name, order in said.items():
        unit, handler = _unit(name)
        with acting(actor_in(district)) as by:
            made = supervising.order(by=by, said=order, unit=unit, sample=True)
        if order.kind == "report":
            with acting(actor_in(second)) as by:
                supervising.act(made.pk, "approve", by=by)
        if order.kind == "remind":
            with acting(actor_in(handler)) as by:
                supervising.act(made.pk, "answer", by=by, note="示例：已排查，问题管段本周更换。")
            with acting(actor_in(district)) as by:
                supervising.act(made.pk, "accept", by=by)


def _petitions(scope_code: str, street: Post, district: Post) -> None:
    """One just registered, one accepted, one answered whose review was asked for and given."""
    unit, _handler = _unit("物业企业")
    place = Place(community=Community.objects.get(scope_code=scope_code, valid_to=None))
    for number, (title, text, persons, representatives) in enumerate(PETITIONS):
        with acting(actor_in(street)) as by:
            case = petitioning.register(
                by=by, place=place, asked=Asked(text, title, persons, representatives),
                reporter=Reporter(name=f"示例信访人{number + 1}", phone=""), sample=True,
            ).case  # fmt: skip
        if number == 0:
            continue
        _by(street, petitioning.accept, case.pk, unit=unit)
        if number == 2:
            _by(
                district,
                petitioning.extend_answer,
                case.pk,
                days=30,
                note="示例：须委托管网检测，经批准延期。",
            )
            continue
        _by(street, petitioning.answer, case.pk, outcome="partly_supported", opinion=OPINION)
        _by(street, petitioning.ask_on, case.pk, note="示例：对公示内容仍有异议。")
        _by(district, petitioning.give_opinion, case.pk, opinion="upheld", note="示例：复查机关维持原意见。")


EXCLUSIONS = (
    ("settled", "force", "示例：暴雪期间道路封闭，检修车辆无法到场。", None),
    ("responded", "no_duty", "示例：该管段由驻地单位自管，本市无对应职责单位。", True),
    ("settled", "impossible", "示例：配件停产，暂无替代型号。", False),
)
"""Rate, ground and reason of sample requests, and how they were ruled on; None waits."""


def _exclusions(district: Post) -> None:
    """A unit asks that matters of its own not count: one waits, one was granted, one refused."""
    unit, handler = _unit("物业企业")
    with acting(actor_in(handler)) as by:
        seen = Case.objects.visible_to(by, purpose=by.work_purpose).filter(owner_id=unit.pk, kind=rules.KIND)
        theirs = list(seen.order_by("-opened_at", "-id").values_list("pk", flat=True)[: len(EXCLUSIONS)])
    for case_id, (figure, ground, reason, grant) in zip(theirs, EXCLUSIONS, strict=False):
        made = _by(handler, excluding.ask_exclusion, case_id, figure=figure, ground=ground, reason=reason)
        if made is not None and grant is not None:
            with suppress(HouseError), acting(actor_in(district)) as by:
                excluding.rule_on_exclusion(
                    made.pk, by=by, grant=grant, ruling="示例：经核查现场记录和证明材料后裁定。"
                )


def _remedies(worker: Post) -> None:
    """Two badly graded matters: one to be made good, one made good that waits for the second call; one agreed call."""
    with acting(actor_in(worker)) as by:
        settled = list(calls.free(by).order_by("due_at", "id").values_list("pk", flat=True)[:3])
    for number, case_id in enumerate(settled):
        if number == 2:
            agreed = clock.now() + timedelta(days=1)
            _by(worker, actions.call_back, case_id, reached=False, result="later", next_at=agreed)
            continue
        said = {"solved": "partly", "grade": 2, "reasons": ["slow", "again"], "note": "示例：修好又坏了。"}
        _by(worker, actions.call_back, case_id, reached=True, **said)
        with acting(job()) as by:
            remedy = remedying.open_remedy(case_id, by=by)
        post = (
            remedy and Post.objects.filter(organisation_id=remedy.owner_id, role_code="unit_handler").first()
        )
        if number == 1 and remedy is not None and post:
            _by(post, remedying.make_good, remedy.pk, note="示例：重新更换并回访住户。")
    with suppress(HouseError), acting(actor_in(worker)) as by:
        calling.take_next_call(by=by)
