"""What one order of another hotline says, and what is wrong with it: codes with words in both languages.

No Django but its lazy texts. A finding names the row, the column and how to mend it, and never repeats a value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import IO, Any, NamedTuple

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianglin.appeals.rules.emergency import numbers_for
from lianglin.kit.ids import clean_phone
from lianglin.kit.tables import Unreadable

LONGEST = 2000
"""Characters of a text that are taken in."""
FIELDS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "number": (_("order number of the hotline"), ("工单编号", "工单号", "编号", "受理编号", "orderid", "ordernumber", "id")),
    "text": (_("what was reported"), ("诉求内容", "工单内容", "内容", "问题描述", "诉求描述", "content", "text")),
    "title": (_("title"), ("标题", "工单标题", "诉求标题", "title")),
    "item": (_("item"), ("事项", "诉求事项", "事项名称", "问题类别", "诉求分类", "category", "item")),
    "place": (_("community"), ("社区", "所属社区", "属地", "承办社区", "community")),
    "address": (_("place in words"), ("地址", "事发地址", "诉求地址", "详细地址", "address")),
    "name": (pgettext_lazy("person", "name"), ("姓名", "来电人", "诉求人", "联系人", "name")),
    "phone": (_("phone"), ("电话", "联系电话", "来电号码", "手机号", "phone")),
    "confidential": (_("confidential"), ("是否保密", "保密", "信息保密", "confidential")),
    "channel": (_("channel at the hotline"), ("来源", "来源渠道", "受理渠道", "渠道", "channel", "source")),
    "reported_at": (_("reported to the hotline at"), ("受理时间", "来电时间", "登记时间", "创建时间", "createdat", "receivedat")),
    "wanted_by": (_("answer wanted by"), ("办理时限", "办结时限", "截止时间", "到期时间", "dueat", "deadline")),
}  # fmt: skip
"""Field -> its label and the headings by which it is recognised."""
NEEDED = ("number", "text")
MAPPED = ("item", "place", "channel")
"""Fields whose words of theirs have codes of ours."""
_YES = frozenset({"是", "保密", "要", "需要", "1", "y", "yes", "true"})
_NO = frozenset({"", "否", "公开", "不保密", "0", "n", "no", "false"})

MESSAGES: dict[str, tuple[Any, Any]] = {
    "number_missing": (_("the order has no number"), _("Fill in the hotline's order number: by it nothing comes twice.")),
    "number_long": (_("the order number is longer than 40 characters"), _("Say which column holds the number.")),
    "text_short": (_("what was reported is missing or shorter than five characters"), _("Ask the hotline for the text.")),
    "text_long": (_("the text is longer than 2,000 characters; the rest is cut off"), _("Look the order up at the hotline.")),
    "phone_wrong": (_("the phone is not valid; the order is taken in without it"), _("Ask the hotline for the number before the call-back.")),
    "date_wrong": (_("the time is not readable; it is left out"), _("Write it as 2026-11-27 09:30.")),
    "item_unknown": (_("the item has no counterpart; the order is taken in without one"), _("Enter the word under the hotline's values.")),
    "channel_unknown": (_("the channel has no counterpart; it is left out"), _("Enter the word under the hotline's values.")),
    "confidential_unknown": (_("it is not readable whether it is confidential; it is kept confidential"), _("Write 是 or 否.")),
    "place_unknown": (
        _("the place is not in the area of your post, or not clear"),
        _("Give the community's name of the register, or enter the word under the hotline's values.")),
    "twice": (_("the same order stands in the file twice; the last one counts"), _("Nothing to do.")),
    "closed": (_("the order has changed, its matter here is closed; the change is noted there"), _("Look whether it has to be opened again.")),
    "merged_number": (_("the order's number is known to the hotline in another area"), _("Ask the hotline to whom it was given.")),
    "emergency": (_("the text names danger to life"), _("Call 110, 119 or 120 now if nobody has; then go on.")),
}  # fmt: skip
"""Code of a finding -> what is wrong, and how to mend it."""
FATAL = frozenset({"number_missing", "number_long", "text_short", "place_unknown", "merged_number"})


class Finding(NamedTuple):
    """One thing about one order: its row in the file (the heading is 1), the field, the code."""

    row: int
    field: str
    code: str

    @property
    def fatal(self) -> bool:
        """Whether the order is left out."""
        return self.code in FATAL


@dataclass(frozen=True)
class Order:
    """An order that is sound by itself; item, place and channel still in the hotline's words."""

    row: int
    number: str
    text: str
    title: str = ""
    item: str = ""
    place: str = ""
    address: str = ""
    name: str = ""
    phone: str = ""
    confidential: bool = True
    channel: str = ""
    reported_at: datetime | None = None
    wanted_by: datetime | None = None

    def said(self) -> dict[str, str]:
        """Field -> what it says, for the comparison with what came before."""
        return {name: str(getattr(self, name) or "") for name in FIELDS if name != "number"}


def guess(heading: Sequence[str]) -> dict[str, str]:
    """Field -> the heading that names it."""
    plain = {re.sub(r"[\s_（）()*:：]", "", cell).lower(): cell for cell in heading}
    found: dict[str, str] = {}
    for field, (_label, known) in FIELDS.items():
        name = next((name for name in known if name in plain and plain[name] not in found.values()), None)
        if name is not None:
            found[field] = plain[name]
    return found


def read_order(row: int, cells: Mapping[str, str], zone: tzinfo) -> tuple[Order | None, list[Finding]]:
    """The order of a row and what is to be said of it; None when something keeps it out."""
    found: list[Finding] = []

    def say(field: str, code: str) -> None:
        found.append(Finding(row, field, code))

    given = {name: cells.get(name, "").strip() for name in FIELDS}
    if not given["number"]:
        say("number", "number_missing")
    elif len(given["number"]) > 40:
        say("number", "number_long")
    if len(given["text"]) < 5:
        say("text", "text_short")
    elif len(given["text"]) > LONGEST:
        say("text", "text_long")
    if numbers_for(given["text"]):
        say("text", "emergency")
    secret = _confidential(given["confidential"], say)
    phone, times = (
        _phone(given["phone"], say),
        {n: _time(n, given[n], zone, say) for n in ("reported_at", "wanted_by")},
    )
    if any(one.fatal for one in found):
        return None, found
    order = Order(
        row, given["number"], given["text"][:LONGEST], given["title"][:80], given["item"], given["place"],
        given["address"][:160], given["name"][:60], phone, secret, given["channel"], times["reported_at"], times["wanted_by"],
    )  # fmt: skip
    return order, found


def _confidential(text: str, say: Any) -> bool:
    plain = text.lower()
    if plain not in _YES | _NO:
        say("confidential", "confidential_unknown")
    return plain not in _NO or plain == ""


def _phone(text: str, say: Any) -> str:
    try:
        return clean_phone(text) if text else ""
    except ValueError:
        say("phone", "phone_wrong")
        return ""


def _time(field: str, text: str, zone: tzinfo, say: Any) -> datetime | None:
    """An instant as people write it: 2026-11-27 09:30(:00), 2026/11/27, 2026年11月27日 9时30分, or Excel's number."""
    if not text:
        return None
    plain = re.fullmatch(r"(\d{4})\D(\d{1,2})\D(\d{1,2})(?:日?[ T]*(\d{1,2})[:：时](\d{1,2})?)?.{0,12}", text)
    try:
        if plain:
            year, month, day, hour, minute = (int(part or 0) for part in plain.groups())
            return datetime(year, month, day, hour, minute, tzinfo=zone)
        if re.fullmatch(r"\d{5}(\.\d+)?", text):
            return datetime(1899, 12, 30, tzinfo=zone) + timedelta(days=float(text))
    except ValueError:
        pass
    say(field, "date_wrong")
    return None


# --- a file of JSON ----------------------------------------------------------------------------------------


def rows_of_json(file: IO[bytes], longest: int) -> Iterator[list[str]]:
    """Heading and rows of a JSON file: a list of objects, or one under a name. Nested names are joined by a dot."""
    try:
        held = json.load(file)
    except (ValueError, RecursionError):
        raise Unreadable("kind") from None
    rows = held
    if isinstance(held, dict):
        rows = next((value for value in held.values() if isinstance(value, list)), None)
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise Unreadable("empty" if rows == [] else "kind")
    flat = [flattened(row, longest) for row in rows]
    heading = list(dict.fromkeys(name for row in flat for name in row))[:60]
    yield heading
    for row in flat:
        yield [row.get(name, "") for name in heading]


def flattened(row: Mapping[str, Any], longest: int, before: str = "") -> dict[str, str]:
    """One object as name -> text, two levels deep."""
    found: dict[str, str] = {}
    for name, value in row.items():
        if isinstance(value, dict) and not before:
            found |= flattened(value, longest, f"{name}.")
        elif not isinstance(value, dict | list):
            text = "" if value is None else str(value)
            found[f"{before}{name}"[:60]] = " ".join(text.replace("\0", "").split())[:longest]
    return found
