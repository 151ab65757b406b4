"""Whatever a form or the API is sent beyond its own fields changes nothing.

Each form of every page is sent twice on the same ground: as it stands, and with a value for every column of every
table besides. What the second leaves must be what the first left.
"""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection, models, transaction

from tests.attacks.forms import Form, forms_on
from tests.planted import ROUTES, Planted
from tests.watch import as_administrator, forget_tries
from tests.world import HERE, STREET, UNIT, WORKER

WHO = (
    WORKER,
    STREET,
    UNIT,
    "administrator",
    "security_officer",
    "protection_officer",
    "auditor",
    "resident",
    "public",
)
NOT_FOLLOWED = ("/account/logout/", "/i18n/", "/elder/")
Left = dict[tuple[str, str], set[str]]
"""(table, column) -> the values that new or changed rows hold; (table, "") -> how many rows."""


def tables() -> list[str]:
    """Every table of ours."""
    return sorted(
        model._meta.db_table for model in apps.get_models() if model.__module__.startswith("lianglin")
    )


def asked_of_all(question: str) -> list[tuple[Any, ...]]:
    """One question put to every table at once, as its administrator."""
    with as_administrator(), connection.cursor() as cursor:
        cursor.execute(" union all ".join(question.format(table=table) for table in tables()))
        return cursor.fetchall()


def written_since(mark: int) -> Left:
    """What has been inserted or changed from the mark on."""
    left: Left = defaultdict(set)
    counts: dict[str, int] = defaultdict(int)
    since = f"select '{{table}}', to_jsonb(t)::text from {{table}} t where xmin::text::bigint >= {mark}"
    for table, row in asked_of_all(since):
        counts[table] += 1
        for column, value in json.loads(row).items():
            left[table, column].add(str(value))
    return left | {(table, ""): {str(count)} for table, count in counts.items()}


def now_at() -> int:
    """The number under which rows are written from here on, until this savepoint ends; those there are have lower ones.

    Read off a write into a table that is none of ours.
    """
    with as_administrator(), connection.cursor() as cursor:
        cursor.execute(
            "update django_content_type set model = model where id = (select min(id) from django_content_type)"
            " returning xmin::text::bigint"
        )
        return cursor.fetchone()[0]


def left_by(ask: Callable[[], Any]) -> tuple[int, Left]:
    """The answer's status and what it left; the ground is as before afterwards."""
    forget_tries()
    cache.clear()
    ground = transaction.savepoint()
    mark = now_at()
    status = ask().status_code
    left = written_since(mark)
    transaction.savepoint_rollback(ground)
    return status, left


def extras(planted: Planted) -> dict[str, str]:
    """A telling value for every column of every table."""
    city = planted.city
    named = {
        "account": city.posts["administrator"].account_id, "organisation": city.organisations["city"].pk,
        "unit": city.organisations["city"].pk, "case": planted.cases["D"].pk, "post": city.posts["administrator"].pk,
        "community": city.communities[-1].pk,
    }  # fmt: skip
    made: dict[str, str] = {}
    for model in apps.get_models():
        if not model.__module__.startswith("lianglin"):
            continue
        for column in model._meta.concrete_fields:
            value = _telling(column, named)
            made |= {column.name: value, column.attname: value}
    return made


def _telling(column: models.Field[Any, Any], named: dict[str, int]) -> str:
    if column.choices:
        return str(list(column.flatchoices)[-1][0])
    if isinstance(column, models.ForeignKey):
        return str(named.get(column.name, 1))
    if isinstance(column, models.BooleanField):
        return "True"
    if isinstance(column, models.DateTimeField):
        return "2031-03-03T03:03:03+00:00"
    if isinstance(column, models.DateField):
        return "2031-03-03"
    if isinstance(column, models.IntegerField | models.FloatField | models.DecimalField):
        return "31337"  # no number that a row gets by itself in a city this small
    return "230104" if "scope" in column.name else "PLANTED"


def taken(plain: Left, loaded: Left, sent: dict[str, str]) -> Iterator[str]:
    """Where the second left something else than the first, by what was sent besides."""
    for key in sorted(plain.keys() | loaded.keys()):
        table, column = key
        more = loaded.get(key, set()) - plain.get(key, set())
        if not column and plain.get(key) != loaded.get(key):
            yield f"{table}: {loaded.get(key, 0)} rows instead of {plain.get(key, 0)}"
        elif column and (sent.get(column) in more or "PLANTED" in str(more)):
            yield f"{table}.{column} took {sent.get(column)!r}"


def forms_of(planted: Planted, persona: str, seen: set[tuple[str, ...]]) -> Iterator[Form]:
    """One form of each kind that this persona is offered anywhere, and that was not seen."""
    for route in ROUTES:
        for address in planted.addresses(route)[:1]:
            answer = planted.browser(persona).get(address)
            if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
                continue
            for form in forms_on(address, answer.content.decode()):
                if form.kind not in seen and not form.action.startswith(NOT_FOLLOWED):
                    seen.add(form.kind)
                    yield form


def compared(ask: Callable[[dict[str, str]], Any], sent: dict[str, str]) -> tuple[int, int, bool, list[str]]:
    """The status without and with what is sent besides, whether anything was written, and what went wrong."""
    status, plain = left_by(lambda: ask({}))
    status_loaded, loaded = left_by(lambda: ask(sent))
    wrote = any(not column for _table, column in plain)
    return status, status_loaded, wrote, list(taken(plain, loaded, sent))


@pytest.mark.parametrize(
    ("who", "enough"),
    [
        pytest.param((WORKER, "administrator", "resident"), 8, id="some"),
        pytest.param(WHO, 20, id="all", marks=pytest.mark.deep),
    ],
)
def test_forms_take_their_own_fields_only(
    planted: Planted, who: tuple[str, ...], enough: int, settings: Any
) -> None:
    besides = extras(planted)
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 2 * len(
        besides
    )  # else the doorway refuses before a form is asked
    found: list[str] = []
    seen: set[tuple[str, ...]] = set()
    filled: set[tuple[str, ...]] = set()
    for persona in who:
        for form in forms_of(planted, persona, seen):
            sent = {name: value for name, value in besides.items() if name not in form.names}
            status, with_more, wrote, wrong = compared(partial(_submit, planted, persona, form), sent)
            filled |= {form.kind} if wrote else set()
            where = f"{persona} {form.action}"
            found += [f"{where}: {what}" for what in wrong]
            found += [f"{where} answers {with_more} instead of {status}"] if status != with_more else []
    assert not found, "\n".join(found)
    assert len(filled) >= enough, f"only {len(filled)} forms that write are found and filled"


def _submit(planted: Planted, persona: str, form: Form, more: dict[str, str]) -> Any:
    return planted.browser(persona).post(form.action, {**form.fields, **more})


def test_the_api_takes_its_own_fields_only(planted: Planted) -> None:
    besides, case = extras(planted), planted.cases["B"]
    moves = f"/api/v1/appeals/{case.number}/moves"
    case.refresh_from_db()
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("public", "/api/v1/appeals/", {"text": "楼道灯不亮了，三天没人来", "community": HERE, "name": "李示例", "phone": "15400000001"}),
        (WORKER, f"{moves}/answer_now", {"seen_version": case.version, "outcome": "explained", "note": "换了灯泡。"}),
        (STREET, f"{moves}/dispatch", {"seen_version": case.version, "unit": UNIT, "note": "请处理。"}),
    ]  # fmt: skip
    for persona, address, body in asked:
        sent = {name: value for name, value in besides.items() if name not in body}
        status, with_more, wrote, wrong = compared(partial(_send, planted, persona, address, body), sent)
        assert wrote, (address, status)
        assert with_more in (status, 422), (address, with_more)
        assert wrong == [] or with_more == 422, address


def _send(planted: Planted, persona: str, address: str, body: dict[str, Any], more: dict[str, str]) -> Any:
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    return planted.browser(persona).post(address, {**body, **more}, "application/json", headers=headers)
