"""An expression's characters → its words, checked before any parser sees them: length, nesting, order, comments.

One form for what people type: full-width and half-width (NFKC), curly quotes, ≥ ≤ ≠ × ÷, 不低于 and its kin. Each word
keeps the place in the text where it stood.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from lianglin.engines.eligibility.source import Report, Spot, forbidden

LONGEST, MOST_WORDS, DEEPEST = 2_000, 400, 16
"""Characters and words of one expression, brackets inside each other. Longer ones become definitions or conditions."""
FUNCTIONS = (
    "满月数", "满年数", "满天数", "任一成员", "全部成员", "人数", "合计", "最大", "最小", "分档", "符合", "日期",
)  # fmt: skip
OPERATORS = {
    "且": "and", "或": "or", "非": "not", "属于": "in", "不属于": "not in", "介于": "between", "至": "to",
    "不低于": ">=", "低于": "<", "高于": ">", "不高于": "<=", "等于": "=", "不等于": "<>",
}  # fmt: skip
AGE, TODAY = "年龄", "今天"
RESERVED = frozenset((*FUNCTIONS, *OPERATORS, AGE, TODAY))
"""Words of the language: no definition or parameter may be called so."""
SYNONYMS = {
    "大于": "高于", "小于": "低于", "不少于": "不低于", "不小于": "不低于", "不大于": "不高于", "不超过": "不高于",
    "超过": "高于", "并且": "且", "或者": "或", "不是": "非", "and": "且", "or": "或", "not": "非", "in": "属于",
    "between": "介于", "今日": "今天", "sum": "合计", "count": "人数", "max": "最大", "min": "最小", "case": "分档",
}  # fmt: skip
_SAME = str.maketrans({
    **dict.fromkeys("‘’“”＇＂「」『』\"", "'"), "≧": "≥", "≦": "≤", "⩾": "≥", "⩽": "≤", "−": "-", "∕": "/", "、": ",",
})  # fmt: skip
_SIGNS = {"≥": ">=", "≤": "<=", "≠": "<>", "!=": "<>", "==": "=", "×": "*", "÷": "/"}
_PIECE = re.compile(
    r"(?P<space>\s+)|(?P<comment>--|/\*|\*/|//|#)|(?P<text>'[^']*')|(?P<number>\d[\w.]*%?)|(?P<word>[^\W\d][\w·]*(?:\.\w+)*)"
    r"|(?P<sign><=|>=|<>|!=|==|[≥≤≠×÷<>=+\-*/(),])|(?P<other>.)",
    re.DOTALL,
)
_NUMBER = re.compile(r"(\d{1,15})(?:\.(\d{1,6}))?(万)?(元|角|分|%)?")
_GLUED = re.compile(rf"({_NUMBER.pattern})(?P<sign>{'|'.join(sorted(OPERATORS, key=len, reverse=True))})")
_FEN = {"元": 100, "角": 10, "分": 1}
Sort = Literal["name", "number", "money", "text", "function", "sign", "end"]


@dataclass(frozen=True)
class Word:
    """``text`` as written (normalised); ``sign``: the operator's one spelling; ``value``: of a number, fen of money."""

    sort: Sort
    text: str
    start: int
    sign: str = ""
    value: Fraction = Fraction(0)


@dataclass(frozen=True)
class Expression:
    """A text, and where its characters stand."""

    text: str
    where: Callable[[int], Spot]


def normal(text: str) -> str:
    """NFKC and straight quotes: the form in which names and labels are compared."""
    return unicodedata.normalize("NFKC", text.translate(_SAME)).translate(_SAME)


def words_of(expression: Expression, report: Report) -> list[Word] | None:
    """The words, or None after a problem: nothing that is not a word of the language comes out of here."""
    text = expression.text
    spot = expression.where(0)
    if len(text) > LONGEST:
        report.say(
            spot, text[:20], f"太长：{len(text)}字，最多{LONGEST}字；请拆成几个条件，或写成释义",
            f"Too long: {len(text)} characters, {LONGEST} at most; split it into conditions or definitions",
        )  # fmt: skip
        return None
    if bad := forbidden(text):
        code = f"U+{ord(bad.group()):04X}"
        where = expression.where(bad.start())
        report.say(where, code, f"不许有不可见字符 {code}", f"The invisible character {code} is not allowed")
        return None
    return _Cutter(expression, report).cut()


class _Cutter:
    def __init__(self, expression: Expression, report: Report) -> None:
        self.expression, self.report = expression, report
        pieces = [normal(char) for char in expression.text]
        self.text = "".join(pieces)
        self.places = [place for place, piece in enumerate(pieces) for _ in piece]

    def cut(self) -> list[Word] | None:
        words: list[Word] = []
        good = True
        for match in _PIECE.finditer(self.text):
            if match.lastgroup == "space":
                continue
            word = self._word(match, self.text[match.end() :].lstrip()[:1] == "(")
            good = good and word is not None
            if word is not None:
                words.append(word)
            if len(words) > MOST_WORDS:
                self._say(match, f"太长：最多{MOST_WORDS}个词", f"Too long: {MOST_WORDS} words at most")
                return None
        end = Word("end", "", len(self.expression.text))
        return [*words, end] if good else None

    def _word(self, match: re.Match[str], opens: bool) -> Word | None:
        text, start = match.group(), self.places[match.start()]
        match match.lastgroup:
            case "text":
                return Word("text", text[1:-1].strip(), start)
            case "number":
                return self._number(match, start)
            case "sign":
                return Word("sign", text, start, _SIGNS.get(text, text))
            case "word":
                return self._name(match, text, start, opens)
            case "comment":
                self._say(match, "式中不许有注释", "No comments in an expression")
            case _:
                self._say(
                    match, f"不许用“{text}”：只能写名称、数、引号中的值和运算", f"“{text}” is not allowed here",
                    ("且", "或", "非", "≥", "<", "属于", "+", "×", "(", ")"),
                )  # fmt: skip
        return None

    def _name(self, match: re.Match[str], text: str, start: int, opens: bool) -> Word | None:
        if text in OPERATORS:
            return Word("sign", text, start, OPERATORS[text])
        if text in FUNCTIONS:
            return Word("function", text, start)
        if opens:
            meant = SYNONYMS.get(text.lower())
            self._say(
                match, f"没有“{text}”这个算法", f"There is no function “{text}”",
                (meant,) if meant in FUNCTIONS else FUNCTIONS,
            )  # fmt: skip
            return None
        if text.lower() in SYNONYMS:
            meant = SYNONYMS[text.lower()]
            self._say(match, f"“{text}”请写作“{meant}”", f"Write “{meant}” for “{text}”", (meant,))
            return None
        return Word("name", text, start)

    def _number(self, match: re.Match[str], start: int) -> Word | None:
        text = match.group()
        parts = _NUMBER.fullmatch(text)
        if parts is None:
            if glued := _GLUED.match(text):
                said = f"{glued[1]} {glued['sign']} {text[glued.end() :]}".strip()
                self._say(
                    match,
                    f"“{glued['sign']}”前后要有空格",
                    f"“{glued['sign']}” stands between spaces",
                    (said,),
                )
                return None
            self._say(
                match, f"“{text}”不是数：数后只能写 元、角、分、万元 或 %", f"“{text}” is not a number",
                ("80", "1.5", "30%", "3600元", "300分", "1.5万元"),
            )  # fmt: skip
            return None
        whole, decimals, myriad, unit = parts.groups()
        value = Fraction(f"{whole}.{decimals or 0}") * (10_000 if myriad else 1)
        if unit == "%":
            return Word("number", text, start, value=value / 100)
        if unit is None:
            return Word("number", text, start, value=value)
        if (value * _FEN[unit]).denominator != 1:
            self._say(match, f"“{text}”不是整分", f"“{text}” is not a whole number of fen")
            return None
        return Word("money", text, start, value=value * _FEN[unit])

    def _say(
        self, match: re.Match[str], message: str, message_en: str, allowed: tuple[str, ...] = ()
    ) -> None:
        spot = self.expression.where(self.places[match.start()])
        self.report.say(spot, match.group(), message, message_en, allowed)


def quantity(text: str) -> tuple[Fraction, bool] | None:
    """A number as the language writes it: (value, False), or (fen, True) for money; None for anything else."""
    parts = _NUMBER.fullmatch(normal(text.strip()).removeprefix("-"))
    if parts is None:
        return None
    whole, decimals, myriad, unit = parts.groups()
    sign = -1 if normal(text.strip()).startswith("-") else 1
    value = sign * Fraction(f"{whole}.{decimals or 0}") * (10_000 if myriad else 1)
    if unit == "%":
        return value / 100, False
    if unit is None:
        return value, False
    return (value * _FEN[unit], True) if (value * _FEN[unit]).denominator == 1 else None
