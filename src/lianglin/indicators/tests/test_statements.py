"""What a list page costs: as many statements for a dozen rows as for one, and no more than its baseline."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lianglin.access.models import Post
from lianglin.indicators.models import (
    FigureImport,
    ImportedValue,
    IndicatorTarget,
    PublishedValue,
    TargetChange,
)
from lianglin.indicators.opened import files
from lianglin.indicators.reports.designs.models import ReportDesign
from lianglin.indicators.reports.own.models import ReportLayout
from lianglin.indicators.reports.schedules.models import ReportSchedule, ScheduleRun
from lianglin.indicators.reports.sending.models import ReceivedReport
from lianglin.indicators.tests.city import browser, districts
from lianglin.indicators.values.queries import imported_figures
from lianglin.kit import clock
from lianglin.kit.held import forget

CITY = ""
BASELINE = 24


@pytest.fixture(autouse=True)
def city(db: None) -> Iterator[None]:
    districts()
    forget()
    yield
    forget()


def goal(n: int, post: Post) -> None:
    IndicatorTarget.objects.create(
        indicator="appeals.settled", scope_code=CITY, amount=n, better="up", valid_from=date(2020, 1 + n % 12, 1), source="x"
    )  # fmt: skip


def proposal(n: int, post: Post) -> None:
    TargetChange.objects.create(
        scope_code=CITY, indicator="appeals.settled", amount=n, better="up", valid_from=date(2020, 1, 1), source="x",
        reason="x", state="refused", proposed_by=post.account, proposed_post=post, proposed_at=clock.now(),
    )  # fmt: skip


def brought(n: int, post: Post) -> None:
    FigureImport.objects.create(
        key=uuid.uuid4(), scope_code=CITY, file_name="x", content=b"", sha256=f"{n:064}", office="x", source="x",
        as_of=date(2026, 1, 1), lines=1, reason="x", state="refused", proposed_by=post.account, proposed_post=post,
        proposed_at=clock.now(),
    )  # fmt: skip


def layout(n: int, post: Post) -> None:
    ReportLayout.objects.create(
        key=uuid.uuid4(), organisation=post.organisation, scope_code=CITY, definition="all.people", version=1 + n,
        from_on=date(2026, 1, 1), file_name="x", content=b"", digest="x", size=1, state="flawed",
        uploaded_by=post.account, post=post, uploaded_at=clock.now(),
    )  # fmt: skip


def design(n: int, post: Post) -> None:
    ReportDesign.objects.create(
        key=uuid.uuid4(), code=f"own.{n}", organisation=post.organisation, scope_code=CITY, name="x", title="x",
        made_by=post.account, post=post, made_at=clock.now(),
    )  # fmt: skip


def schedule(n: int, post: Post) -> None:
    ReportSchedule.objects.create(
        key=uuid.uuid4(), name=f"{n}", definition="all.people", kind="month", nth=3, places=[CITY], post=post,
        organisation=post.organisation, scope_code=CITY, handled_on=date(2026, 9, 1), made_at=clock.now(),
        changed_at=clock.now(),
    )  # fmt: skip


def received(n: int, post: Post) -> None:
    ReceivedReport.objects.create(
        key=uuid.uuid4(), report_key=uuid.uuid4(), organisation=post.organisation, scope_code=CITY, title=f"{n}",
        sender="x", paper={}, sent_at=clock.now(),
    )  # fmt: skip


def cost(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize(
    ("address", "add"),
    [
        ("goals/", goal), ("goals/changes/", proposal), ("imported/", brought), ("reports/layouts/", layout),
        ("reports/composed/", design), ("reports/schedules/", schedule), ("reports/received/", received),
    ],
)  # fmt: skip
def test_a_list_costs_no_statement_for_a_row(address: str, add: Callable[[int, Post], None]) -> None:
    client = browser("manager", CITY)
    post = Post.objects.select_related("account", "organisation").latest("id")
    add(0, post)
    client.get(f"/figures/{address}")
    one = cost(client, f"/figures/{address}")
    for n in range(1, 12):
        add(n, post)
    assert cost(client, f"/figures/{address}") <= one <= BASELINE


def test_the_runs_of_a_schedule_cost_no_statement_for_a_row() -> None:
    client = browser("manager", CITY)
    post = Post.objects.select_related("account", "organisation").latest("id")
    schedule(0, post)
    made = ReportSchedule._base_manager.latest("id")

    def ran(month: int) -> None:
        ScheduleRun._base_manager.create(
            schedule=made, starts_on=date(2025, month, 1), scope_code=CITY, result="missed", at=clock.now()
        )

    ran(1)
    address = f"/figures/reports/schedules/{made.key}/"
    client.get(address)
    one = cost(client, address)
    for month in range(2, 13):
        ran(month)
    assert cost(client, address) <= one <= BASELINE


def test_the_values_of_a_brought_file_cost_no_statement_for_a_row() -> None:
    client = browser("manager", CITY)
    post = Post.objects.select_related("account", "organisation").latest("id")
    brought(0, post)
    file = FigureImport.objects.latest("id")

    def line(n: int) -> None:
        ImportedValue.objects.create(
            file=file,
            line=n,
            indicator=imported_figures()[0].code,
            scope_code=CITY,
            starts_on=date(2025, n, 1),
            amount=n,
        )

    line(1)
    address = f"/figures/imported/{file.key}/"
    client.get(address)
    one = cost(client, address)
    for n in range(2, 13):
        line(n)
    assert cost(client, address) <= one <= BASELINE


HEAVIEST = 60_000
"""Bytes of the catalogue's page with every figure in it, before it is packed."""


def test_the_open_catalogue_keeps_its_baseline_and_its_size_when_every_figure_is_published(
    client: Client,
) -> None:
    at = clock.now()
    PublishedValue.objects.bulk_create(
        PublishedValue(
            indicator=figure.code, month=date(2025 + month // 12, 1 + month % 12, 1), scope_code=place, numerator=123_456,
            denominator=234_567, published_at=at,
        )
        for figure in files.opened() for month in range(22) for place in (CITY, "230103")
    )  # fmt: skip
    client.get("/figures/open/")
    assert cost(client, "/figures/open/") <= 10
    page = client.get("/figures/open/").content
    assert len(page) < HEAVIEST
    assert all(figure.code.encode() in page for figure in files.opened())


def test_a_program_that_asks_for_open_data_wrongly_is_told_so_in_what_programs_read(client: Client) -> None:
    figure = files.opened()[0]
    PublishedValue.objects.create(
        indicator=figure.code, month=date(2026, 9, 1), scope_code=CITY, numerator=123, denominator=234,
        published_at=clock.now(),
    )  # fmt: skip
    here = f"/figures/open/{figure.code}"
    for form in ("csv", "json"):
        answer = client.get(f"{here}.{form}?from=2026-13")
        assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
        assert answer.json()["field"] == "from"
        assert answer.json()["detail"]
    assert client.get("/figures/open/nothing.csv")["Content-Type"] == "application/problem+json"
    one = client.get(f"{here}/").content.decode()
    assert "开放数据" not in one  # the way back bears the name of the page it leads to
    assert '<a href="/figures/open/">数据公开</a>' in one
    page = client.get(f"{here}.csv?from=2026-13", headers={"Accept": "text/html,*/*;q=0.8"})
    assert page.status_code == 400
    assert "text/html" in page["Content-Type"]
