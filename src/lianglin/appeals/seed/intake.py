"""Sample intake of the demo: another hotline with orders that wait to be returned, a knowledge base, questions, a draft.

All by the actions themselves, all marked as sample; nothing names a real person, office or hotline.
"""

from __future__ import annotations

from datetime import timedelta

from lianglin.access.actor import job
from lianglin.access.models import Post
from lianglin.access.queries import actor_in
from lianglin.access.transaction import acting
from lianglin.appeals.actions import answer_now, catalogue_changes, hotline, knowledge, returning
from lianglin.appeals.actions.hotline_orders import take_in
from lianglin.appeals.actions.knowledge import Said
from lianglin.appeals.models import (
    Catalogue,
    CatalogueDraft,
    HotlineOrder,
    HotlineReturn,
    HotlineSource,
    Item,
    ItemQuestion,
    KnowledgeEntry,
)
from lianglin.appeals.queries import catalogue_changes as versions
from lianglin.appeals.rules.catalogue_changes import read_questions
from lianglin.kit import clock, held
from lianglin.kit.seeding import SeedContext

QUESTIONS = {
    "电梯": "trapped | yes_no | 现在有人被困吗？ | Is anybody trapped now?\nfloor | number | 停在几层？ | At which floor does it stand?",
    "室温": "rooms | choice | 哪些房间不热？ | Which rooms are cold? | | all=全屋/all rooms; some=部分房间/some rooms\n"
    "degrees | number | 室内大约多少度？ | About how warm is it inside?",
    "停车": "lane | yes_no | 是否堵住消防通道？ | Does it block a fire lane?",
}
"""A word in an item's name -> what it asks more. None must be answered: whoever reports may not know."""
ORDERS = (
    ("2026110001", "楼道照明灯损坏，夜间出行不便，希望尽快修复", "楼道照明"),
    ("2026110002", "咨询老年活动室开放时间", ""),
    ("2026110003", "小区门口积水多日，行人需绕行", ""),
    ("2026110004", "咨询居住证办理地点和所需材料", ""),
    ("2026110005", "楼上装修噪声扰民，午休时间仍在施工", ""),
)
"""Sample orders: (number, text, item); they name nobody."""
ANSWERED = {
    "2026110002": "老年活动室周一至周六8:30至16:30开放，凭身份证即可进入。（示例）",
    "2026110004": "请持身份证和居住证明到辖区派出所户籍窗口办理，也可在线预约。（示例）",
}
ENTRIES: tuple[tuple[str, str, str, int], ...] = (
    (
        "供热费怎么交，什么时候截止？",
        "可在供热单位营业厅、银行或手机缴纳，具体截止日期以供热单位公告为准。",
        "示例：城市供热条例相关条款",
        300,
    ),
    (
        "居住证怎么办？",
        "持身份证、居住地住址证明到居住地派出所或社区服务站申领，15日内发放。",
        "示例：居住证暂行条例第九条",
        300,
    ),
    ("老年活动室什么时候开放？", "周一至周六8:30至16:30，法定节假日以社区通知为准。", "示例：社区公告", 20),
    (
        "楼道堆放杂物找谁清理？",
        "先联系物业；物业不处理的，由社区上门劝导，涉及消防通道的转消防救援机构。",
        "示例：物业管理条例、消防法第二十八条",
        300,
    ),
    (
        "家里停水了怎么办？",
        "先看楼栋通知和供水公司公告；单户停水请检查入户阀门，仍不出水的拨打供水服务热线。",
        "示例：供水公司服务承诺",
        200,
    ),
)
"""Sample entries: (question, answer, basis, days it is valid)."""
_WAITING = (
    "充电桩可以装在自家车位上吗？",
    "产权车位凭车位证明和物业盖章的申请到供电营业厅办理。",
    "示例：待核实",
    180,
)


def write_questions(version: Catalogue) -> int:
    """Extra questions of the sample catalogue, by a word in the item's name; how many."""
    rows = []
    for item in Item.objects.filter(category__field__catalogue=version).order_by("code"):
        word = next((word for word in QUESTIONS if word in item.name), None)
        if word is not None:
            asked = read_questions(QUESTIONS[word])
            rows += [ItemQuestion(item=item, position=n, **one) for n, one in enumerate(asked, start=1)]
    return len(ItemQuestion.objects.bulk_create(rows))


def seed_intake(context: SeedContext) -> int:
    """Fills the first street that has two coordinators; returns how many appeals were opened."""
    access = context.made["access"]
    second = access.get("colleagues", {}).get("coordinator")
    if second is None:
        return 0
    posts = Post.objects.select_related("account", "organisation")
    author = posts.get(pk=second)
    first = posts.filter(pk=access["coordinators"].get(author.scope_code)).first()
    if first is None:
        return 0
    held.forget()
    _knowledge(author, first)
    keeper = posts.filter(role_code="district_coordinator", scope_code=author.scope_code[:6]).first()
    if keeper is not None:
        _catalogue_draft(keeper)
    return _hotline(author, min(code for code in access["workers"] if code.startswith(author.scope_code)))


def _knowledge(author: Post, reviewer: Post) -> None:
    made = []
    with acting(actor_in(author)) as by:
        for question, answer, basis, days in (*ENTRIES, _WAITING):
            said = Said(question, answer, basis, clock.today() + timedelta(days=days))
            made.append(knowledge.begin(by=by, said=said).entry_id)
            knowledge.propose(made[-1], by=by)
    with acting(actor_in(reviewer)) as by:
        for entry_id in made[:-1]:
            knowledge.decide(entry_id, by=by, approve=True)
    KnowledgeEntry.objects.filter(pk__in=made).update(sample=True)


def _catalogue_draft(keeper: Post) -> None:
    """A draft that is being written: one item with a new limit, one that ends."""
    current = versions.in_force()
    if current is None:
        return
    items = versions.said_by(current)
    changed, *_others, stays, ended = items
    with acting(actor_in(keeper)) as by:
        draft = catalogue_changes.begin(by=by, title="示例：时限调整与事项合并")
        said = {"code": changed, **items[changed], "limit_days": items[changed]["limit_days"] + 2}
        catalogue_changes.put_change(draft.pk, by=by, change={"do": "change", "code": changed, "item": said})
        catalogue_changes.put_change(draft.pk, by=by, change={"do": "retire", "code": ended, "to": [stays]})
    CatalogueDraft.objects.filter(pk=draft.pk).update(sample=True)


def _hotline(coordinator: Post, community: str) -> int:
    """Five orders of a sample hotline; two are answered: one return is acknowledged, one waits."""
    with acting(actor_in(coordinator)) as by:
        source = hotline.enter_source(by=by, code="sample-hotline", name="省级热线（示例）")
        cells = (
            (row, {"number": number, "text": text, "item": item, "place": community, "channel": "phone"})
            for row, (number, text, item) in enumerate(ORDERS, start=2)
        )
        made = take_in(cells, source=source, by=by, writing=True).made
        columns = {"number": "工单编号", "text": "诉求内容", "item": "事项", "place": "社区", "phone": "电话"}
        HotlineSource.objects.filter(pk=source.pk).update(columns=columns, sample=True)
    for number, note in ANSWERED.items():
        case_id = HotlineOrder._base_manager.get(source=source, number=number).case_id
        with acting(actor_in(coordinator)) as by:
            answer_now(case_id, by=by, outcome="explained", note=note)
        with acting(job()) as by:
            returning.prepare(case_id, "answer_now", by=by)
        if not HotlineReturn._base_manager.filter(source=source, state="acknowledged").exists():
            with acting(actor_in(coordinator)) as by:
                taken = returning.hand_over(source=source, by=by, way="file")
                returning.acknowledge(source=source, by=by, ids=[one.pk for one in taken])
    return made
