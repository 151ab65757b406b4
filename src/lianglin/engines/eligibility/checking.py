"""The whitelist: sqlglot's tree of words → the engine's typed tree. Names, kinds, units and levels are checked here.

A node that is not listed is refused. Problems are noted and their places stay empty (None), so that one reading finds
every problem of an expression.
"""

from __future__ import annotations

from typing import cast

from sqlglot import exp

from lianglin.engines.eligibility import functions, leaves, tree
from lianglin.engines.eligibility.tree import Const, Node, Truth, Value
from lianglin.engines.eligibility.typed import (
    DEEPEST,
    KINDS,
    MOST_NODES,
    Kind,
    Names,
    Typed,
    place_of,
)
from lianglin.engines.eligibility.vocabulary import Fact, Level
from lianglin.engines.eligibility.words import AGE, FUNCTIONS, Expression, Word, normal

_COMPARISONS = {exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=", exp.EQ: "=", exp.NEQ: "<>"}
_ARITHMETIC = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/"}
_HINTS = {
    "truth": ("年龄 ≥ 80", "独居", "残疾等级 属于 ('一级','二级')"),
    "money": ("100元", "低保标准 × 30%"),
}


class Checker:
    """Checks one expression."""

    def __init__(self, expression: Expression, words: list[Word], names: Names) -> None:
        self.expression, self.words, self.names = expression, words, names

    def say(self, word: Word, zh: str, en: str, allowed: tuple[str, ...] = ()) -> None:
        """Notes a problem at a word."""
        self.names.report.say(self.expression.where(word.start), word.text, zh, en, allowed)

    def word(self, node: exp.Expr | None) -> Word:
        """The first word of a piece of sqlglot's tree."""
        places = [place_of(part) for part in node.walk()] if node is not None else []
        return self.words[min((place for place in places if place is not None), default=0)]

    def fits(self, typed: Typed, level: Level, expects: str) -> bool:
        """Whether a whole expression is what its place needs."""
        first = Word("name", self.expression.text.strip()[:20], 0)
        if expects in _HINTS and typed.kind != expects and not (expects == "money" and typed.zero):
            (zh, en), (is_zh, is_en) = KINDS[cast("Kind", expects)], KINDS[typed.kind]
            self.say(
                first, f"这里要{zh}，写的是{is_zh}", f"{en} is wanted here, this is {is_en}", _HINTS[expects]
            )
            return False
        if typed.kind == "code":
            self.say(first, "代码要与值比较", "A code is compared with a value", _values_of(typed))
            return False
        if level == "household" and typed.level == "person":
            name = self._person_name(typed.node)
            word = Word("name", name, self.expression.text.find(name)) if name else first
            self.say(
                word, "对象是家庭：成员的事实要放进成员的算法里", "In a household's measure, say whose fact this is",
                ("任一成员(…)", "全部成员(…)", "人数(…)", "合计(…)"),
            )  # fmt: skip
            return False
        return True

    def _person_name(self, node: Node) -> str:
        """A name in the text that stands for a person's fact."""
        facts, outside = self.names.vocabulary.facts, set(_bare_columns(node))
        names = [name for name, fact in facts.items() if fact.column in outside and fact.level == "person"]
        return next((name for name in (*names, AGE) if name in self.expression.text), "")

    def check(self, node: exp.Expr | None, depth: int = 0) -> Typed | None:
        """The typed tree; None after problems."""
        if node is None or depth > DEEPEST:
            self.say(self.word(node), "太长太深：请拆成几个条件或释义", "Too deep: split it into definitions")
            return None
        kind = type(node)
        if kind is exp.Paren:
            return self.check(node.this, depth + 1)
        if kind in (exp.And, exp.Or):
            return self._connected(node, depth)
        if kind is exp.Not:
            return self._negated(node, depth)
        if kind in _COMPARISONS:
            return self._compared(node, _COMPARISONS[kind], depth)
        if kind is exp.In:
            return self._among(node, depth)
        if kind is exp.Between:
            return self._between(node, depth)
        if kind in _ARITHMETIC:
            return self._computed(node, _ARITHMETIC[kind], depth)
        if kind is exp.Neg:
            return self._minus(node, depth)
        place = place_of(node)
        if place is not None and kind is exp.Column:
            return leaves.leaf(self, self.words[place])
        if place is not None:
            return functions.called(self, self.words[place], list(node.expressions), depth + 1)
        self.say(
            self.word(node),
            "不许这样写",
            "This is not allowed here",
            ("且", "或", "非", "属于 (…)", *FUNCTIONS),
        )
        return None

    def truth(self, node: exp.Expr | None, depth: int) -> Typed | None:
        """A tree that must be a yes or no."""
        typed = self.check(node, depth)
        if typed is not None and typed.kind != "truth":
            zh, en = KINDS[typed.kind]
            self.say(
                self.word(node),
                f"这里要是非，写的是{zh}",
                f"A yes or no is wanted, this is {en}",
                ("≥", "=", "属于"),
            )
            return None
        return typed

    def made(
        self, word: Word, node: Node, kind: Kind, parts: list[Typed], level: Level | None = None
    ) -> Typed | None:
        """A tree made of others, unless it grows too large."""
        size, depth = 1 + sum(part.size for part in parts), 1 + max((part.depth for part in parts), default=0)
        if size > MOST_NODES or depth > DEEPEST:
            self.say(
                word, "展开后太长：请拆成几个条件", "Too long when its definitions are expanded: split it"
            )
            return None
        own: Level = "person" if any(part.level == "person" for part in parts) else "household"
        return Typed(node, kind, level or own, size, depth)

    def same(self, word: Word, parts: list[Typed]) -> Kind | None:
        """The one kind of several values (0 goes with money); None after a problem."""
        kinds: set[Kind] = {part.kind for part in parts if not part.zero} or {"number"}
        if kinds == {"money", "number"}:
            self.say(
                word,
                "金额不能与没有单位的数放在一起：请写元或分",
                "Money and a plain number: say 元 or 分",
                ("3600元", "300分"),
            )
            return None
        if (
            len(kinds) > 1
            or kinds & {"truth", "code"}
            or (kinds == {"date"} and any(part.zero for part in parts))
        ):
            said: list[Kind] = sorted({part.kind for part in parts})
            zh, en = "、".join(KINDS[kind][0] for kind in said), ", ".join(KINDS[kind][1] for kind in said)
            self.say(word, f"不能放在一起：{zh}", f"These do not go together: {en}")
            return None
        return kinds.pop()

    def _chain(self, node: exp.Expr) -> list[exp.Expr]:
        """The links of a 且 b 且 c, without recursion."""
        links: list[exp.Expr] = []
        kind: type[exp.Expr] = type(node)
        while type(node) is kind:
            links.append(cast("exp.Expr", node.args.get("expression")))
            node = node.this
        return [node, *reversed(links)]

    def _connected(self, node: exp.Expr, depth: int) -> Typed | None:
        parts = [self.truth(link, depth + 1) for link in self._chain(node)]
        if any(part is None for part in parts):
            return None
        good = cast("list[Typed]", parts)
        truths = tuple(cast("Truth", part.node) for part in good)
        return self.made(
            self.word(node), tree.All(truths) if type(node) is exp.And else tree.Any(truths), "truth", good
        )

    def _negated(self, node: exp.Expr, depth: int) -> Typed | None:
        part = self.truth(node.this, depth + 1)
        return part and self.made(self.word(node), tree.Not(cast("Truth", part.node)), "truth", [part])

    def _compared(self, node: exp.Expr, op: str, depth: int) -> Typed | None:
        word = self.word(node)
        right_leaf = _unwrapped(node.args.get("expression"))
        left = self.check(node.this, depth + 1)
        text = self._text(right_leaf)
        if text is not None:
            return left and self._code_is(left, word, [text], op)
        right = self.check(right_leaf, depth + 1)
        if left is None or right is None:
            return None
        if left.kind == "code" or right.kind == "code":
            self.say(
                word,
                "代码只能与引号中的值比较",
                "A code is compared with a value in quotes",
                _values_of(left, right),
            )
            return None
        if self.same(word, [left, right]) is None:
            return None
        made = tree.Compare(cast("tree.Comparison", op), cast("Value", left.node), cast("Value", right.node))
        return self.made(word, made, "truth", [left, right])

    def _text(self, node: exp.Expr | None) -> Word | None:
        place = place_of(node) if node is not None else None
        return self.words[place] if place is not None and self.words[place].sort == "text" else None

    def _among(self, node: exp.Expr, depth: int) -> Typed | None:
        left = self.check(node.this, depth + 1)
        texts = [self._text(_unwrapped(item)) for item in node.expressions]
        if set(node.args) - {"this", "expressions"} or not texts or any(text is None for text in texts):
            where = next(
                (item for item, text in zip(node.expressions, texts, strict=True) if text is None), node
            )
            self.say(
                self.word(where), "“属于”的括号里只能是引号中的值", "属于 takes values in quotes", ("'一级'",)
            )
            return None
        return left and self._code_is(left, self.word(node), cast("list[Word]", texts), "=")

    def _code_is(self, left: Typed, word: Word, texts: list[Word], op: str) -> Typed | None:
        fact = left.fact
        if fact is None:
            zh, en = KINDS[left.kind]
            self.say(
                texts[0],
                f"引号中的值只能与代码比较，这里是{zh}",
                f"A value in quotes is for codes, this is {en}",
            )
            return None
        if op not in ("=", "<>"):
            self.say(
                word, "代码没有大小，只能用 =、≠、属于", "Codes have no order", ("=", "≠", "属于", "不属于")
            )
            return None
        places = [self._place(fact, text) for text in texts]
        if None in places:
            return None
        node: Truth = tree.Among(fact.column, fact.level, tuple(sorted(set(cast("list[int]", places)))))
        return self.made(word, node if op == "=" else tree.Not(node), "truth", [], fact.level)

    def _place(self, fact: Fact, text: Word) -> int | None:
        wanted = normal(text.text)
        for place, (code, labels) in enumerate(fact.values.items()):
            if wanted in (normal(code), normal(labels[0])):
                return place
        labels = [label for label, _ in fact.values.values()]
        self.say(
            text,
            f"“{fact.name}”没有“{text.text}”这个值",
            f"{fact.name} has no such value",
            self.names.report.near(text.text, labels, 8),
        )
        return None

    def _between(self, node: exp.Expr, depth: int) -> Typed | None:
        word = self.word(node)
        parts = [self.check(node.args.get(key), depth + 1) for key in ("this", "low", "high")]
        if any(part is None for part in parts):
            return None
        of, low, high = cast("list[Typed]", parts)
        if self.same(word, [of, low, high]) is None:
            return None
        value, least, most = (cast("Value", part.node) for part in (of, low, high))
        node_made = tree.All((tree.Compare(">=", value, least), tree.Compare("<=", value, most)))
        return self.made(word, node_made, "truth", [of, of, low, high])

    def _computed(self, node: exp.Expr, op: str, depth: int) -> Typed | None:
        word = self.word(node)
        left, right = self.check(node.this, depth + 1), self.check(node.args.get("expression"), depth + 1)
        if left is None or right is None:
            return None
        kind = self._kind_of(word, op, left, right)
        if kind is None:
            return None
        made = tree.Arithmetic(
            cast("tree.Operation", op), cast("Value", left.node), cast("Value", right.node)
        )
        return self.made(word, made, kind, [left, right])

    def _kind_of(self, word: Word, op: str, left: Typed, right: Typed) -> Kind | None:
        kinds = (left.kind, right.kind)
        if "date" in kinds:
            self.say(
                word,
                "日期不能加减乘除",
                "Dates are computed by functions only",
                ("满月数(日期)", "满年数(日期)", "满天数(日期)"),
            )
            return None
        if "truth" in kinds or "code" in kinds:
            zh, en = KINDS[left.kind if left.kind in ("truth", "code") else right.kind]
            self.say(word, f"{zh}不能计算", f"One cannot compute with {en}", ("人数(…)", "分档(…)"))
            return None
        if op in "+-":
            return self.same(word, [left, right])
        if op == "*" and kinds == ("money", "money"):
            self.say(
                word, "金额不能乘以金额", "Money times money means nothing", ("金额 × 30%", "金额 × 人数()")
            )
            return None
        if op == "/" and right.kind == "money":
            if left.kind != "money":
                self.say(word, "数不能除以金额", "A number cannot be divided by money")
                return None
            return "number"
        return "money" if "money" in kinds else "number"

    def _minus(self, node: exp.Expr, depth: int) -> Typed | None:
        part = self.check(node.this, depth + 1)
        if part is None:
            return None
        word = self.word(node)
        if part.kind not in ("number", "money"):
            self.say(word, f"{KINDS[part.kind][0]}不能取负", f"There is no negative of {KINDS[part.kind][1]}")
            return None
        if isinstance(part.node, Const):
            return Typed(Const(-part.node.num, part.node.den), part.kind, part.level)
        return self.made(word, tree.Arithmetic("-", Const(0), cast("Value", part.node)), part.kind, [part])


def _unwrapped(node: exp.Expr | None) -> exp.Expr | None:
    while type(node) is exp.Paren:
        node = node.this
    return node


def _values_of(*parts: Typed) -> tuple[str, ...]:
    return tuple(
        f"'{label}'" for part in parts if part.fact for label, _ in list(part.fact.values.values())[:6]
    )


def _bare_columns(node: Node) -> list[str]:
    """Columns that are named outside of what is computed over members."""
    if isinstance(node, tree.Total | tree.Count | tree.AnyMember | tree.EveryMember):
        return []
    own = [node.column] if isinstance(node, tree.FactValue | tree.Age | tree.Among | tree.Flag) else []
    return own + [column for part in tree.parts(node) for column in _bare_columns(part)]
