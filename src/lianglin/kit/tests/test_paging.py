"""Paging by cursor: nothing left out, nothing twice, whatever is added meanwhile; damaged marks are refused."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianglin.kit.errors import HouseError
from lianglin.kit.models import Throttle
from lianglin.kit.paging import Page, page

pytestmark = pytest.mark.django_db
START = datetime(2026, 9, 24, 2, 30, 0, 123456, tzinfo=UTC)
ORDERS = (("key",), ("-key",), ("-count", "key"), ("window_start", "-key"), ("-window_start", "count", "key"))
rows = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=12)
"""(count, microseconds after START): few values, so that many rows are equal in all keys but the last."""
quiet = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class RolledBack:
    """A list of its own for each example."""

    def __init__(self) -> None:
        self.made = 0

    def __enter__(self) -> RolledBack:
        self._block = transaction.atomic()
        self._block.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        transaction.set_rollback(True)
        self._block.__exit__(*error)

    def add(self, values: list[tuple[int, int]]) -> None:
        """Rows whose unique key falls anywhere among the others."""
        for count, micro in values:
            self.made += 1
            at = START + timedelta(microseconds=micro)
            Throttle.objects.create(key=f"{self.made * 7919 % 997:03d}", window_start=at, count=count)


def keys(found: Page[Throttle]) -> list[str]:
    return [row.key for row in found.rows]


def all_pages(order: tuple[str, ...], size: int) -> Iterator[Page[Throttle]]:
    cursor = ""
    while True:
        found = page(Throttle.objects.all(), *order, cursor=cursor, size=size)
        yield found
        cursor = found.older
        if not cursor:
            return


@given(
    first=rows, order=st.sampled_from(ORDERS), size=st.integers(1, 5), meanwhile=st.lists(rows, max_size=6)
)
@quiet
def test_what_was_there_is_shown_once_whatever_is_added_meanwhile(
    first: list[Any], order: tuple[str, ...], size: int, meanwhile: list[list[Any]]
) -> None:
    with RolledBack() as table:
        table.add(first)
        there = list(Throttle.objects.order_by(*order).values_list("key", flat=True))
        seen: list[str] = []
        added = iter(meanwhile)
        for found in all_pages(order, size):
            assert len(found.rows) <= size
            seen += keys(found)
            table.add(next(added, []))
        assert [key for key in seen if key in there] == there
        assert len(seen) == len(set(seen))


@given(first=rows, order=st.sampled_from(ORDERS), size=st.integers(1, 5))
@quiet
def test_the_way_back_shows_the_same_pages(first: list[Any], order: tuple[str, ...], size: int) -> None:
    with RolledBack() as table:
        table.add(first)
        there = list(all_pages(order, size))
        assert [found.newer == "" for found in there] == [number == 0 for number in range(len(there))]
        back, cursor = [keys(there[-1])], there[-1].newer
        while cursor:
            found = page(Throttle.objects.all(), *order, cursor=cursor, size=size)
            assert found.older
            back.insert(0, keys(found))
            cursor = found.newer
        assert list(chain(*back)) == list(chain(*map(keys, there)))


def test_a_page_costs_one_statement(django_assert_num_queries: Any) -> None:
    with RolledBack() as table:
        table.add([(1, n) for n in range(9)])
        cursor = page(Throttle.objects.all(), "-count", "key", size=3).older
        with django_assert_num_queries(1):
            assert len(page(Throttle.objects.all(), "-count", "key", cursor=cursor, size=3).rows) == 3


def test_rows_may_be_dictionaries() -> None:
    with RolledBack() as table:
        table.add([(n, 0) for n in range(4)])
        found = page(Throttle.objects.values("key", "count"), "-count", "key", size=2)
        rest = page(Throttle.objects.values("key", "count"), "-count", "key", cursor=found.older, size=2)
        assert [row["count"] for row in found.rows + rest.rows] == [3, 2, 1, 0]


# --- damaged marks -----------------------------------------------------------------------------------------


def mark(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x", "é", "====", "%00", "0" * 5000, mark(5), mark(None), mark("o"), mark({}), mark([]), mark(["o"]),
        mark(["o", 1]), mark(["o", 1, "a", "b"]), mark(["x", 1, "a"]), mark([["o"], 1, "a"]), mark(["o", None, "a"]),
        mark(["o", [1], "a"]), mark(["o", {"a": 1}, "a"]), mark(["o", "soon", "a"]), mark(["o", float("inf"), "a"]),
        mark(["o", float("nan"), "a"]), mark(["o", 1, "\0"]), mark(["o", 1, "\ud800"]),
        base64.urlsafe_b64encode(b"[" * 100_000).decode(), base64.urlsafe_b64encode(b'["o",' + b"9" * 5000).decode(),
    ],
)  # fmt: skip
def test_a_damaged_mark_is_refused(cursor: str) -> None:
    with pytest.raises(HouseError) as caught:
        page(Throttle.objects.all(), "-count", "key", cursor=cursor)
    assert (caught.value.status, caught.value.field) == (400, "cursor")


def status(order: tuple[str, ...], cursor: str) -> int:
    try:
        page(Throttle.objects.all(), *order, cursor=cursor)
    except HouseError as refused:
        return refused.status
    return 200


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["o", "n"]),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=6,
    )
    | st.tuples(st.sampled_from("on"), st.integers(-(2**70), 2**70) | st.floats() | st.text(), st.text()),
    order=st.sampled_from([order for order in ORDERS if len(order) == 2]),
)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_mark_breaks_a_list(value: Any, order: tuple[str, ...]) -> None:
    assert status(order, mark(value)) in (200, 400)


@given(cursor=st.text(max_size=40))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_breaks_a_list(cursor: str) -> None:
    assert status(("key",), cursor) in (200, 400)
