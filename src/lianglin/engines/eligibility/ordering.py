"""The order of an expression's words, checked before a parser sees them: what a parser would say in riddles is said here.

Values and operators alternate, brackets close and are not too deep, 介于 has its 至, 属于 its list.
"""

from __future__ import annotations

from lianglin.engines.eligibility.source import Report
from lianglin.engines.eligibility.words import DEEPEST, OPERATORS, Expression, Word

_AFTER_VALUE = frozenset(OPERATORS.values()) - {"not"} | set("=+-*/),") | {"<", ">", "<=", ">=", "<>"}
_VALUES = frozenset({"name", "number", "money", "text", "function"})
_BEFORE_SIGN = frozenset({"not", "-", "+", "*", "/", "in", "not in"})
"""Where no second sign may follow: not 非 非, not - -."""


class Order:
    """Checks one expression."""

    def __init__(self, expression: Expression, report: Report) -> None:
        self.expression, self.report = expression, report
        self.open: list[Word] = []  # the brackets that are open
        self.ranges: list[int] = []  # at which depth a 介于 waits for its 至

    def holds(self, words: list[Word]) -> bool:
        """Whether the order is good; else the first fault is in the report."""
        previous: Word | None = None
        for word in words:
            if not (self._follows(word, previous) and self._closes(word)):
                return False
            previous = word
        return not self.open or self._refuse(
            self.open[-1], "括号没有关上", "This bracket is not closed", (")",)
        )

    def _refuse(self, word: Word, message: str, message_en: str, allowed: tuple[str, ...] = ()) -> bool:
        self.report.say(self.expression.where(word.start), word.text, message, message_en, allowed)
        return False

    def _follows(self, word: Word, previous: Word | None) -> bool:
        """Whether a word may stand after the one before it."""
        is_value = word.sort in _VALUES or word.sign == "("
        if previous is not None and previous.sort == "function":
            if word.sign == "(":
                return True
            return self._refuse(word, f"“{previous.text}”后要有括号", "A function needs brackets", ("(",))
        if previous is not None and previous.sign in ("in", "not in") and word.sign != "(":
            wanted = ("属于 ('一级','二级')",)
            return self._refuse(word, "“属于”后要写括号", "属于 needs a list in brackets", wanted)
        if previous is None or (previous.sort == "sign" and previous.sign != ")"):
            return is_value or _may_open(word, previous) or self._lacks_value(word, previous)
        if is_value:
            wanted = ("且", "或", "≥", "<", "+")
            return self._refuse(word, f"“{word.text}”前少了运算", "An operator is missing here", wanted)
        if word.sort == "sign" and word.sign not in _AFTER_VALUE:
            return self._refuse(
                word, f"“{word.text}”前少了“且”或“或”", "且 or 或 is missing here", ("且", "或")
            )
        return True

    def _lacks_value(self, word: Word, previous: Word | None) -> bool:
        if previous is None and word.sort == "end":
            return self._refuse(word, "式是空的", "The expression is empty")
        what = f"“{word.text}”前" if word.text else "最后"
        return self._refuse(word, f"{what}少了名称或数", "A name or number is missing here")

    def _closes(self, word: Word) -> bool:
        """Whether brackets and ranges fit at this word."""
        if word.sign == "(":
            self.open.append(word)
            if len(self.open) > DEEPEST:
                return self._refuse(
                    word, f"括号太深（最多{DEEPEST}层）", f"Brackets too deep ({DEEPEST} at most)"
                )
        elif word.sign == "between":
            self.ranges.append(len(self.open))
        elif word.sign == "to":
            if not self.ranges or self.ranges.pop() != len(self.open):
                return self._refuse(word, "“至”前没有“介于”", "至 without 介于", ("介于 1 至 4",))
        elif word.sign in ("and", "or", ",", ")") or word.sort == "end":
            if self.ranges and self.ranges[-1] == len(self.open):
                return self._refuse(word, "“介于”后少了“至”", "介于 needs its 至", ("介于 1 至 4",))
            if word.sign == ")":
                if not self.open:
                    return self._refuse(word, "多了一个右括号", "A bracket is closed that was not opened")
                self.open.pop()
        return True


def _may_open(word: Word, previous: Word | None) -> bool:
    """A sign that may stand where a value is wanted: one 非 or minus, or the end of empty brackets."""
    if word.sign in ("not", "-"):
        return previous is None or previous.sign not in _BEFORE_SIGN
    return word.sign == ")" and previous is not None and previous.sign == "("
