"""The example that people copy from runs, and says what it says it does."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from lianglin.engines.eligibility.program import compile_package
from lianglin.engines.eligibility.reading import read

STORY = runpy.run_path(str(Path(__file__).parents[5] / "examples" / "eligibility.py"))


def test_the_story_runs_from_text_to_words(capsys: pytest.CaptureFixture[str]) -> None:
    STORY["main"]()
    said = capsys.readouterr().out
    assert "待核实：还缺 工资" in said
    assert "年龄 83周岁，需不低于80周岁 （公安局）" in said
    assert "measures/care.yaml:11:" in said
    assert "残疾等级" in said.splitlines()[-1]


def test_the_higher_of_two_is_taken_and_what_is_not_known_stays_open() -> None:
    package = read(STORY["FILES"], STORY["FACTS"])
    result = compile_package(package).bind(STORY["ON"]).run(STORY["street"](package))
    assert result.counts() == {"care": (2, 1, 1), "old-age": (1, 1, 2)}
    rows = {
        (row["person_id"], package.measures[row["measure"]].id): row for row in result.sparse().to_pylist()
    }
    assert rows[2, "old-age"]["amount"] == 10_000
    assert package.measures[rows[2, "care"]["excluded_by"]].id == "old-age"
    assert rows[4, "old-age"]["away"] == 1
