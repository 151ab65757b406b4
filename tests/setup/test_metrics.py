"""/metrics: closed by default, parsed by another program's parser, names after the conventions, bounded, nobody's data."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families as parse

from lianglin.kit import discovery
from lianglin.project import figures, gauges, metrics
from tests.planted import ROUTES, Planted, plant
from tests.world import WORKER

pytestmark = pytest.mark.django_db
MONITORING = Path(__file__).parents[2] / "deploy" / "monitoring"
FIXED = {
    "method": {*gauges.METHODS, "other"},
    "status": {"1xx", "2xx", "3xx", "4xx", "5xx"},
    "reason": {"throttle", "full", "address", "slow", "busy"},
    "route": {name for name, _path in ROUTES} | {metrics.NOT_SERVED},
}
"""Labels and what they may hold."""


@pytest.fixture(autouse=True)
def from_zero() -> None:
    """Nothing that another test counted in this process."""
    for family in (gauges.REQUESTS, gauges.DURATION, gauges.CPU):
        family.clear()


@pytest.fixture(scope="module")
def planted(lasting: None) -> Iterator[Planted]:
    return plant()


def families(text: str) -> dict[str, Metric]:
    """What another program reads: name of the family -> family."""
    return {family.name: family for family in parse(text)}


def test_a_city_is_read_with_the_token_alone(db: None, settings: Any) -> None:
    settings.DEMO, settings.METRICS_TOKEN = False, "for-the-test"
    here = Client()  # as whoever comes through a proxy that passes connections on: no header tells
    refused = here.get("/metrics")
    assert refused.status_code == 403
    assert "LIANGLIN_METRICS_TOKEN" in refused.content.decode()
    assert here.get("/metrics", headers={"Authorization": "Bearer for-the-test"}).status_code == 200
    settings.METRICS_TOKEN = ""
    assert here.get("/metrics").status_code == 403


def test_a_demo_is_read_from_this_machine_too(db: None, settings: Any) -> None:
    settings.DEMO = True
    here, there = Client(), Client(REMOTE_ADDR="203.0.113.9")
    assert (here.get("/metrics").status_code, there.get("/metrics").status_code) == (200, 403)
    assert here.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 403
    settings.METRICS_TOKEN = "for-the-test"
    given = {"Authorization": "Bearer for-the-test"}
    assert there.get("/metrics", headers=given).status_code == 200
    for wrong in ("Bearer for-the-tes", "Bearer ", "for-the-test", "Bearer für"):
        assert there.get("/metrics", headers={"Authorization": wrong}).status_code == 403
        assert here.get("/metrics", headers={"Authorization": wrong}).status_code == 403
    settings.TRUSTED_PROXIES = 1
    assert here.get("/metrics").status_code == 403, "behind a proxy everybody comes from this machine"


def test_without_a_token_none_opens_it(db: None, settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    there = Client(REMOTE_ADDR="203.0.113.9")
    assert there.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 403


def test_every_address_adds_labels_of_fixed_sets_and_nobodys_data(planted: Planted, db: None) -> None:
    for persona in ("public", WORKER, "administrator"):
        browser = planted.browser(persona)
        for route in ROUTES:
            for address in planted.addresses(route):
                browser.get(address)
    browser.generic("BREW", "/nowhere/15412345678/")
    metrics._kept.clear()
    text = metrics.exposition().decode()
    found = families(text)
    for family in found.values():
        if not family.name.startswith("lianglin_"):
            continue
        for sample in family.samples:
            for label, value in sample.labels.items():
                assert value in FIXED.get(label, {value}), (sample.name, label, value)
                assert re.fullmatch(r"[A-Za-z0-9_.:+\-]{0,80}", value), (sample.name, label, value)
    numbers = [case.number for case in planted.cases.values()]
    assert not any(word in text for word in ("PERSON", "WORDS", "15412345678", *numbers))
    series = sum(len(family.samples) for family in found.values())
    assert series <= len(ROUTES) * (len(FIXED["status"]) * 3 + len(gauges.SECONDS) + 5) + 500
    assert {s.labels["method"] for s in found["lianglin_http_requests"].samples} >= {"GET", "other"}


def test_names_follow_the_conventions(db: None) -> None:
    found = families(metrics.exposition().decode())
    ours = {name: family for name, family in found.items() if name.startswith("lianglin_")}
    assert ours.keys() >= {
        "lianglin_http_requests",
        "lianglin_http_request_duration_seconds",
        "lianglin_jobs_stalled",
    }
    for name, family in ours.items():
        assert family.documentation.endswith("."), name
        assert re.fullmatch(r"[a-z][a-z0-9_]*", name), name
        assert not re.search(r"_(ms|minutes|hours|days|kb|mb|percent|count|total)$", name), name
        kinds = {sample.name.removeprefix(name) for sample in family.samples}
        if family.type == "counter":
            assert kinds <= {"_total", "_created"}, name


def test_every_sign_can_be_read(db: None) -> None:
    found = families(metrics.exposition().decode())
    assert found["lianglin_sign_unreadable"].samples == []
    names = {f"lianglin_{sign.name.removesuffix('_total')}" for sign in discovery.each("signs")}
    assert names <= found.keys()


def test_a_sign_that_breaks_is_named_and_hides_no_other(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from lianglin.operation.queries import jobs

    def broken() -> int:
        with connection.cursor() as cursor:
            cursor.execute("select 1/0")
        return 0

    monkeypatch.setattr(jobs, "stalled", broken)
    found = families(metrics.exposition().decode())
    assert [s.labels for s in found["lianglin_sign_unreadable"].samples] == [{"sign": "jobs_stalled"}]
    assert found["lianglin_workers"].samples


def test_an_answer_is_given_again_for_some_seconds(
    db: None, settings: Any, django_assert_num_queries: Any
) -> None:
    settings.METRICS_TOKEN = "for-the-test"
    browser = Client(headers={"Authorization": "Bearer for-the-test"})
    browser.get("/metrics")
    with django_assert_num_queries(0):
        assert browser.get("/metrics").status_code == 200


def test_processes_of_one_service_answer_for_each_other(tmp_path: Path) -> None:
    """Two that ended and counted, one that answers; what is in flight goes with the process that is gone."""
    figures_of = "from lianglin.project import gauges\ngauges.REQUESTS.labels('healthz', 'GET', '2xx').inc(3)\ngauges.IN_FLIGHT.inc()"
    environ = {**os.environ, figures.FOLDER: str(tmp_path)}
    for _process in range(2):
        subprocess.run([sys.executable, "-c", figures_of], env=environ, check=True, timeout=60)
    read = (
        "import os, pathlib\nfrom prometheus_client import CollectorRegistry, generate_latest\n"
        "import django; django.setup()\nfrom lianglin.project import metrics\n"
        "metrics._bury(pathlib.Path(os.environ['PROMETHEUS_MULTIPROC_DIR']))\n"
        "from prometheus_client.multiprocess import MultiProcessCollector\n"
        "r = CollectorRegistry(); MultiProcessCollector(r)\nprint(generate_latest(r).decode())"
    )
    out = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", read],
        env=environ,
        check=True,
        timeout=60,
        capture_output=True,
        text=True,
    )
    found = families(out.stdout)
    assert [sample.value for sample in found["lianglin_http_requests"].samples] == [6.0]
    assert sum(s.value for s in getattr(found.get("lianglin_http_requests_in_flight"), "samples", [])) == 0


def test_a_new_start_begins_at_zero(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(figures.FOLDER, "")
    figures.keep_in(tmp_path, "web-8000")
    left = Path(os.environ[figures.FOLDER]) / "counter_1.db"
    left.write_bytes(b"")
    figures.keep_in(tmp_path, "web-8001")
    assert left.exists()
    figures.keep_in(tmp_path, "web-8000")
    assert not left.exists()
