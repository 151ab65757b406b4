"""What the placeholders of all messages mean, with a made-up value each: for the catalogue and for previews."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

MEANINGS: dict[str, tuple[Any, str, str]] = {
    "number": (_("number of the matter"), "2611 2800 0001", "2611 2800 0001"),
    "due": (_("until when something is promised, or is to be done"), "12月5日", "5 December"),
    "until": (_("the last day or hour"), "12月31日", "31 December"),
    "link": (_("page where one reads on"), "https://example.cn/t/8f3k", "https://example.cn/t/8f3k"),
    "unit": (_("the office that handles it"), "示例街道城管科", "the street's works office"),
    "reason": (_("why, from a fixed list"), "等待配件", "waiting for parts"),
    "to": (_("to whom it was passed on"), "市供热办", "the city heating office"),
    "code": (_("the six digits"), "471 829", "471 829"),
    "minutes": (_("how many minutes"), "5", "5"),
    "count": (_("how many"), "3", "3"),
    "lines": (
        _("the messages or titles, a line each"),
        "1. 楼道灯已修好\n2. 井盖已更换",
        "1. Stair light\n2. Lid",
    ),
    "subject": (_("what was subscribed"), "示例街道 · 照明", "lights of a street"),
    "what": (_("which kinds of data"), "姓名、电话", "name, phone"),
    "measures": (
        _("what was done and what one can do"),
        "已封堵漏洞；请留意陌生来电",
        "closed; mind strange calls",
    ),
    "contact": (_("who answers questions"), "024-22220000", "024-22220000"),
    "place": (_("area"), "示例街道", "a street"),
    "kind": (_("kind of order"), "书面督办", "in writing"),
    "rule": (_("title of the rule"), "照明派单（示例）", "lights (sample)"),
    "title": (_("title"), "冬季水管冻裂（示例）", "frozen pipes (sample)"),
    "rate": (_("which rate"), "按时办结率", "settled in time"),
    "name": (_("name of what it is about"), "每月报告（示例）", "monthly report (sample)"),
    "sender": (_("the office that sends it"), "示例街道办事处", "a street office"),
    "version": (_("which version it is"), "2", "2"),
    "why": (_("why, in the words of who did it"), "漏计一件", "one was left out"),
    "ruling": (_("how it was ruled"), "不计入", "left out"),
}


def meaning(name: str) -> Any:
    """What stands behind a placeholder, in words."""
    return MEANINGS[name][0] if name in MEANINGS else name


def samples(names: tuple[str, ...], language: str) -> dict[str, str]:
    """A made-up value for each placeholder."""
    which = 2 if language == "en" else 1
    return {name: MEANINGS[name][which] if name in MEANINGS else f"〈{name}〉" for name in names}
