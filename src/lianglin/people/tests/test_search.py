"""Finding a person: characters, pinyin, initials, surnames of several readings, rare characters; masked, own place, by index."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.world import FAR, HERE, NEXT_DOOR, STREET, WORKER, World, build

from lianglin.access.actor import job
from lianglin.access.models import AuditEntry
from lianglin.access.transaction import acting
from lianglin.kit.crypto import match_key
from lianglin.people.actions import names as actions
from lianglin.people.models import NameKey, Resident
from lianglin.people.queries import search
from lianglin.people.rules import names
from lianglin.people.tests import scene
from lianglin.privacy.actions.erasing import erase
from lianglin.privacy.queries.subjects import Key


@pytest.fixture
def city(db: None) -> World:
    return build()


def person(name: str, scope: str = HERE, **given_: Any) -> Resident:
    made = Resident._base_manager.create(scope_code=scope, name=name, **given_)
    with acting(job()) as by:
        actions.write_keys([made], by=by)
    return made


def asked(city: World, question: str, code: str = WORKER) -> list[str]:
    with acting(city.actors[code]) as by:
        return [found.name for found in search.search(question, actor=by).people]


SURNAMES = [
    ("单雄信", ["shan", "dan", "shanxiongxin", "sxx", "dxx", "单雄"]), ("仇英", ["qiu", "chou", "qy"]),
    ("曾国强", ["zeng", "ceng", "zgq"]), ("解小红", ["xie", "jie", "xiexiaohong"]), ("查良", ["zha", "cha", "zl"]),
    ("尉迟恭", ["yuchi", "weichi", "ycg"]), ("万俟雪", ["moqi", "mqx"]), ("朴槿", ["piao", "pu", "pj"]),
    ("乐毅", ["yue", "le"]), ("区小宝", ["ou", "qu"]), ("吕布", ["lv", "lu", "lü", "lb"]), ("盖聂", ["ge", "gai"]),
    ("阿依古丽·买买提", ["ayiguli", "阿依古丽买", "agl"[:1] + "yg"]), ("Maria Meyer", ["maria", "mariameyer"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "questions"), SURNAMES, ids=[name for name, _q in SURNAMES])
def test_a_name_is_found_in_every_reading(city: World, name: str, questions: list[str]) -> None:
    person(name)
    for question in questions:
        assert asked(city, question) == [name], question
    assert asked(city, "zzz") == []


def test_rare_and_private_characters(city: World) -> None:
    rare, old = "王𠮷宝", "赵\ue816"
    person(rare)
    person(old)
    assert asked(city, "王𠮷") == [rare]
    assert asked(city, "wang") == [rare]
    assert asked(city, "赵𠂇"[:1]) == [old]
    assert asked(city, "赵\U00020087") == [old]  # the same character, as Unicode has it today
    with acting(city.actors[WORKER]) as by:
        found = search.search("李\ue000", actor=by)
    assert found.private == ["U+E000"]


def test_by_id_number_and_phone_exactly(city: World) -> None:
    held = person(
        "单雄英",
        id_match=match_key("23019919800101001X", "id_number"),
        phone_match=match_key("15411112222", "phone"),
    )
    assert asked(city, "230199 1980 0101 001x") == ["单雄英"]
    assert asked(city, "154-1111-2222") == ["单雄英"]
    assert asked(city, "15411112223") == []
    assert asked(city, f"#{held.pk}") == ["单雄英"]
    assert asked(city, "230199") == []  # no part of a number finds anybody


def test_only_in_the_own_place(city: World) -> None:
    for scope in (HERE, NEXT_DOOR, FAR):
        person("单雄英", scope, phone_match=match_key("15411112222", "phone"))
    assert len(asked(city, "shan")) == 1
    assert len(asked(city, "15411112222")) == 1
    assert len(asked(city, "shan", STREET)) == 2
    assert asked(city, f"#{Resident._base_manager.filter(scope_code=FAR).first().pk}") == []


def test_the_page_shows_masked_names_and_writes_down_that_somebody_searched(city: World) -> None:
    person("单雄英")
    browser = city.browser(WORKER)
    page = browser.post("/people/", {"q": "shanxiong"}).content.decode()
    assert "单**" in page
    assert "单雄英" not in page
    assert "王**" in browser.get("/people/").content.decode()
    bodies = [bytes(entry.body) for entry in AuditEntry.objects.all()]
    assert sum(b"people.search" in body for body in bodies) == 1
    assert not any(b"shanxiong" in body for body in bodies)
    assert "至少" in browser.post("/people/", {"q": "s"}).content.decode()
    assert city.browser(STREET).get("/people/").status_code == 403


def test_a_place_with_many_of_a_name_says_so(city: World) -> None:
    people = Resident._base_manager.bulk_create(Resident(scope_code=HERE, name="单雄英") for _n in range(60))
    with acting(job()) as by:
        actions.write_keys(people, by=by)
    with acting(city.actors[WORKER]) as by:
        found = search.search("shan", actor=by)
    assert (len(found.people), found.more) == (search.MOST, True)


def test_whoever_was_loaded_without_keys_gets_them_once(city: World) -> None:
    people = Resident._base_manager.count()
    with acting(job()) as by:
        made, last, behind = 0, 0, 0
        while last is not None:
            more, last = actions.backfill(by=by, behind=behind, size=5)
            made, behind = made + more, last or 0
        assert made == NameKey._base_manager.count() > people
        assert actions.backfill(by=by)[0] == 0
    assert len(asked(city, "wangshili")) == 2


def test_erasing_a_person_erases_the_keys(city: World) -> None:
    held = person("单雄英")
    with acting(city.actors["protection_officer"]) as by:
        erase(key=Key("resident", held.pk), extent="all", by=by)
    assert not NameKey._base_manager.filter(resident=held).exists()
    with acting(job()) as by:
        actions.backfill(by=by)
    assert not NameKey._base_manager.filter(resident=held).exists()


def test_the_family_of_the_scene_is_found_by_its_surname(city: World) -> None:
    family = scene.family(city)
    with acting(job()) as by:
        actions.write_keys(family, by=by)
    assert set(asked(city, "shan")) == {p.name for p in family}


han = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=6)


@given(name=han)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_the_keys_of_a_name_are_few_and_hold_the_name_itself(name: str) -> None:
    keys = names.keys_of(name)
    assert names.clean(name) in keys
    assert 1 <= len(keys) <= 1 + 4 * names.MOST
    assert all(len(key) <= names.LONGEST for key in keys)
    first = [names.readings(c)[0] if names.readings(c) else c for c in names.clean(name)]
    assert "".join(first)[: names.LONGEST] in keys
    assert "".join(sound[0] for sound in first) in keys


# --- by index ----------------------------------------------------------------------------------------------

MANY = """
insert into people_resident (scope_code, name, sex, id_match, phone_match, sample)
select '230103001' || lpad((1 + g % 20)::text, 3, '0'), 'x' || g, '0', sha256(('i' || g)::bytea), sha256(('p' || g)::bytea), true
from generate_series(1, 8000) g
"""
KEYS = """
insert into people_namekey (scope_code, resident_id, key)
select scope_code, id, k || name from people_resident, unnest(array['wang', 'w', '王']) k where name like 'x%'
"""


def scans(run: Callable[[], Any]) -> list[dict[str, Any]]:
    with CaptureQueriesContext(connection) as captured:
        run()
    found: list[dict[str, Any]] = []
    with connection.cursor() as cursor:
        for query in captured.captured_queries:
            if query["sql"].lstrip()[:6].upper() == "SELECT" and "people_" in query["sql"]:
                cursor.execute(f"explain (analyze, timing off, format json) {query['sql']}")
                (told,) = cursor.fetchone()
                found += _nodes((json.loads(told) if isinstance(told, str) else told)[0]["Plan"])
    return [node for node in found if "Relation Name" in node]


def _nodes(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(inner for below in node.get("Plans", []) for inner in _nodes(below))]


@pytest.mark.parametrize(
    ("question", "index"),
    [("wangx40", "people_namekey_search"), ("王x4", "people_namekey_search"), ("15411112222", "people_resident_phone_match"),
     ("23019919800101001X", "people_resident_id_match")],
)  # fmt: skip
def test_an_index_serves_every_question(city: World, question: str, index: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(MANY)
        cursor.execute(KEYS)
        cursor.execute("set local enable_seqscan = off")
        cursor.execute("analyze people_resident, people_namekey")
    with acting(city.actors[WORKER]) as by:
        found = scans(lambda: search.search(question, actor=by))
    assert found
    assert not [node for node in found if node["Node Type"] == "Seq Scan"]
    assert any(node.get("Index Name") == index for node in found), [n.get("Index Name") for n in found]
    read = sum((n["Actual Rows"] + n.get("Rows Removed by Filter", 0)) * n["Actual Loops"] for n in found)
    assert read <= 3 * search.MOST * 2
