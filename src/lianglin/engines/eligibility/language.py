"""One expression → typed tree. The words are checked first, sqlglot only arranges them, and a whitelist reads its tree.

sqlglot never sees what somebody typed: it gets operators, brackets and the *numbers* of the words. Whatever it makes of
them that the whitelist does not know (subqueries, aliases, casts, other calls) is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ErrorLevel, ParseError, SqlglotError
from sqlglot.parser import Parser
from sqlglot.tokenizer_core import Token, TokenType

from lianglin.engines.eligibility.checking import Checker
from lianglin.engines.eligibility.ordering import Order
from lianglin.engines.eligibility.source import Report, Spot
from lianglin.engines.eligibility.tree import Node
from lianglin.engines.eligibility.typed import Typed
from lianglin.engines.eligibility.unparsing import unparse
from lianglin.engines.eligibility.vocabulary import Level, Vocabulary
from lianglin.engines.eligibility.words import Expression, Word, words_of

__all__ = ["Expects", "Language", "Rules", "parse", "unparse"]

Expects = Literal["truth", "money", "any"]

_TOKENS = {
    "and": TokenType.AND, "or": TokenType.OR, "not": TokenType.NOT, "in": TokenType.IN, "between": TokenType.BETWEEN,
    "to": TokenType.AND, "<": TokenType.LT, "<=": TokenType.LTE, ">": TokenType.GT, ">=": TokenType.GTE,
    "=": TokenType.EQ, "<>": TokenType.NEQ, "+": TokenType.PLUS, "-": TokenType.DASH, "*": TokenType.STAR,
    "/": TokenType.SLASH, "(": TokenType.L_PAREN, ")": TokenType.R_PAREN, ",": TokenType.COMMA,
}  # fmt: skip


class Rules(Dialect):
    """SQL's grammar of expressions, and nothing of SQL's words: no function, no statement, no literal of its own."""

    class Parser(Parser):
        """Arranges one expression; what is left over is an error."""

        FUNCTIONS = {}
        FUNCTION_PARSERS = {}
        NO_PAREN_FUNCTIONS = {}
        NO_PAREN_FUNCTION_PARSERS = {}
        STATEMENT_PARSERS = {}

        def arrange(self, tokens: list[Token]) -> exp.Expr | None:
            """The tree of these tokens. ParseError when there is none."""
            trees = self._parse(lambda parser: parser._parse_disjunction(), tokens)
            return trees[0] if len(trees) == 1 else None


def _arranged(words: list[Word]) -> exp.Expr | None:
    tokens: list[Token] = []
    for place, word in enumerate(words):
        if word.sort == "sign":
            for sign in word.sign.split():
                tokens.append(Token(_TOKENS[sign], sign, 1, place, place, place))
        elif word.sort == "function":
            tokens.append(Token(TokenType.VAR, f"f{place}", 1, place, place, place))
        elif word.sort != "end":
            tokens.append(Token(TokenType.IDENTIFIER, str(place), 1, place, place, place))
    return Rules().parser(error_level=ErrorLevel.IMMEDIATE).arrange(tokens)


@dataclass
class Language:
    """Everything a rule may name, and the definitions as far as they were read. One per package; not for two threads."""

    vocabulary: Vocabulary
    report: Report
    definitions: Mapping[str, Expression] = field(default_factory=dict)
    measures: Mapping[str, Level] = field(default_factory=dict)
    _read: dict[str, Typed | None] = field(default_factory=dict)
    _reading: list[str] = field(default_factory=list)

    def read(self, expression: Expression, level: Level, expects: Expects = "truth") -> Node | None:
        """The tree of an expression; None after problems, which are in the report."""
        typed = self.typed(expression)
        if typed is None:
            return None
        checker = Checker(expression, [], self)
        return typed.node if checker.fits(typed, level, expects) else None

    def typed(self, expression: Expression) -> Typed | None:
        """The tree and its kind, whatever it is."""
        words = words_of(expression, self.report)
        if words is None or not Order(expression, self.report).holds(words):
            return None
        try:
            tree = _arranged(words)
        except (SqlglotError, RecursionError) as error:
            place = error.errors[0].get("col") or 0 if isinstance(error, ParseError) and error.errors else 0
            self._not_understood(expression, words[min(place, len(words) - 1)])
            return None
        if tree is None:
            self._not_understood(expression, words[0])
            return None
        return Checker(expression, words, self).check(tree)

    def _not_understood(self, expression: Expression, word: Word) -> None:
        spot, text = expression.where(word.start), word.text or expression.text[-10:]
        self.report.say(
            spot, text, f"“{text}”处看不懂", f"This is not understood at “{text}”", ("年龄 ≥ 80 且 独居",)
        )

    def definition(self, name: str) -> Typed | None:
        """A definition's tree; None when it has problems (they are said once, at the definition)."""
        if name in self._read:
            return self._read[name]
        if name in self._reading:
            ring = self._reading[self._reading.index(name) :]
            where = self.definitions[ring[0]].where(0)
            said = " → ".join((*ring, ring[0]))
            self.report.say(
                where, name, f"释义绕成了圈：{said}", f"Definitions go round in a circle: {said}", ring
            )
            for member in ring:
                self._read[member] = None
            return None
        self._reading.append(name)
        typed = self.typed(self.definitions[name])
        self._reading.pop()
        return self._read.setdefault(name, typed)


def parse(
    text: str,
    vocabulary: Vocabulary,
    level: Level = "person",
    *,
    expects: Expects = "truth",
    definitions: Mapping[str, str] | None = None,
    measures: Mapping[str, Level] | None = None,
    path: str = "",
) -> Node:
    """The tree of one expression of a measure of ``level``. BadRules with every problem; columns count from 1.

    ``definitions``: texts by name; ``measures``: the levels of those that 符合 may name. ``expects``: a condition is a
    truth, an amount is money.
    """
    report = Report()
    given = {name: _plain(said, f"{path}{name}") for name, said in (definitions or {}).items()}
    node = Language(vocabulary, report, given, measures or {}).read(_plain(text, path), level, expects)
    report.check()
    if node is None:  # a problem without words would be a fault of the checker
        raise AssertionError(text)
    return node


def _plain(text: str, path: str) -> Expression:
    def where(offset: int) -> Spot:
        before = text[:offset]
        return Spot(path, before.count("\n") + 1, offset - before.rfind("\n"))

    return Expression(text, where)
