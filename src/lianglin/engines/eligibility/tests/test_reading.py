"""A folder of YAML becomes a package; everything wrong in it is said at once, with its place."""

from __future__ import annotations

import pytest

from lianglin.engines.eligibility.package import BadRules, Package, Problem
from lianglin.engines.eligibility.reading import read, read_one
from lianglin.engines.eligibility.tests.sample import DEFINITIONS, FACTS, FIGURES, MEASURE, OTHER, texts
from lianglin.engines.eligibility.writing import dump_package


def problems(files: dict[str, str], *, complete: bool = True) -> list[Problem]:
    with pytest.raises(BadRules) as caught:
        read(files, FACTS, complete=complete)
    return caught.value.problems


@pytest.fixture(scope="module")
def package() -> Package:
    return read(texts(), FACTS)


@pytest.mark.rows("R066")
def test_a_measure_says_everything_its_file_says(package: Package) -> None:
    measure = package.by_id()["gaoling-jintie"]
    assert (measure.level, measure.valid_to, measure.verified, measure.recertify_months) == (
        "person",
        None,
        "P",
        12,
    )
    assert [c.name for c in measure.conditions] == ["满80周岁", "低收入"]
    assert (measure.exclusions[0].kind, measure.exclusions[0].others) == ("highest", ("chongdu-huli",))
    assert measure.examples[0].members == ((("出生日期", measure.examples[0].members[0][0][1]), ("工资", 0)),)
    assert (measure.examples[0].amount, measure.examples[0].parameters) == (
        10_000,
        (("低收入标准", 100_000),),
    )


def test_written_and_read_again_it_is_the_same_package(package: Package) -> None:
    assert read(dump_package(package), FACTS) == package


def test_the_digest_is_of_what_is_said_not_of_spaces_and_comments(package: Package) -> None:
    assert read(texts(other="# 说明\n" + OTHER + "\n"), FACTS).digest == package.digest
    assert read(texts(other=OTHER.replace("90元", "91元")), FACTS).digest != package.digest


def test_all_problems_of_all_files_are_said_with_their_places() -> None:
    measure = MEASURE.replace("年龄 ≥ 80", "年令 ≥ 80").replace("主管部门", "主管部分")
    found = problems(texts(measure=measure, other=OTHER.replace("2018-10-26", "2018-13-26")))
    places = {(p.path, p.line, p.column, p.word) for p in found}
    assert ("measures/gaoling-jintie.yaml", 15, 35 - 11 + 11, "年令") in places
    assert ("measures/gaoling-jintie.yaml", 4, 1, "主管部分") in places
    assert ("measures/chongdu-huli.yaml", 6, 9, "2018-13-26") in places


def test_a_measure_of_the_editor_is_read_against_the_package(package: Package) -> None:
    changed = read_one(MEASURE.replace("年龄 ≥ 80", "年龄 ≥ 85"), package)
    assert changed.conditions[0].text == "年龄 ≥ 85"
    with pytest.raises(BadRules):
        read_one(MEASURE.replace("年龄 ≥ 80", "年龄 ≥ 85岁"), package)


def test_an_example_that_is_missing_is_a_problem_of_its_own_kind() -> None:
    lines = [line for line in MEASURE.splitlines() if "收入高" not in line and "收入不明" not in line]
    found = problems(texts(measure="\n".join(lines)))
    assert {(p.kind, p.word) for p in found} == {("missing example", "待核实"), ("missing example", "低收入")}
    read(texts(measure="\n".join(lines)), FACTS, complete=False)


@pytest.mark.parametrize(
    ("files", "word"),
    [
        (
            texts(definitions="甲: {式: 乙 + 1}\n乙: {式: 丙 × 2}\n丙: {式: 甲 - 1}\n" + DEFINITIONS),
            "甲 → 乙 → 丙 → 甲",
        ),
        (
            texts(
                measure=MEASURE.replace("年龄 ≥ 80", "符合('chongdu-huli')"),
                other=OTHER.replace("\"残疾等级 属于 ('一级','二级')\"", "\"符合('gaoling-jintie')\""),
            ),
            "chongdu-huli → gaoling-jintie",
        ),
        (texts(figures=FIGURES.replace(", 至: 2026-06-30", "")), "重叠"),
        (texts(measure=MEASURE.replace("[chongdu-huli]", "[chongdu-hulu]")), "chongdu-hulu"),
        (
            texts(measure=MEASURE.replace("编号: gaoling-jintie", "编号: gaoling")),
            "与文件名“gaoling-jintie”不同",
        ),
        (texts(measure=MEASURE.replace("至: }", "至: 2017-01-01}")), "“至”早于“自”"),
        (texts(measure=MEASURE.replace("年龄 ≥ 80", "严重精神障碍")), "卫生: 是"),
        (
            texts(measure=MEASURE.replace("英: 80 or older, ", "").replace("名: 低收入", "名: 满80周岁")),
            "写了两次",
        ),
        (texts(figures=FIGURES + "年龄: {类型: 数值}\n"), "已有别的用处"),
        ({**texts(), "measures/x.txt": ""}, "包里没有这样的文件"),
    ],
)
def test_what_cannot_be_is_refused(files: dict[str, str], word: str) -> None:
    assert any(word in p.message for p in problems(files))
