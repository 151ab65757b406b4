"""The sample rules and the dashboard name what /metrics has, speak both languages, and lead to a section that is there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families as parse

from lianglin.kit import discovery
from lianglin.operation.queries import handbook
from lianglin.project import metrics

FOLDER = Path(__file__).parents[2] / "deploy" / "monitoring"
ALERTS: list[dict[str, Any]] = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"][0]["rules"]
BOARD: dict[str, Any] = json.loads((FOLDER / "grafana-dashboard.json").read_text())
TESTS: list[dict[str, Any]] = yaml.safe_load((FOLDER / "alerts.test.yml").read_text())["tests"]
UP = 'up{job="lianglin",instance="a"}'
NAME = re.compile(r"\blianglin_[a-z0-9_]+")
CJK = re.compile(r"[\u4e00-\u9fff]")
PROMTOOL = shutil.which("promtool")


@pytest.fixture(scope="module")
def there(lasting: None) -> dict[str, set[str]]:
    """Every series of /metrics that can be: name -> its labels."""
    found: dict[str, set[str]] = {}
    for family in parse(metrics.exposition().decode()):
        found[family.name] = set()
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    for sign in discovery.each("signs"):
        found[f"lianglin_{sign.name}"] = set(sign.labels)
    labelled = {"http_requests_total": {"route", "method", "status"}, "http_request_duration_seconds_bucket": {"route", "le"},
                "http_request_cpu_seconds_total": {"route"}, "http_rejected_total": {"reason"}, "sign_unreadable": {"sign"}}  # fmt: skip
    return found | {f"lianglin_{name}": labels for name, labels in labelled.items()}


def expressions() -> list[str]:
    """Of the alerts and of the dashboard."""
    board = [target["expr"] for panel in BOARD["panels"] for target in panel["targets"]]
    return [rule["expr"] for rule in ALERTS] + board


@pytest.mark.django_db
@pytest.mark.parametrize("expression", expressions())
def test_every_name_and_label_exists(there: dict[str, set[str]], db: None, expression: str) -> None:
    for name in NAME.findall(expression):
        assert name in there, name
    for name, chosen in re.findall(r"(lianglin_[a-z0-9_]+)\{([^}]*)\}", expression):
        labels = set(re.findall(r"([a-z_]+)(?:=~|!~|!=|=)", chosen))
        assert labels <= there[name] | {"job", "instance"}, (name, labels)
    assert all(expression.count(a) == expression.count(b) for a, b in ("()", "{}", "[]"))


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_every_alert_says_in_both_languages_what_is_so_and_where_to_read_on(rule: dict[str, Any]) -> None:
    said = rule["annotations"]
    assert CJK.search(said["summary_zh"])
    assert not CJK.search(said["summary"])
    assert rule["labels"]["severity"] in ("page", "ticket")
    path, _hash, anchor = said["handbook"].partition("#")
    assert path == "/operation/handbook/"
    assert all(
        anchor in {section.anchor for section in handbook.sections(language)} for language in ("zh", "en")
    )


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_prometheus_is_asked_when_each_alert_rings_and_when_not(rule: dict[str, Any]) -> None:
    asked = [one for test in TESTS for one in test["alert_rule_test"] if one["alertname"] == rule["alert"]]
    assert {bool(one["exp_alerts"]) for one in asked} == {True, False}


@pytest.mark.django_db
def test_the_series_of_these_tests_are_those_of_metrics(there: dict[str, set[str]], db: None) -> None:
    for series in {one["series"] for test in TESTS for one in test["input_series"]} - {UP}:
        name, _brace, chosen = series.partition("{")
        assert set(re.findall(r"([a-z_]+)=", chosen)) <= there[name] | {"job", "instance"}, series


@pytest.mark.deep
@pytest.mark.skipif(PROMTOOL is None, reason="no promtool (Debian: apt-get install prometheus)")
@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "rules", "alerts.yml"),
        ("check", "config", "--syntax-only", "prometheus.yml"),
        ("test", "rules", "alerts.test.yml"),
    ],
)
def test_prometheus_itself_reads_the_rules_and_they_ring_when_they_should(arguments: tuple[str, ...]) -> None:
    ran = subprocess.run([str(PROMTOOL), *arguments], cwd=FOLDER, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stdout + ran.stderr
