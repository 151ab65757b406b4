"""The page of names: what to write for what, with an example of what it becomes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from lianglin.indicators.reports.own.names import PARTS, Served

LONGEST = 60
WORDS = (
    ("标题", "title"), ("期间", "period"), ("上期名称", "period_before"), ("上年同期名称", "period_year"), ("地区", "place"),
    ("发文机关", "issuer"), ("发文机关标志", "head"), ("发文字号", "document_number"), ("抄送", "copied_to"), ("日期", "day"),
    ("数据时间", "data_time"), ("版本", "version"), ("取出说明", "mark"), ("稿样标记", "stamp"), ("样本说明", "sample"),
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """What to write, in Chinese or in English, and what stands there then."""

    chinese: str
    english: str
    holds: str


@dataclass(frozen=True)
class Group:
    """Names of one sort, with a sentence on how they are used."""

    title: str
    text: str
    entries: list[Entry]


def entries(served: Served) -> list[Group]:
    """All names of a kind of report, grouped."""
    context = served.context
    groups = [
        Group(_("Words of the document"), _("Written once, they are filled in every report."), list(_words(context))),
        Group(_("Figures"), _("Alone, a figure stands with its two counts; its parts are written after a point: {{ 办结率.本期 }}."),
              list(_figures(context))),
        Group(_("Parts of a figure"), _("They stand after a point behind the name of any figure."),
              [Entry(f"名称.{chinese}", f"name.{english}", "") for chinese, english in PARTS.items()]),
        Group(_("Sentences"), _("The sentences of a section, each a paragraph in the style of this one; as they were edited."),
              list(_numbered(context, "正文", "text", "章节"))),
        Group(_("Tables"), _("A table in the office's own style: a row between the two rows {%tr for 行 in 表1.行 %} and {%tr endfor %} is repeated. "
              "Or the whole table, in a paragraph of its own."), list(_tables(context))),
        Group(_("Charts"), _("A picture as wide as the text; its paragraph needs a single line spacing."),
              [Entry(_out(f"图{name}"), _out(f"chart{name}"), _("a picture")) for name in _charts(context)]),
        Group(_("The whole text"), _("All sections with sentences, tables and charts, in a paragraph of its own; headings in the template's styles."),
              [Entry("{{p 全文 }}", "{{p body }}", "")]),
    ]  # fmt: skip
    return [group for group in groups if group.entries]


def _charts(context: dict[str, Any]) -> range:
    return range(1, 1 + sum(len(section["图"]) for section in context["章节"]))


def _out(name: str) -> str:
    return f"{{{{ {name} }}}}"


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _words(context: dict[str, Any]) -> Iterable[Entry]:
    for chinese, english in WORDS:
        yield Entry(_out(chinese), _out(english), _short(context[chinese]))


def _figures(context: dict[str, Any]) -> Iterable[Entry]:
    codes = {id(told): f"{above}.{name}" for above, inside in context.items() if _is_group(inside)
             for name, told in inside.items()}  # fmt: skip
    for name, told in context.items():
        if id(told) in codes and not _is_group(told):
            holds = told["$text"] if isinstance(told, dict) else told
            yield Entry(_out(name), _out(codes[id(told)]), _short(holds))


def _is_group(value: Any) -> bool:
    """The figures of one service under its code."""
    return isinstance(value, dict) and not any(
        name.startswith("$") or name in ("标题", "题") for name in value
    )


def _numbered(context: dict[str, Any], chinese: str, english: str, of: str) -> Iterable[Entry]:
    for at, section in enumerate(context[of], start=1):
        if section["正文"]:
            yield Entry(_out(f"{chinese}{at}"), _out(f"{english}{at}"), _short(section["标题"]))


def _tables(context: dict[str, Any]) -> Iterable[Entry]:
    for at, table in enumerate(context["表"], start=1):
        columns = " · ".join(table["表头"])
        yield Entry(_out(f"表{at}.题"), _out(f"table{at}.caption"), _short(table["题"]))
        yield Entry(f"{{{{p 表{at}.整表 }}}}", f"{{{{p table{at}.whole }}}}", _short(columns))
