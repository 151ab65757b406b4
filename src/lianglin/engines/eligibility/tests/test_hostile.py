"""Text that means harm, or was never a rule: refused with its line and word, before any parser sees it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianglin.engines.eligibility import language, source
from lianglin.engines.eligibility.language import parse
from lianglin.engines.eligibility.package import BadRules, Problem
from lianglin.engines.eligibility.reading import read, read_one
from lianglin.engines.eligibility.tests.sample import FACTS, MEASURE, VOCABULARY, texts


def refused(text: str) -> list[Problem]:
    with pytest.raises(BadRules) as caught:
        parse(text, VOCABULARY)
    return caught.value.problems


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("独居; drop table people", ";"),
        ("select 1 from people", "1"),
        ("(select 独居 from people)", "独居"),
        ("年龄 in (select 1)", "in"),
        ("__import__('os')", "__import__"),
        ("pg_sleep(10) > 1", "pg_sleep"),
        ("count(*) > 1", "count"),
        ("独居 -- 且 年龄 > 80", "--"),
        ("独居 /* 且 年龄 > 80 */", "/*"),
        ("年龄 > :age", ":"),
        ("年龄 > $1", "$"),
        ("年龄 > ?", "?"),
        ("年龄 > @@version", "@"),
        ("people.独居", "people.独居"),
        ("独居::text = '1'", ":"),
        ("独居 as x", "as"),
        ("case when 独居 then 1 end > 0", "case"),
        ('"person.lives_alone"', "person.lives_alone"),
        ("`独居`", "`"),
        ("年龄[0] > 1", "["),
        ("{独居}", "{"),
        ("独居 || 独居", "|"),
        ("年龄 > 0x10", "0x10"),
        ("年龄 > 1e99", "1e99"),
        ("年龄 > " + "9" * 100, "9" * 60 + "…"),
        ("年龄\x00 > 80", "U+0000"),
        ("年龄 > 80 \u202e且 独居", "U+202E"),
        ("年\u200b龄 > 80", "U+200B"),
        ("年龄 > 80 \x1b[31m", "U+001B"),
        ("", ""),
        ("   ", ""),
        ("(" * 10_000 + "独居" + ")" * 10_000, "(" * 20),
        ("(" * 17 + "独居" + ")" * 17, "("),
        ("非 " * 300 + "独居", "非"),
        ("- " * 300 + "1 > 年龄", "-"),
        (" 且 ".join(["独居"] * 100_000), "独居 且 独居 且 独居 且 独居 且 独居 "[:20]),
        (" 且 ".join(["独居"] * 250), "独居"),
        ("年龄" + " + 1" * 150 + " > 3", "年龄"),
        ("x" * 1_000_000, "x" * 20),
    ],
    ids=lambda value: str(value)[:24].encode("unicode_escape").decode(),
)
def test_hostile_text_is_refused_with_its_word(text: str, word: str) -> None:
    problems = refused(text)
    assert problems[0].line == 1
    assert problems[0].word == word
    assert problems[0].message
    assert problems[0].message_en


def test_what_is_too_long_or_too_deep_never_reaches_the_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_arranged", lambda words: pytest.fail("the parser was asked"))
    for text in (
        "x" * 1_000_000,
        "(" * 500 + "独居" + ")" * 500,
        " 且 ".join(["独居"] * 500),
        "独居; drop table x",
    ):
        refused(text)


def test_the_parser_sees_no_word_that_somebody_wrote(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    arrange = language.Rules.Parser.arrange

    def spy(self: language.Rules.Parser, tokens: list[language.Token]) -> object:
        seen.extend(token.text for token in tokens)
        return arrange(self, tokens)

    monkeypatch.setattr(language.Rules.Parser, "arrange", spy)
    parse("任一成员(残疾等级 = '一级', 独居) 且 工资 > 3600元", VOCABULARY)
    assert {text for text in seen if not text.isascii()} == set()


@given(st.text(max_size=80) | st.lists(st.sampled_from(
    ["年龄", "独居", "工资", "残疾等级", "且", "或", "非", "属于", "介于", "至", "(", ")", ",", "'一级'", "80", "1元", "≥", "=",
     "+", "-", "×", "人数", "合计", "任一成员", "分档", "最大", "日期", "'2025-01-01'", "今天", "符合", "不属于"]), max_size=25,
).map(" ".join))  # fmt: skip
@settings(max_examples=500, deadline=None)
def test_any_text_is_either_a_rule_or_a_list_of_problems(text: str) -> None:
    problems: list[Problem] = []
    try:
        parse(text, VOCABULARY)
    except BadRules as error:
        problems = error.problems
    assert all(problem.message and problem.column > 0 for problem in problems)


BOMB = "a: &a [x,x,x]\nb: &b [*a,*a,*a]\nc: &c [*b,*b,*b]\n"


@pytest.mark.parametrize(
    ("text", "line", "word", "says"),
    [
        (BOMB, 1, "a", "引用"),
        ("编号: *x\n", 1, "x", "引用"),
        (
            "编号: !!python/object/apply:os.system ['true']\n",
            1,
            "tag:yaml.org,2002:python/object/apply:os.system",
            "类型",
        ),
        ("[" * 10_000, 1, "", "YAML"),
        ("[" * 20 + "]" * 20, 1, "", "嵌套"),
        ("编号: a\n" + "- " * 3_000 + "x\n", 2, "", "YAML"),
        ("编号: x\n对象: 个人\n名称: a\n名称: b\n", 4, "名称", "两次"),
        ("名称: a\x00\n", 1, "U+0000", "不可见"),
        ("名称: 高\n条件: \u202e龄\n", 2, "U+202E", "不可见"),
        ("a: 1\n---\nb: 2\n", 2, "---", "一篇"),
        ("? [a, b]\n: c\n", 1, "", "键"),
        ("名称: '没有关上\n", 2, "", "YAML"),
        ("x" * 200_001, 1, "", "太长"),
        ("- " + "x\n- " * 49_000, 40_000, "", "太多"),
        ("", 1, "", "键: 值"),
    ],
    ids=lambda value: str(value)[:20].encode("unicode_escape").decode(),
)
def test_hostile_yaml_is_refused(text: str, line: int, word: str, says: str) -> None:
    with pytest.raises(BadRules) as caught:
        read({"measures/x.yaml": text}, FACTS)
    said = [(problem.line, problem.word) for problem in caught.value.problems if says in problem.message]
    assert said == [(line, word)]


def test_doubling_definitions_do_not_fill_the_memory() -> None:
    lines = ["甲0: {式: 年龄}"] + [f"甲{n}: {{式: 甲{n - 1} + 甲{n - 1}}}" for n in range(1, 60)]
    with pytest.raises(BadRules) as caught:
        read(texts(definitions="\n".join(lines)), FACTS)
    assert any("展开后太长" in problem.message for problem in caught.value.problems)


def test_a_package_of_nothing_but_faults_is_said_in_bounded_length() -> None:
    conditions = "\n".join(f"  - {{名: c{n}, 式: 无此 > {n}, 性质: 认定}}" for n in range(32))
    files = {f"measures/m{n}.yaml": f"编号: m{n}\n对象: 个人\n条件:\n{conditions}\n" for n in range(100)}
    with pytest.raises(BadRules) as caught:
        read(files, FACTS)
    assert 0 < len(caught.value.problems) <= 300


def test_a_column_counts_rare_characters_as_one() -> None:
    package = read(texts(), FACTS)
    with pytest.raises(BadRules) as caught:
        read_one(
            MEASURE.replace("名: 满80周岁, 英: 80 or older, 式: 年龄", "名: 𠮷𠮷周岁, 式: 年令"), package
        )
    problem = next(p for p in caught.value.problems if p.word == "年令")
    assert (problem.line, problem.column) == (15, 18)


def test_a_problem_stands_at_its_column_in_quotes_and_in_folded_text() -> None:
    package = read(texts(), FACTS)

    def place(changed: str) -> tuple[int, int]:
        with pytest.raises(BadRules) as caught:
            read_one(MEASURE.replace("式: 年龄 ≥ 80,", changed), package)
        problem = next(p for p in caught.value.problems if p.word == "年令")
        return problem.line, problem.column

    start = MEASURE.splitlines()[14].index("式: 年龄") + 1
    assert place("式: 独居 且 年令 ≥ 80,") == (15, start + 8)
    assert place("式: '独居 且 年令 ≥ 80',") == (15, start + 9)
    assert place('式: "独居 \\u4E14 年令 ≥ 80",') == (15, start + 14)
    assert place('式: "独居\n     且 年令 ≥ 80",') == (16, 8)


@pytest.mark.parametrize(
    "text",
    [
        "编号: x\n对象: 个人\n" + "".join(f"键{n}: 1\n" for n in range(15_000)),
        "编号: x\n对象: 个人\n互斥: [{方式: 择高, 与: [" + "无此, " * 39_000 + "y]}]\n",
        "编号: x\n对象: 个人\n样例:\n"
        + "- {名: 一, 日期: 2026-01-01, 结果: 可能符合, 成员: [{年令: 1}]}\n" * 3_900,
    ],
    ids=["keys", "others", "examples"],
)
def test_a_file_full_of_faults_asks_for_near_names_only_as_often_as_it_is_heard(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(source, "near", lambda word, names, most: asked.append(word) or ())
    with pytest.raises(BadRules):
        read({"measures/x.yaml": text}, FACTS)
    assert len(asked) <= source.MOST_PROBLEMS


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_damaged_file_is_either_a_package_or_a_list_of_problems(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(texts())))
    text = texts()[name]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    put = data.draw(
        st.text(max_size=5) | st.sampled_from(["{", "]", "- ", ": ", "&a", "*a", "\n", "'", "!!", "? "])
    )
    files = {**texts(), name: text[:start] + put + text[end:]}
    try:
        read(files, FACTS, complete=False)
    except BadRules as error:
        problems = error.problems
    else:
        problems = []
    assert all(problem.path and problem.message for problem in problems)
