"""A tree → an expression in Chinese that reads back to the same tree (definitions stay expanded)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from lianglin.engines.eligibility import tree
from lianglin.engines.eligibility.tree import Node, Truth, Value
from lianglin.engines.eligibility.typed import Kind, day_of
from lianglin.engines.eligibility.vocabulary import Fact, Vocabulary
from lianglin.engines.eligibility.words import AGE, TODAY, normal

SIGNS = {
    "<": "<",
    "<=": "≤",
    ">": ">",
    ">=": "≥",
    "=": "=",
    "<>": "≠",
    "+": "+",
    "-": "-",
    "*": "×",
    "/": "/",
}
CHINESE = {
    "and": " 且 ", "or": " 或 ", "not": "非 ", "in": "属于", "not in": "不属于", "any": "任一成员", "every": "全部成员",
    "age": AGE, "today": TODAY, "days": "满天数", "months": "满月数", "years": "满年数", "max": "最大", "min": "最小",
    "grade": "分档", "total": "合计", "count": "人数",
}  # fmt: skip
_PAIRS: dict[tuple[str, Kind], tuple[tuple[Kind, Kind], ...]] = {
    ("*", "money"): (("money", "number"), ("number", "money")),
    ("*", "number"): (("number", "number"),),
    ("/", "money"): (("money", "number"),),
    ("/", "number"): (("number", "number"), ("money", "money")),
}
_VALUE_KINDS: tuple[Kind, ...] = ("number", "money", "date")


def money(fen: int) -> str:
    """Fen as the language writes money: 3600元, 12.5元; exact."""
    yuan, rest = divmod(abs(fen), 100)
    cents = f".{rest:02d}".rstrip("0") if rest else ""
    return f"{'-' if fen < 0 else ''}{yuan}{cents}元"


def number(value: int, scale: int) -> str:
    """A whole number times 10**-scale, without zeros at the end."""
    sign, digits = "-" if value < 0 else "", f"{abs(value):0{scale + 1}d}"
    whole, decimals = (digits[:-scale], digits[-scale:].rstrip("0")) if scale else (digits, "")
    return f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}"


def decimal(value: Fraction) -> str | None:
    """A fraction as a decimal of at most six places; None when it is none."""
    scaled = value * 10**6
    return number(int(scaled), 6) if scaled.denominator == 1 else None


def label_of(fact: Fact, place: int) -> str:
    """The label (or the code, where the label means another value) that a rule writes for a place in the code list."""
    code, labels = list(fact.values.items())[place]
    wanted = normal(labels[0].strip())
    first = next((c for c, held in fact.values.items() if wanted in (normal(c), normal(held[0]))), None)
    return labels[0].strip() if first == code and "'" not in wanted and wanted else code


def unparse(node: Node, vocabulary: Vocabulary) -> str:
    """The expression. KeyError for a fact that the vocabulary does not know; ValueError for a tree no text can have.

    A fraction that is no decimal is written as a division: equal in value, another tree.
    """
    return Unparser(vocabulary).whole(node)


class Unparser:
    """Writes trees with one vocabulary's names. Another language replaces ``words`` and the names."""

    words: Mapping[str, str] = CHINESE

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.parameters = vocabulary.parameters
        self.facts: dict[str, Fact] = {}
        for fact in vocabulary.facts.values():
            self.facts.setdefault(fact.column, fact)

    def fact(self, column: str) -> str:
        """A fact's name."""
        return self.facts[column].name

    def parameter(self, name: str) -> str:
        """A parameter's name."""
        return name

    def measure(self, number: str) -> str:
        """What 符合 says of another measure."""
        return f"符合('{number}')"

    def label(self, fact: Fact, place: int) -> str:
        """A code's value."""
        return f"'{label_of(fact, place)}'"

    def money(self, fen: int) -> str:
        """Whole fen."""
        return money(fen)

    def day(self, days: int) -> str:
        """A day."""
        return f"日期('{day_of(days).isoformat()}')"

    def whole(self, node: Node) -> str:
        """Any node, without brackets around it."""
        return self.truth(node) if isinstance(node, Truth) else self.value(node, self._best([node]))

    # --- truths --------------------------------------------------------------------------------------------------

    def truth(self, node: Truth) -> str:
        """A truth, without brackets around it."""
        match node:
            case tree.All(of) | tree.Any(of):
                word = self.words["and" if isinstance(node, tree.All) else "or"]
                return word.join(self._bracketed(one) for one in of)
            case tree.Not(tree.Among() as among):
                return self._among(among, "≠", self.words["not in"])
            case tree.Not(of):
                said = self.truth(of)
                return self.words["not"] + (said if self._is_short(of) else f"({said})")
            case tree.Compare(op, left, right):
                kind = self._best([left, right])
                return f"{self.value(left, kind)} {SIGNS[op]} {self.value(right, kind)}"
            case tree.Among():
                return self._among(node, "=", self.words["in"])
            case tree.Flag(column):
                return self.fact(column)
            case tree.AnyMember(of, where) | tree.EveryMember(of, where):
                name = self.words["any" if isinstance(node, tree.AnyMember) else "every"]
                return f"{name}({', '.join(self.truth(one) for one in (of, where) if one is not None)})"
            case tree.Qualifies(measure):
                return self.measure(measure)

    def _is_short(self, node: Truth) -> bool:
        return isinstance(node, tree.Flag | tree.AnyMember | tree.EveryMember | tree.Qualifies)

    def _bracketed(self, node: Truth) -> str:
        return f"({self.truth(node)})" if isinstance(node, tree.All | tree.Any) else self.truth(node)

    def _among(self, node: tree.Among, one: str, many: str) -> str:
        fact = self.facts[node.column]
        if not node.places:
            raise ValueError(f"{fact.name} is compared with nothing.")
        said, name = [self.label(fact, place) for place in node.places], self.fact(node.column)
        return f"{name} {one} {said[0]}" if len(said) == 1 else f"{name} {many} ({', '.join(said)})"

    # --- values --------------------------------------------------------------------------------------------------

    def value(self, node: Value, kind: Kind, binding: int = 0) -> str:
        """A value of a kind; in brackets where ``binding`` (1 right of +-, 2 in ×, 3 right of ×) asks for them."""
        match node:
            case tree.Const():
                return self._constant(node, kind, binding)
            case tree.Arithmetic(op, left, right):
                left_kind, right_kind = self._pair(node, kind)
                own = 1 if op in "+-" else 2
                said = (
                    f"{self.value(left, left_kind, own)} {SIGNS[op]} {self.value(right, right_kind, own + 1)}"
                )
                return f"({said})" if own < binding else said
            case tree.FactValue(column):
                return self.fact(column)
            case tree.ParameterOf(name):
                return self.parameter(name)
            case tree.Age():
                return self.words["age"]
            case tree.Today():
                return self.words["today"]
            case tree.Since(unit, date):
                return f"{self.words[unit]}({self.value(date, 'date')})"
            case tree.Extreme(op, of):
                return f"{self.words[op]}({', '.join(self.value(one, kind) for one in of)})"
            case tree.Choose(cases, otherwise):
                said = [part for truth, held in cases for part in (self.truth(truth), self.value(held, kind))]
                return f"{self.words['grade']}({', '.join([*said, *([] if otherwise is None else [self.value(otherwise, kind)])])})"
            case tree.Rounded(of):
                return self.value(of, kind, binding)
            case tree.Total(of, where):
                return f"{self.words['total']}({self.value(of, kind)}{'' if where is None else f', {self.truth(where)}'})"
            case tree.Count(where):
                return f"{self.words['count']}({'' if where is None else self.truth(where)})"

    def _constant(self, node: tree.Const, kind: Kind, binding: int) -> str:
        if kind == "date":
            return self.day(node.num)
        if kind == "money" and node.den == 1:
            said = self.money(node.num)
        elif kind == "money":
            return f"({self.money(node.num)} / {node.den})"
        else:
            said = decimal(Fraction(node.num, node.den)) or f"({node.num} / {node.den})"
        return f"({said})" if node.num < 0 and binding else said

    # --- kinds: a constant alone does not say whether it is money, a number or a day ------------------------------------

    def kinds(self, node: Value) -> set[Kind]:
        """What a value may be."""
        match node:
            case tree.Const(_, den):
                return {"number", "money", "date"} if den == 1 else {"number", "money"}
            case tree.FactValue(column):
                fact = self.facts[column]
                return {"date" if fact.kind == "date" else "money" if fact.money else "number"}
            case tree.ParameterOf(name):
                parameter = self.parameters[name]
                return {"date" if parameter.kind == "date" else "money" if parameter.money else "number"}
            case tree.Age() | tree.Since() | tree.Count():
                return {"number"}
            case tree.Today():
                return {"date"}
            case tree.Arithmetic(op, left, right):
                sides = self.kinds(left), self.kinds(right)
                found: set[Kind] = {kind for kind in _VALUE_KINDS[:2] if self._pairs(op, kind, *sides)}
                return found
            case tree.Extreme(_, of):
                return self._common(of)
            case tree.Choose(cases, otherwise):
                return self._common(
                    [*(held for _, held in cases), *([] if otherwise is None else [otherwise])]
                )
            case tree.Rounded(of):
                return self.kinds(of) - {"number", "date"}
            case tree.Total(of):
                return self.kinds(of) - {"date"}

    def _common(self, nodes: Iterable[Value]) -> set[Kind]:
        every: set[Kind] = set(_VALUE_KINDS)
        return every.intersection(*(self.kinds(node) for node in nodes))

    def _pairs(self, op: str, kind: Kind, left: set[Kind], right: set[Kind]) -> list[tuple[Kind, Kind]]:
        return [
            pair for pair in _PAIRS.get((op, kind), ((kind, kind),)) if pair[0] in left and pair[1] in right
        ]

    def _pair(self, node: tree.Arithmetic, kind: Kind) -> tuple[Kind, Kind]:
        pairs = self._pairs(node.op, kind, self.kinds(node.left), self.kinds(node.right))
        if not pairs:
            raise ValueError(f"{SIGNS[node.op]} cannot make {kind} of these.")
        return pairs[0]

    def _best(self, nodes: list[Value]) -> Kind:
        """One kind for several values: money where money is named and it can be."""
        common = self._common(nodes)
        named = any(self._names_money(part) for node in nodes for part in tree.walk(node))
        for kind in ("money", "number", "date") if named else _VALUE_KINDS:
            if kind in common:
                return kind
        raise ValueError("These values do not go together.")

    def _names_money(self, node: Node) -> bool:
        return isinstance(node, tree.FactValue | tree.ParameterOf) and self.kinds(node) == {"money"}
