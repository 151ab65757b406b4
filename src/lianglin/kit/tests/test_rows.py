"""Rows written and asked for by columns: what goes in comes out, whatever a text holds, and in order."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DataError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianglin.kit.models import CalendarDay
from lianglin.kit.rows import any_of, insert

FIRST = date(1901, 1, 1)
text = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=40)


def days(n: int) -> list[date]:
    return [FIRST + timedelta(days=at) for at in range(n)]


def columns(*names: str) -> dict[str, list]:
    return {
        "date": days(len(names)),
        "name": list(names),
        "kind": ["holiday"] * len(names),
        "source": ["x"] * len(names),
    }


@given(names=st.lists(text, min_size=1, max_size=8))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_every_text_comes_back_as_it_was(db: None, names: list[str]) -> None:
    with transaction.atomic():
        assert insert(CalendarDay, columns(*names)) == days(len(names))
        rows = CalendarDay.objects.filter(any_of("date", days(len(names)))).order_by("date")
        assert [row.name for row in rows] == names
        assert {row.pk for row in rows.filter(any_of("name", names))} == set(days(len(names)))
        assert not any(row.provisional for row in rows)  # not named: the field's default
        transaction.set_rollback(True)


@pytest.mark.parametrize("name", ["NULL", '"', "\\", "\\N", "{}", ",", "", "a\nb", "\x01", "'; drop"])
def test_what_means_something_in_an_array_is_a_text_here(db: None, name: str) -> None:
    insert(CalendarDay, columns(name, name))
    assert list(CalendarDay.objects.filter(date__lt=days(3)[2]).values_list("name", flat=True)) == [name] * 2


def test_what_does_not_fit_is_refused_and_not_cut(db: None) -> None:
    with pytest.raises(DataError), transaction.atomic():
        insert(CalendarDay, columns("x" * 41))
    with pytest.raises(ValueError, match="NUL"):
        insert(CalendarDay, columns("a\0b"))
    with pytest.raises(ValueError, match="different lengths"):
        insert(CalendarDay, columns("a", "b") | {"kind": ["holiday"]})
    with pytest.raises(TypeError):
        insert(CalendarDay, columns("a") | {"source": [1.5]})
    assert not CalendarDay.objects.filter(date__lt=date(1902, 1, 1)).exists()


def test_nothing_is_nothing(db: None) -> None:
    assert insert(CalendarDay, columns()) == []
    assert not CalendarDay.objects.filter(any_of("name", [])).exists()
