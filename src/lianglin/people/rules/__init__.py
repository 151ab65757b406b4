"""Pure rules about people: masking, ages, who acts for whom, when a consent holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from lianglin.kit.ids import mask_id_number

COMPOUND_SURNAMES = (
    "欧阳",
    "上官",
    "司马",
    "诸葛",
    "司徒",
    "夏侯",
    "皇甫",
    "尉迟",
    "公孙",
    "长孙",
    "慕容",
    "令狐",
)


def mask_name(name: str) -> str:
    """王*, 王*丽 → the surname stays, the rest is starred: 王**; 欧阳娜 → 欧阳*; names with · keep the first syllable."""
    keep = 2 if name[:2] in COMPOUND_SURNAMES else 1
    return name[:keep] + "*" * max(min(len(name) - keep, 2), 1) if name else ""


def mask_phone(phone: str) -> str:
    """154****1234; shorter numbers show their last two digits."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else f"****{phone[-2:]}" if phone else ""


def mask(value: str | None, kind: str) -> str:
    """A value as it is shown before a purpose is chosen; ``kind`` is Personal.mask."""
    text = value or ""
    match kind:
        case "none":
            return text
        case "name":
            return mask_name(text)
        case "phone":
            return mask_phone(text)
        case "id_number":
            return mask_id_number(text) if len(text) == 18 else "*" * len(text)
        case "date":
            return text[:4] + "-**-**" if text else ""
        case _:
            return "••••" if text else ""


RELATIONS = {
    "0": _("head of the household"),
    "1": _("husband or wife"),
    "2": _("son"),
    "3": _("daughter"),
    "4": _("grandchild"),
    "5": _("mother or father"),
    "6": _("grandparent"),
    "7": _("sister or brother"),
}
"""GB/T 4761: the first digit of the relation to the head."""


def relation_words(code: str) -> object:
    """A relation to the head, in words."""
    return RELATIONS.get(code[:1], _("another member of the household"))


# --- ages and who acts for whom (民法典 17-19, 27-33; PIPL 28, 31) -----------------------------------------------

CHILD, ADULT = 14, 18
"""Completed years: under 14 every datum is sensitive (PIPL 28); from 18 a person is of age (民法典 17)."""

GUARDIAN_KINDS = (
    ("parent", _("mother or father")),
    ("relative", _("close relative")),
    ("will", _("named in a will")),
    ("agreed", _("agreed among those entitled")),
    ("appointed", _("appointed by court, committee or civil affairs")),
    ("authority", _("civil affairs or committee as guardian")),
    ("chosen", _("chosen in advance by the person")),
)
"""民法典 27-33. The first three are for minors alone."""
FOR_MINORS = ("parent", "relative", "will")
GUARDIAN_PAPERS = (
    ("register", _("household register or birth certificate")),
    ("decision", _("decision of a court or authority")),
    ("agreement", _("written agreement")),
    ("will", _("will")),
)
DECISIONS = (("given", _("given")), ("refused", _("not agreed")), ("withdrawn", _("withdrawn")))
CONSENT_CHANNELS = (("page", _("on the page")), ("paper", _("on paper")))

GUARDIAN_DEEDS = ("see", "ask", "consent")
"""What is done for a ward: see what is held, ask for a correction and the like, give or withdraw a consent."""


def age(born_on: date | None, on: date) -> int | None:
    """Completed years on a day; born on 29 February, one completes a year on 1 March. None when unknown or not yet born."""
    if born_on is None or born_on > on:
        return None
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def is_child(born_on: date | None, on: date) -> bool:
    """Under 14 on that day: whatever is held is sensitive, and a guardian consents (PIPL 28, 31)."""
    years = age(born_on, on)
    return years is not None and years < CHILD


def decides_alone(born_on: date | None, on: date) -> bool:
    """Whether the person gives the own consent. Without a birth date nobody can tell, and so: no."""
    years = age(born_on, on)
    return years is not None and years >= CHILD


def guardian_may(deed: str, kind: str, born_on: date | None, on: date) -> bool:
    """Whether a guardian of this kind does this for a ward born then.

    A minor's guardian acts until the day of age; from 14 on the consent is the young person's own (PIPL 31). A
    guardian of somebody of age was appointed, agreed or chosen, and does all of it.
    """
    years = age(born_on, on)
    if deed not in GUARDIAN_DEEDS or years is None:
        return False
    if years >= ADULT:
        return kind not in FOR_MINORS
    return deed != "consent" or years < CHILD


# --- consent (PIPL 14-16, 29, 31; 网络数据安全管理条例 22) ----------------------------------------------------------


@dataclass(frozen=True)
class Decided:
    """One decision as the rules see it; ``text_from`` is when the version that was shown came into force."""

    decision: str
    at: datetime
    text_from: datetime


def holds(decisions: Iterable[Decided], renewals: Iterable[datetime], at: datetime) -> bool:
    """Whether a consent holds at an instant: the last decision until then gave it, on words that still stand.

    ``renewals``: when versions of the text came into force that ask anew. Decisions come oldest first.
    """
    last = None
    for one in decisions:
        if one.at <= at:
            last = one
    if last is None or last.decision != "given":
        return False
    return not any(last.text_from < renewed <= at for renewed in renewals)


def may_ask(last: Decided | None, renewals: Iterable[datetime], at: datetime, again_after: timedelta) -> bool:
    """Whether the person may be asked now. After a refusal or a withdrawal: not within ``again_after`` (条例 22)."""
    if last is None:
        return True
    if last.decision == "given":
        return any(last.text_from < renewed <= at for renewed in renewals)
    return at >= last.at + again_after
