"""Words and rows for the component gallery, in both languages. All of it is invented."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

from django import forms

from lianglin.kit.clock import CITY_ZONE

MORNING = dt.datetime(2026, 11, 23, 8, 40, tzinfo=CITY_ZONE)

ZH: dict[str, str] = {
    "title": "家门口的事，有人管",
    "eyebrow": "南马街道 · 南马第四社区",
    "lead": "说一声，社区接着；到哪一步、谁在办、哪天答复，随时看得见。",
    "progress": "查进度",
    "matter": "楼道灯不亮",
    "state": "办理中",
    "words": "状态与提示",
    "note": "物业已购灯具，因停电检修，预计周五更换。",
    "good_title": "已收到",
    "good": "您补充的照片已交给承办单位。",
    "warn": "周六社区照常值班，9:00 至 16:00。",
    "bad": "查询码不对。请看回执第二行，注意区分字母大小写。",
    "why": "为什么要问这个？",
    "tell": "我要反映",
    "send": "下一步",
    "back": "上一步",
    "slip": "回执",
    "withdraw": "撤回这件事",
    "figures": "这个月办得怎么样",
    "chart": "近六个月办结率",
    "list": "我的待办",
    "nothing": "今天没有到期的事",
    "nothing_text": "新的诉求到了，会先出现在这里。",
    "inbox": "我的待办",
    "inbox_lead": "今天到期 2 件，超期 1 件；按时限排，不排名。",
}
EN: dict[str, str] = {
    "title": "Matters at your door are looked after",
    "eyebrow": "Nanma Street · Nanma Fourth Community",
    "lead": "Say it once and the community takes it; see who has it, how far it is and when you get an answer.",
    "progress": "See progress",
    "matter": "The stairwell light is out",
    "state": "Being handled",
    "words": "States and notes",
    "note": "The lamp is bought; power is off for repairs, so it will be changed on Friday.",
    "good_title": "Received",
    "good": "Your added photo has gone to the unit that handles it.",
    "warn": "The community is open on Saturday, 9:00 to 16:00.",
    "bad": "The query code is wrong. See the second line of your receipt, and mind capital letters.",
    "why": "Why do we ask this?",
    "tell": "Report a problem",
    "send": "Next",
    "back": "Back",
    "slip": "Receipt",
    "withdraw": "Withdraw this matter",
    "figures": "How this month went",
    "chart": "Settled rate, last six months",
    "list": "My work",
    "nothing": "Nothing is due today",
    "nothing_text": "New appeals will show up here first.",
    "inbox": "My work",
    "inbox_lead": "2 due today, 1 overdue; in the order of their limits, without ranking.",
}


def words(language: str, zh: str, en: str) -> str:
    """The one of two wordings that fits the language."""
    return zh if language.startswith("zh") else en


def sample_form(language: str) -> forms.Form:
    """A bound form with one error, one of each kind of field."""

    class Sample(forms.Form):
        what = forms.CharField(
            label=words(language, "发生了什么？", "What happened?"),
            help_text=words(language, "一句话就行，比如：3 单元 2 楼的灯不亮。", "One sentence is enough."),
            widget=forms.Textarea(attrs={"rows": 3}),
            error_messages={
                "required": words(language, "还没有写。请用一句话说说看到了什么。", "Nothing is written yet. Say what you saw.")
            },
        )
        reach = forms.ChoiceField(
            label=words(language, "怎么告诉您结果？", "How shall we tell you?"),
            choices=[("sms", words(language, "发短信", "Text message")), ("no", words(language, "不用，我自己查", "I will look"))],
            widget=forms.RadioSelect,
        )
        phone = forms.CharField(label=words(language, "手机号", "Mobile phone"), required=False)
        street = forms.ChoiceField(
            label=words(language, "街道", "Street"), choices=[("1", words(language, "南马街道", "Nanma Street"))]
        )
        photo = forms.FileField(label=words(language, "照片", "Photo"), required=False)
        agree = forms.BooleanField(label=words(language, "可以把进度发给同楼邻居", "Neighbours may see the progress"))

    return Sample({"what": "", "reach": "sms", "street": "1", "agree": "on"})


def navigation(language: str, *pairs: tuple[str, str, str]) -> list[dict[str, Any]]:
    """Menu entries (icon, zh, en); the first is the current page."""
    return [
        {"icon": icon, "label": words(language, zh, en), "url": "#main", "current": number == 0}
        for number, (icon, zh, en) in enumerate(pairs)
    ]


def steps(language: str) -> list[dict[str, Any]]:
    """A timeline in the middle of its life."""
    w = lambda zh, en: words(language, zh, en)  # noqa: E731 - a shorthand for a page of wordings
    return [
        {"name": w("受理", "Received"), "state": "done", "at": MORNING, "who": w("南马第四社区", "Nanma Fourth Community")},
        {
            "name": w("派单", "Dispatched"),
            "state": "done",
            "at": MORNING + dt.timedelta(hours=2),
            "text": w("派给区住建局物业科，5 个工作日内答复。", "To the district housing bureau; answer within 5 working days."),
        },
        {"name": w("办理", "Handled"), "state": "now", "at": MORNING + dt.timedelta(days=1), "quote": words_note(language)},
        {"name": w("答复", "Answered"), "state": "todo"},
        {"name": w("回访", "Called back"), "state": "todo"},
    ]


def words_note(language: str) -> str:
    """The handler's word to the resident."""
    return (ZH if language.startswith("zh") else EN)["note"]


def rows(language: str) -> list[dict[str, Any]]:
    """Four matters in different states."""
    w = lambda zh, en: words(language, zh, en)  # noqa: E731 - as above
    return [
        {"title": w("楼道灯不亮", "Stairwell light out"), "place": w("3 号楼 2 单元", "Building 3, unit 2"), "state": w("办理中", "Being handled"), "tone": "active", "left": 3, "phone": "15400001234"},
        {"title": w("暖气不热", "Heating is cold"), "place": w("8 号楼 1 单元", "Building 8, unit 1"), "state": w("已派单", "Dispatched"), "tone": "waiting", "left": dt.timedelta(hours=2, minutes=10), "phone": "15400005678"},
        {"title": w("井盖松动", "Loose manhole cover"), "place": w("南马路 12 号门前", "In front of 12 Nanma Road"), "state": w("待回访", "To call back"), "tone": "warn", "left": 0, "phone": "15400009012"},
        {"title": w("垃圾桶满了", "Bins are full"), "place": w("北门", "North gate"), "state": w("已答复", "Answered"), "tone": "good", "left": -2, "phone": "15400003456"},
    ]  # fmt: skip


def figures(language: str) -> list[dict[str, Any]]:
    """Four figures: a rate over its goal, one under it, a duration, and a suppressed one."""
    w = lambda zh, en: words(language, zh, en)  # noqa: E731 - as above
    meaning = w("办结：派单人认可答复。分母为到期的诉求，剔除经裁定的。", "Settled: the dispatcher accepted the answer, of all that fell due.")
    return [
        {"label": w("办结率", "Settled rate"), "value": 96.4, "unit": "%", "n": 1283, "d": 1331, "goal": 95, "url": "#main", "definition": meaning, "as_of": MORNING},
        {"label": w("解决率", "Solved rate"), "value": 88.1, "unit": "%", "n": 904, "d": 1026, "goal": 90, "url": "#main", "definition": meaning, "as_of": MORNING},
        {"label": w("响应中位数", "Median response"), "value": 3.2, "unit": w("小时", "h"), "n": None, "d": None, "goal": None, "url": "", "definition": meaning, "as_of": MORNING},
        {"label": w("重复反映", "Repeats"), "value": None, "unit": "", "n": 4, "d": 7, "goal": None, "url": "", "definition": "", "as_of": None, "suppressed": True},
    ]  # fmt: skip


def context(language: str, *, elder: bool = False) -> dict[str, Any]:
    """Everything the two gallery templates ask for."""
    w = lambda zh, en: words(language, zh, en)  # noqa: E731 - as above
    return {
        "site": {"name": w("哈尔滨两邻服务", "Harbin Neighbours"), "tagline": ""},
        "demo": True,
        "elder": elder,
        "t": ZH if language.startswith("zh") else EN,
        "nav": navigation(language, ("home", "首页", "Home"), ("megaphone", "我要反映", "Report"), ("search", "查进度", "Progress"), ("door", "家门口", "Nearby"), ("talk", "议事", "Discuss"), ("person", "我的", "Mine")),
        "personas": [{"key": str(n), "label": label, "current": n == 0} for n, label in enumerate([w("居民", "Resident"), w("社区工作者", "Community worker"), w("街道调度", "Street coordinator"), w("承办部门", "Department"), w("数据保护", "Data protection")])],
        "persona_url": "#main",
        "advance_url": "#main",
        "demo_now": MORNING,
        "tiles": [
            {"label": w("我要反映", "Report a problem"), "url": "#main", "icon": "megaphone", "note": w("三分钟说清楚", "Three minutes"), "tone": "primary"},
            {"label": w("查进度", "See progress"), "url": "#main", "icon": "search", "note": w("凭编号和查询码", "Number and code"), "tone": ""},
            {"label": w("家门口", "Near home"), "url": "#main", "icon": "door", "note": w("岗位、课堂、食堂", "Jobs, classes, canteens"), "tone": ""},
            {"label": w("我能享受的政策", "Benefits for me"), "url": "#main", "icon": "heart", "note": w("答几个问题就知道", "A few questions"), "tone": ""},
            {"label": w("邻里议事", "Talk it over"), "url": "#main", "icon": "talk", "note": w("周四 18:30，2 楼", "Thursday 18:30"), "tone": ""},
            {"label": w("值班电话", "Duty phone"), "url": "#main", "icon": "phone", "note": "0451-5550 0123", "tone": "lamp"},
        ],
        "stages": [{"label": label, "state": "done" if n < 2 else "now" if n == 2 else "todo"} for n, label in enumerate([w("受理", "Received"), w("派单", "Dispatched"), w("办理", "Handled"), w("答复", "Answered"), w("办结", "Settled"), w("回访", "Called back"), w("归档", "Filed")])],
        "facts": [(w("编号", "Number"), "SS2611-000418-7"), (w("地点", "Place"), w("南马第四社区 3 号楼 2 单元", "Building 3, unit 2")), (w("承诺答复", "Promised"), w("11月30日", "30 Nov")), (w("现由谁办", "Who has it"), w("区住建局物业科", "District housing bureau"))],
        "steps": steps(language),
        "tones": [(w("已受理", "Received"), "new"), (w("办理中", "Being handled"), "active"), (w("等待材料", "Waiting"), "waiting"), (w("已办结", "Settled"), "good"), (w("今天到期", "Due today"), "warn"), (w("已超期", "Overdue"), "bad"), (w("已归档", "Filed"), "closed"), (w("示例", "Sample"), "sample"), (w("物业", "Housing"), "plain")],
        "overdue": -2,
        "today": 0,
        "left": 4,
        "clock_left": dt.timedelta(hours=3, minutes=20),
        "form": sample_form(language),
        "number": "SS2611-000418-7",
        "secret": "K7M2-9QXD",
        "points": [w("编号会保留，您仍可查看。", "The number stays; you can still look it up."), w("承办单位会收到撤回通知。", "The unit is told.")],
        "stats": figures(language),
        "columns": [w("月份", "Month"), w("办结率", "Settled"), w("解决率", "Solved")],
        "rows": [[w(f"{m}月", f"2026-{m:02d}"), a, b] for m, a, b in [(6, 93.1, 84.0), (7, 94.2, 85.2), (8, 95.0, 86.1), (9, 94.6, 85.0), (10, 95.8, 87.4), (11, 96.4, 88.1)]],
        "tab_items": [{"label": w("今天到期", "Due today"), "url": "#main", "current": True, "count": 2, "urgent": True}, {"label": w("待回访", "To call back"), "url": "#main", "count": 5}, {"label": w("全部", "All"), "url": "#main", "count": 38}],
        "heads": [w("事项", "Matter"), w("地点", "Place"), w("状态", "State"), w("时限", "Limit"), w("联系电话", "Phone")],
        "matters": rows(language),
        "page": SimpleNamespace(newer="", older="abc"),
        "crumbs": [(w("工作台", "Workbench"), "#main"), (w("我的待办", "My work"), "")],
        "post": {"name": w("社区工作者", "Community worker"), "place": w("南马第四社区", "Nanma Fourth Community")},
        "posts": [{"id": "1", "label": w("社区工作者 · 南马第四社区", "Community worker · Nanma 4"), "current": True}, {"id": "2", "label": w("街道值班 · 南马街道", "Street duty · Nanma"), "current": False}],
        "post_switch_url": "#main",
    }  # fmt: skip


def desk_context(language: str, *, elder: bool = False) -> dict[str, Any]:
    """The gallery of the staff door: the same rows under the workers' menu."""
    found = context(language, elder=elder)
    found["desk_nav"] = navigation(language, ("inbox", "我的待办", "My work"), ("megaphone", "诉求", "Appeals"), ("building", "装户图", "Doors"), ("pin", "入户走访", "Visits"), ("calendar", "活动与预约", "Bookings"), ("form", "一套表", "One form"), ("chart", "驾驶舱", "Figures"))
    found["desk_nav"][0]["count"] = 7
    return found
