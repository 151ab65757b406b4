"""The threat model names tests: each of them exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMED = sorted(
    set(re.findall(r"`([\w/]+\.py(?:::\w+)?)`", (ROOT / "THREAT_MODEL.md").read_text(encoding="utf-8")))
)


@pytest.mark.parametrize("named", NAMED)
def test_a_named_test_exists(named: str) -> None:
    path, _colons, function = named.partition("::")
    found = ROOT / path if path.startswith("tests/") else ROOT / "src" / "lianglin" / path
    text = found.read_text(encoding="utf-8")
    assert f"def {function}(" in text if function else "def test_" in text


def test_every_line_of_the_model_names_a_test() -> None:
    lines = (ROOT / "THREAT_MODEL.md").read_text(encoding="utf-8").splitlines()
    rows = [
        line
        for line in lines
        if line.startswith("|") and not re.match(r"\| (who attacks|attack) |\|---", line)
    ]
    without = [row for row in rows if not re.search(r"`[^`]+\.py|browser tests|`\.ci/run`", row)]
    assert len(rows) > 40
    assert without == []
