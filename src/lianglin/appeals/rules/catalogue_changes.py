"""Changes of the catalogue, applied to a version of it: what the next version then says, and what became of each item. Pure.

A change is a JSON object; a draft holds at most one for a code:

- ``{"do": "add", "item": {…}}``: a new item with a code of its own;
- ``{"do": "change", "code": code, "item": {…}}``: says it anew (name, limit, owner, radius, template, questions);
- ``{"do": "retire", "code": code, "to": [code, …]}``: ends it; one successor: merged into it, several: split.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lianglin.appeals.rules import questions

FIELDS = (
    "category", "name", "name_en", "owner_name", "owner_name_en", "limit_days", "urgent_hours", "duplicate_radius_m",
    "place_kind", "season", "duty_code", "response_template", "questions",
)  # fmt: skip
MOST = 200
ItemSaid = Mapping[str, Any]


class Wrong(ValueError):
    """A change that cannot be made; ``why`` is a key of the words that the action has for it, ``code`` the item."""

    def __init__(self, why: str, code: str) -> None:
        super().__init__(f"{why}: {code}")
        self.why, self.code = why, code


@dataclass(frozen=True)
class Next:
    """The next version: code -> item; and where items went that are no more: old code -> new codes ([]: nowhere)."""

    items: dict[str, dict[str, Any]]
    successors: dict[str, list[str]]


def code_of(change: Mapping[str, Any]) -> str:
    """The item that a change is about."""
    return str(change["item"]["code"] if change["do"] == "add" else change["code"])


def put(changes: Iterable[Mapping[str, Any]], change: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The list with this change, instead of an earlier one for the same item."""
    kept = [one for one in changes if code_of(one) != code_of(change)]
    return [*kept, change]


def applied(
    base: Mapping[str, ItemSaid], changes: Sequence[Mapping[str, Any]], categories: Iterable[str]
) -> Next:
    """What the next version says; Wrong where a change does not fit."""
    items = {code: dict(item) for code, item in base.items()}
    known, ended = set(categories), {}
    if len(changes) > MOST:
        raise Wrong("many", "")
    for change in changes:
        code = code_of(change)
        if change["do"] == "add":
            if code in base or not re.fullmatch(r"\d{6}", code):
                raise Wrong("taken" if code in base else "code", code)
            items[code] = _said(change["item"], known, code)
        elif code not in base:
            raise Wrong("unknown", code)
        elif change["do"] == "change":
            items[code] = _said(change["item"], known, code)
        else:
            ended[code] = list(dict.fromkeys(change["to"]))
            del items[code]
    for code, to in ended.items():
        for other in to:
            if other not in items:
                raise Wrong("successor", code)
    return Next(items, ended)


def _said(item: Mapping[str, Any], categories: set[str], code: str) -> dict[str, Any]:
    if item.get("category") not in categories or not code.startswith(str(item["category"])):
        raise Wrong("category", code)
    asked = item.get("questions", [])
    codes = [one["code"] for one in asked]
    if len(asked) > questions.MOST or len(set(codes)) < len(codes):
        raise Wrong("questions", code)
    return {name: item.get(name) for name in FIELDS}


def differences(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """(field, before, now) of what an item says otherwise; of a new item everything it says."""
    found = []
    for name in FIELDS:
        old, new = (before or {}).get(name), now.get(name)
        if (old or None) != (new or None):
            found.append((name, old, new))
    return found


def kind_of(change: Mapping[str, Any]) -> str:
    """What a change is called: add, change, retire, merge, split."""
    if change["do"] != "retire":
        return str(change["do"])
    return {0: "retire", 1: "merge"}.get(len(change["to"]), "split")


# --- questions as lines of text ----------------------------------------------------------------------------


KIND_WORDS = {"是否": "yes_no", "选择": "choice", "数字": "number", "文字": "text"}
"""How a kind is called in a Chinese line."""


def read_questions(text: str) -> list[dict[str, Any]]:
    """Questions written a line each: code | kind | Chinese | English | 必答 | code=Chinese/English; …; Wrong names the line."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        parts = [part.strip() for part in line.replace("｜", "|").split("|")]
        parts += [""] * (6 - len(parts))
        code, kind, label, label_en, must, options = parts[:6]
        kind = KIND_WORDS.get(kind, kind)
        choices = [_choice(one, number) for one in re.split("[;；]", options) if one.strip()]
        fits = (
            re.fullmatch(r"[a-z][a-z0-9_]{1,19}", code) and kind in dict(questions.KINDS) and 0 < len(label) <= 80
            and len(label_en) <= 120 and (kind == "choice") == (1 < len(choices) <= questions.MOST_CHOICES)
        )  # fmt: skip
        if not fits:
            raise Wrong("line", str(number))
        found.append(
            {
                "code": code, "kind": kind, "label": label, "label_en": label_en, "choices": choices,
                "required": must in ("必答", "required", "1", "是"),
            }
        )  # fmt: skip
    return found


def _choice(text: str, number: int) -> list[str]:
    code, _mark, words = text.partition("=")
    chinese, _slash, english = words.partition("/")
    if not (re.fullmatch(r"\s*[a-z0-9_]{1,20}\s*", code) and chinese.strip()):
        raise Wrong("line", str(number))
    return [code.strip(), chinese.strip()[:40], english.strip()[:60]]


def write_questions(asked: Iterable[Mapping[str, Any]], *, chinese: bool = False) -> str:
    """The same lines from questions; ``chinese``: with the Chinese words for their kinds."""
    lines = []
    words = {kind: word for word, kind in KIND_WORDS.items()} if chinese else {}
    for one in asked:
        options = "; ".join(f"{code}={zh}/{en}" for code, zh, en in one["choices"])
        kind = words.get(one["kind"]) or str(one["kind"])
        must = "必答" if one["required"] else ""
        lines.append(
            " | ".join(
                [
                    one["code"],
                    kind,
                    one["label"],
                    one["label_en"],
                    must,
                    options,
                ]
            ).rstrip(" |")
        )
    return "\n".join(lines)
