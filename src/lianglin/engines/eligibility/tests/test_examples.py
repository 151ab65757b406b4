"""Worked examples run as tests, and an explanation's arithmetic agrees with the program's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lianglin.engines.eligibility.examples import closure, run_examples
from lianglin.engines.eligibility.reading import read
from lianglin.engines.eligibility.tests.sample import FACTS, MEASURE, OTHER, texts


@pytest.mark.rows("R066")
def test_the_examples_of_a_good_package_hold() -> None:
    findings = run_examples(read(texts(), FACTS))
    assert len(findings) == 7
    assert [finding.message for finding in findings if not finding.holds] == []


def test_an_example_brings_its_own_figures_and_stays_true_when_a_standard_changes() -> None:
    figures = {
        "figures": "低收入标准: {类型: 金额, 值: [{自: 2020-01-01, 值: 1元}]}\n高龄津贴标准: {类型: 金额}\n"
    }
    changed = MEASURE.replace(
        "参数: {低收入标准: 1000元},\n", "参数: {低收入标准: 1000元, 高龄津贴标准: 100元},\n"
    )
    assert all(
        f.holds for f in run_examples(read(texts(measure=changed, **figures), FACTS), ["gaoling-jintie"])
    )


def test_a_finding_says_what_differs() -> None:
    package = read(
        texts(other=OTHER.replace("结果: 可能符合, 金额: 90元", "结果: 可能符合, 金额: 91元")), FACTS
    )
    bad = [finding for finding in run_examples(package) if not finding.holds]
    assert [finding.message for finding in bad] == ["样例“一级”：金额应为91元，得出90元"]
    assert bad[0].message_en == "Example “一级”: expected 91.00 yuan, got 90.00 yuan"


def test_a_wrong_answer_is_said_with_its_conditions() -> None:
    package = read(texts(measure=MEASURE.replace("年龄 ≥ 80", "年龄 ≥ 90")), FACTS)
    bad = [finding for finding in run_examples(package) if not finding.holds]
    assert (
        bad[0].message == "样例“符合”：应为可能符合，得出不符合（未满足 满80周岁）；金额应为100元，得出算不出"
    )
    assert [finding.answer for finding in bad] == ["not", "not", "not"]


def test_outside_of_its_days_a_measure_answers_not() -> None:
    package = read(texts(measure=MEASURE.replace("自: 2018-12-29", "自: 2026-03-02")), FACTS)
    assert {f.answer for f in run_examples(package, ["gaoling-jintie"])} == {"not"}


def test_only_what_a_measure_needs_runs_with_it() -> None:
    needing = MEASURE.replace("年龄 ≥ 80", "符合('chongdu-huli')")
    package = read(texts(measure=needing), FACTS)
    assert [m.id for m in closure(package, ["gaoling-jintie"]).measures] == ["chongdu-huli", "gaoling-jintie"]
    alone = replace(package, measures=package.measures[:1])
    assert [m.id for m in closure(alone, ["chongdu-huli"]).measures] == ["chongdu-huli"]
