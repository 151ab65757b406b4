"""The words that stand for themselves: numbers, money, today, an age, facts, parameters, definitions."""

from __future__ import annotations

from lianglin.engines.eligibility import tree
from lianglin.engines.eligibility.typed import Checks, Kind, Typed, constant
from lianglin.engines.eligibility.vocabulary import BORN_ON, Fact
from lianglin.engines.eligibility.words import AGE, FUNCTIONS, OPERATORS, TODAY, Word


def leaf(checks: Checks, word: Word) -> Typed | None:
    """A word's tree; None after problems."""
    if word.sort in ("number", "money"):
        return Typed(constant(word.value), "money" if word.sort == "money" else "number", "household")
    if word.sort == "text":
        zh, en = "引号中的值只能写在 =、≠、属于 之后", "A value in quotes stands after =, ≠ or 属于 only"
        checks.say(word, zh, en)
        return None
    name = word.text
    if name == TODAY:
        return Typed(tree.Today(), "date", "household")
    if name == AGE:
        return _age(checks, word)
    if name in checks.names.definitions:
        return checks.names.definition(name)
    if fact := checks.names.vocabulary.facts.get(name):
        return _fact(fact)
    if parameter := checks.names.vocabulary.parameters.get(name):
        kind: Kind = "date" if parameter.kind == "date" else "money" if parameter.money else "number"
        return Typed(tree.ParameterOf(name, parameter.scale), kind, "household")
    return _strange(checks, word)


def _age(checks: Checks, word: Word) -> Typed | None:
    born = checks.names.vocabulary.facts.get(BORN_ON)
    if born is None:
        checks.say(word, f"没有“{BORN_ON}”，算不出年龄", f"There is no {BORN_ON} to compute an age from")
        return None
    return Typed(tree.Age(born.column), "number", "person")


def _fact(fact: Fact) -> Typed:
    if fact.kind == "flag":
        return Typed(tree.Flag(fact.column, fact.level), "truth", fact.level)
    if fact.kind == "code":
        return Typed(tree.Among(fact.column, fact.level, ()), "code", fact.level, fact=fact)
    kind: Kind = "date" if fact.kind == "date" else "money" if fact.money else "number"
    return Typed(tree.FactValue(fact.column, fact.level, fact.scale), kind, fact.level)


def _strange(checks: Checks, word: Word) -> None:
    names = checks.names
    known = (
        *names.vocabulary.facts,
        *names.vocabulary.parameters,
        *names.definitions,
        AGE,
        TODAY,
        *FUNCTIONS,
    )
    zh = f"没有“{word.text}”这个名称（事实、参数或释义；且、或等前后要有空格）"
    allowed = _apart(word.text, known) or names.report.near(word.text, known)
    checks.say(word, zh, f"“{word.text}” is no fact, parameter or definition", allowed)


def _apart(name: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """The word with spaces around an operator that was written without them."""
    for sign in sorted(OPERATORS, key=len, reverse=True):
        before, found, after = name.partition(sign)
        if found and (before in known or after in known):
            return (f"{before} {sign} {after}".strip(),)
    return ()
