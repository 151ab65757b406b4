"""The language's functions: how many arguments each takes, of which kind, and what it makes of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Literal, cast

from sqlglot import exp

from lianglin.engines.eligibility import tree
from lianglin.engines.eligibility.tree import Truth, Value
from lianglin.engines.eligibility.typed import KINDS, Checks, Kind, Typed, constant, days_of, place_of
from lianglin.engines.eligibility.words import Word

Given = list[exp.Expr]
_NO_END = 1_000
_ARGUMENTS = {
    "满天数": (1, 1), "满月数": (1, 1), "满年数": (1, 1), "任一成员": (1, 2), "全部成员": (1, 2), "人数": (0, 1),
    "合计": (1, 2), "最大": (2, _NO_END), "最小": (2, _NO_END), "分档": (2, _NO_END), "符合": (1, 1), "日期": (1, 1),
}  # fmt: skip
USES = {
    "满天数": "满天数(日期)", "满月数": "满月数(日期)", "满年数": "满年数(日期)", "任一成员": "任一成员(条件[, 范围])",
    "全部成员": "全部成员(条件[, 范围])", "人数": "人数([条件])", "合计": "合计(数值[, 范围])", "最大": "最大(a, b)",
    "最小": "最小(a, b)", "分档": "分档(条件1, 值1, 条件2, 值2[, 否则])", "符合": "符合('编号')", "日期": "日期('2025-01-01')",
}  # fmt: skip


def called(checks: Checks, word: Word, given: Given, depth: int) -> Typed | None:
    """A call's tree; None after problems."""
    least, most = _ARGUMENTS[word.text]
    if not least <= len(given) <= most:
        use = USES[word.text]
        checks.say(
            word, f"“{word.text}”的写法是 {use}", f"It takes {least} to {most} arguments: {use}", (use,)
        )
        return None
    return _MADE[word.text](checks, word, given, depth)


def _since(checks: Checks, word: Word, given: Given, depth: int) -> Typed | None:
    units: dict[str, Literal["days", "months", "years"]] = {
        "满天数": "days",
        "满月数": "months",
        "满年数": "years",
    }
    of = checks.check(given[0], depth)
    if of is None:
        return None
    if of.kind != "date":
        checks.say(
            checks.word(given[0]), f"“{word.text}”要日期", "A date is wanted", ("今天", "日期('2025-01-01')")
        )
        return None
    return checks.made(word, tree.Since(units[word.text], cast("Value", of.node)), "number", [of])


def _date(checks: Checks, word: Word, given: Given, _depth: int) -> Typed | None:
    text = _text(checks, given[0])
    try:
        day = date.fromisoformat(text.text if text is not None and len(text.text) == 10 else "")
    except ValueError:
        checks.say(text or word, "日期要写成 日期('2025-01-01')", "Write a date so", ("日期('2025-01-01')",))
        return None
    return Typed(constant(days_of(day)), "date", "household")


def _text(checks: Checks, node: exp.Expr) -> Word | None:
    word = checks.word(node)
    return word if word.sort == "text" and type(node) is exp.Column and place_of(node) is not None else None


def _qualifies(checks: Checks, word: Word, given: Given, _depth: int) -> Typed | None:
    text = _text(checks, given[0])
    if text is None or text.text not in checks.names.measures:
        said = text.text if text else ""
        checks.say(
            text or word,
            f"没有编号为“{said}”的措施",
            "There is no such measure",
            checks.names.report.near(said, checks.names.measures),
        )
        return None
    level = checks.names.measures[text.text]
    return Typed(tree.Qualifies(text.text, level), "truth", level)


def _member(checks: Checks, word: Word, given: Given, depth: int) -> Typed | None:
    parts = [checks.truth(node, depth) for node in given]
    if any(part is None for part in parts):
        return None
    good = cast("list[Typed]", parts)
    if all(part.level == "household" for part in good):
        checks.say(
            word,
            "括号里没有成员的事实",
            "Nothing in the brackets is about a member",
            ("任一成员(年龄 ≥ 80)",),
        )
        return None
    made = tree.AnyMember if word.text == "任一成员" else tree.EveryMember
    truths = [cast("Truth", part.node) for part in good]
    return checks.made(
        word, made(truths[0], truths[1] if len(truths) > 1 else None), "truth", good, "household"
    )


def _count(checks: Checks, word: Word, given: Given, depth: int) -> Typed | None:
    where = checks.truth(given[0], depth) if given else None
    if given and where is None:
        return None
    node = tree.Count(cast("Truth", where.node) if where else None)
    return checks.made(word, node, "number", [where] if where else [], "household")


def _total(checks: Checks, word: Word, given: Given, depth: int) -> Typed | None:
    of = checks.check(given[0], depth)
    where = checks.truth(given[1], depth) if len(given) > 1 else None
    if of is None or (len(given) > 1 and where is None):
        return None
    if of.kind not in ("number", "money"):
        zh, en = KINDS[of.kind]
        checks.say(
            checks.word(given[0]),
            f"合计要数或金额，写的是{zh}",
            f"A sum is of numbers, this is {en}",
            ("人数(…)",),
        )
        return None
    node = tree.Total(cast("Value", of.node), cast("Truth", where.node) if where else None)
    return checks.made(word, node, of.kind, [of, *([where] if where else [])], "household")


def _extreme(checks: Checks, word: Word, given: Given, depth: int) -> Typed | None:
    parts = [checks.check(node, depth) for node in given]
    if any(part is None for part in parts):
        return None
    good = cast("list[Typed]", parts)
    kind = checks.same(word, good)
    node = tree.Extreme(
        "max" if word.text == "最大" else "min", tuple(cast("Value", part.node) for part in good)
    )
    return checks.made(word, node, kind, good) if kind else None


def _choose(checks: Checks, word: Word, given: Given, depth: int) -> Typed | None:
    pairs = list(zip(given[0 : len(given) - len(given) % 2 : 2], given[1::2], strict=True))
    conditions = [checks.truth(condition, depth) for condition, _ in pairs]
    values = [checks.check(value, depth) for _, value in pairs]
    if len(given) % 2:
        values.append(checks.check(given[-1], depth))
    if any(part is None for part in (*conditions, *values)):
        return None
    good, held = cast("list[Typed]", conditions), cast("list[Typed]", values)
    kind: Kind | None = checks.same(word, held)
    cases = tuple((cast("Truth", a.node), cast("Value", b.node)) for a, b in zip(good, held, strict=False))
    otherwise = cast("Value", held[-1].node) if len(given) % 2 else None
    return checks.made(word, tree.Choose(cases, otherwise), kind, [*good, *held]) if kind else None


_MADE: dict[str, Callable[[Checks, Word, Given, int], Typed | None]] = {
    "满天数": _since, "满月数": _since, "满年数": _since, "任一成员": _member, "全部成员": _member, "人数": _count,
    "合计": _total, "最大": _extreme, "最小": _extreme, "分档": _choose, "符合": _qualifies, "日期": _date,
}  # fmt: skip
