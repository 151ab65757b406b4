"""Keyset paging: a page begins behind a row, never at an offset, so the thousandth costs what the first costs."""

from __future__ import annotations

import base64
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import DateTimeField, Q, QuerySet
from django.utils.translation import gettext as _

from lianglin.kit.errors import HouseError

Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page: its rows and the opaque cursors of its neighbours ("" where there is none)."""

    rows: list[Row]
    newer: str
    older: str


def _encode(direction: str, values: Sequence[Any]) -> str:
    plain = [v.isoformat() if isinstance(v, date | datetime) else v for v in values]
    return (
        base64.urlsafe_b64encode(json.dumps([direction, *plain], separators=(",", ":")).encode())
        .decode()
        .rstrip("=")
    )


def _decode(cursor: str, keys: int) -> tuple[str, list[Any]]:
    try:
        direction, *values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, RecursionError):
        direction, values = "", []
    if direction not in ("o", "n") or len(values) != keys or not all(map(_comparable, values)):
        raise _damaged()
    return direction, values


def _comparable(value: Any) -> bool:
    """Whether a column can be compared with it: text that PostgreSQL stores, or a finite number."""
    if isinstance(value, str):
        return _UNSTORABLE.search(value) is None
    return isinstance(value, int | float) and abs(value) <= sys.float_info.max


_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def _damaged() -> HouseError:
    return HouseError(
        _("The page mark in the address is damaged. Go back to the first page."), field="cursor"
    )


def _behind(keys: Sequence[str], values: Sequence[Any], *, flip: bool) -> Q:
    """Rows after ``values`` in the order of ``keys`` (each "name" or "-name")."""
    found = Q()
    for index, key in enumerate(keys):
        equal = {k.lstrip("-"): v for k, v in zip(keys[:index], values[:index], strict=True)}
        operator = "lt" if key.startswith("-") != flip else "gt"
        found |= Q(**equal, **{f"{key.lstrip('-')}__{operator}": values[index]})
    if len(keys) == 1:
        return found
    first = keys[0]
    bound = "lte" if first.startswith("-") != flip else "gte"
    return Q(**{f"{first.lstrip('-')}__{bound}": values[0]}) & found  # the bound lets the index start there


def page(rows: QuerySet[Any], *keys: str, cursor: str = "", size: int = 50) -> Page[Any]:
    """One page of ``rows`` in the order of ``keys``; the last key must be unique and none may be null.

    A damaged cursor raises :class:`HouseError` (400). One query.
    """
    direction, values = _decode(cursor, len(keys)) if cursor else ("o", [])
    if any(
        isinstance(v, str) and _is_instant(rows, key) and not _has_zone(v)
        for key, v in zip(keys, values, strict=False)
    ):
        raise _damaged()
    backwards = direction == "n"
    if values:
        try:
            rows = rows.filter(_behind(keys, values, flip=backwards))
        except (TypeError, ValueError, OverflowError, ValidationError) as error:
            raise _damaged() from error
    order = [_flip(key) for key in keys] if backwards else list(keys)
    found = list(rows.order_by(*order)[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    has_newer, has_older = (more, True) if backwards else (bool(values), more)
    return Page(
        rows=found,
        newer=_encode("n", _values(found[0], keys)) if found and has_newer else "",
        older=_encode("o", _values(found[-1], keys)) if found and has_older else "",
    )


def _is_instant(rows: QuerySet[Any], key: str) -> bool:
    try:
        return isinstance(rows.model._meta.get_field(key.lstrip("-")), DateTimeField)
    except FieldDoesNotExist:
        return False


def _has_zone(text: str) -> bool:
    """Whether it is an instant: a date alone, or a time without its zone, would be guessed."""
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _flip(key: str) -> str:
    return key[1:] if key.startswith("-") else f"-{key}"


def _values(row: Any, keys: Sequence[str]) -> list[Any]:
    return [row[k.lstrip("-")] if isinstance(row, dict) else getattr(row, k.lstrip("-")) for k in keys]
