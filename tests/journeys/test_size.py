"""The city that is walked through is as large as it was asked to be, and has as many appeals a month as it says."""

from __future__ import annotations

import psycopg
import pytest

from lianglin.appeals.seed import load
from lianglin.project import embedded
from tests.journeys.conftest import Demo

pytestmark = pytest.mark.xdist_group("demo")
RESIDENTS = "select count(*) from people_resident"
APPEALS = """
select count(*) from cases_case c join appeals_appeal a on a.case_id = c.id
where c.opened_at >= date_trunc('month', now()) - interval '4 months' and c.opened_at < date_trunc('month', now())
"""


def test_as_many_residents_and_appeals_as_it_says(demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    if demo.data is None:  # one that ran already, of whatever size
        return
    with psycopg.connect(embedded.address(demo.data / "pg", dbname="lianglin")) as admin:
        residents, appeals = (admin.execute(sql).fetchone() or (0,) for sql in (RESIDENTS, APPEALS))
    a_month = load.rate_per_1000(demo.residents) * residents[0] / 12_000
    with capsys.disabled():
        print(f"\n{residents[0]:,} residents, {appeals[0] / 4:,.0f} appeals a month", flush=True)
    assert (
        0.95 * demo.residents < residents[0] < 1.1 * demo.residents + 4000
    )  # the smallest is one whole community
    assert appeals[0] / 4 == pytest.approx(a_month, rel=0.3)
