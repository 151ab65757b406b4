"""Recording, correcting, taking back, deciding; the registry's files; what is refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.world import HERE, STREET, WORKER

from lianglin.access import actor as actors
from lianglin.access.models import AuditEntry
from lianglin.access.transaction import acting
from lianglin.facts import actions, arrow, queries, registry, rules
from lianglin.facts.actions import NewFact
from lianglin.facts.models import Conflict, DataElement, Fact
from lianglin.facts.tasks import erase_expired
from lianglin.facts.tests.scene import SINCE, Scene, build
from lianglin.kit import clock
from lianglin.kit.errors import Forbidden, Refused

NEIGHBOUR = next(code for code in ("community-230103001002", "community-230103002001"))


@pytest.fixture
def scene(db: None) -> Scene:
    return build()


def known(scene: Scene, who: str = WORKER, **when: object) -> dict[str, str]:
    with acting(scene.world.actors[who]) as actor:
        held = queries.of_household(scene.household.pk, actor=actor, **when)  # type: ignore[arg-type]
        return {h.element.code: h.value for h in held}


@pytest.mark.rows("R101", "R064")
def test_a_fact_is_recorded_once_and_read_with_the_household(scene: Scene) -> None:
    scene.agree()
    scene.record("household.car", "1")
    scene.record("dwelling.heating", "network")
    scene.record("person.education", "20")
    assert known(scene) == {"household.car": "1", "dwelling.heating": "network", "person.education": "20"}
    assert AuditEntry.objects.filter(chain=HERE).exists()


def test_one_query_reads_a_household(scene: Scene) -> None:
    for code in ("dwelling.heating", "dwelling.cooking"):
        scene.record(code, {"dwelling.heating": "gas", "dwelling.cooking": "pipe"}[code])
    known(scene)
    with acting(scene.world.actors[WORKER]) as actor, CaptureQueriesContext(connection) as ran:
        queries.of_household(scene.household.pk, actor=actor)
    assert sum('FROM "facts_fact"' in query["sql"] for query in ran.captured_queries) == 1
    assert len(ran) <= 2  # the facts, and what persons decided about contradictions


def test_a_household_is_found_by_indexes_however_many_facts_a_district_has(scene: Scene) -> None:
    with acting(scene.world.actors[WORKER]) as actor, CaptureQueriesContext(connection) as seen:
        queries.of_household(scene.household.pk, actor=actor)
        (asked,) = [query["sql"] for query in seen.captured_queries if 'FROM "facts_fact"' in query["sql"]]
        with connection.cursor() as cursor:
            cursor.execute("set local enable_seqscan = off")
            cursor.execute(f"explain {asked}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "SubPlan" not in plan  # it would be asked of every row of the district
    assert "InitPlan" in plan
    assert "Seq Scan on facts_fact" not in plan


def test_a_correction_keeps_what_was_known_before(scene: Scene) -> None:
    scene.record("dwelling.floor_area", "60")
    before = clock.now()
    scene.record("dwelling.floor_area", "66.5")
    assert known(scene) == {"dwelling.floor_area": "66.5"}
    assert known(scene, known_at=before) == {"dwelling.floor_area": "60"}
    assert known(scene, valid_on=SINCE - timedelta(days=1)) == {}
    assert Fact._base_manager.count() == 2


def test_what_is_taken_back_holds_no_longer(scene: Scene) -> None:
    row = scene.record("dwelling.rooms", "3")
    with acting(scene.world.actors[WORKER]) as actor:
        actions.retract(row.pk, by=actor)
    assert known(scene) == {}
    assert Fact._base_manager.filter(value="3").count() == 1


@pytest.mark.parametrize(
    ("element", "value", "more", "field"),
    [
        ("household.size", "3", {}, "element"),
        ("household.nonsense", "3", {}, "element"),
        ("household.car", "1", {}, "consent"),
        ("dwelling.lift", "blue", {}, "value"),
        ("dwelling.heating", "sun", {}, "value"),
        ("dwelling.rooms", "3", {"valid_from": date(2999, 1, 1)}, "valid_from"),
        ("dwelling.rooms", "3", {"source": "rumour"}, "source"),
    ],
)
def test_what_is_refused_says_where(
    scene: Scene, element: str, value: str, more: dict[str, object], field: str
) -> None:
    kind = element.split(".")[0]
    subject = scene.household.pk if kind == "household" else scene.household.dwelling_id
    fact = NewFact(kind, subject, element, value, **{"valid_from": SINCE, **more})  # type: ignore[arg-type]
    with acting(scene.world.actors[WORKER]) as actor, pytest.raises(Refused) as refused:
        actions.record([fact], by=actor)
    assert refused.value.field == field
    assert not Fact._base_manager.exists()


def test_all_or_none(scene: Scene) -> None:
    good = NewFact("dwelling", scene.household.dwelling_id, "dwelling.rooms", "3", SINCE)
    bad = NewFact("dwelling", scene.household.dwelling_id, "dwelling.heating", "sun", SINCE)
    with acting(scene.world.actors[WORKER]) as actor, pytest.raises(Refused):
        actions.record([good, bad], by=actor)
    assert not Fact._base_manager.exists()


def test_a_neighbouring_post_neither_reads_nor_writes(scene: Scene) -> None:
    scene.record("dwelling.heating", "network")
    assert known(scene, NEIGHBOUR) == {}
    with pytest.raises(Forbidden):
        scene.record("dwelling.heating", "gas", who=NEIGHBOUR)


@given(
    prefix=st.sampled_from(["2301", "230103", "230104", "230103001001", "230103001002", "999999"]),
    purpose=st.booleans(),
)
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_postgresql_gives_the_place_for_the_purpose_and_nothing_else(
    scene: Scene, prefix: str, purpose: bool
) -> None:
    if not Fact._base_manager.exists():
        scene.record("dwelling.heating", "network")
    purposes = frozenset({"handle_case"} | ({"serve_household"} if purpose else set()))
    reader = actors.Actor(role="staff", low=prefix, high=prefix + "~", purposes=purposes)
    with acting(reader), connection.cursor() as cursor:
        cursor.execute("select scope_code from facts_fact")
        assert {row[0] for row in cursor.fetchall()} == (
            {HERE} if purpose and HERE.startswith(prefix) else set()
        )


@pytest.mark.parametrize(
    "statement",
    [
        "select * from facts_fact_230103",
        "select * from facts_fact_rest",
        "update facts_fact set value = 'x'",
        "delete from facts_fact",
    ],
)
def test_nobody_goes_round_the_policies_or_changes_what_was_recorded(scene: Scene, statement: str) -> None:
    with (
        acting(scene.world.actors[WORKER]),
        connection.cursor() as cursor,
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
    ):
        cursor.execute(statement)


def test_a_district_has_its_partition(scene: Scene) -> None:
    scene.record("dwelling.heating", "network")
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from facts_fact_230103")
        assert cursor.fetchone()[0] == 1


def test_sources_that_contradict_wait_for_a_person(scene: Scene) -> None:
    scene.record("dwelling.heating", "network", source="steward")
    scene.record("dwelling.heating", "gas", source="visit")
    conflict = Conflict._base_manager.get()
    assert (conflict.state, known(scene)["dwelling.heating"]) == ("open", "network")
    with acting(scene.world.actors[STREET]) as actor:
        with pytest.raises(Refused):
            actions.decide(conflict.pk, source="visit", reason=" ", by=actor)
        with pytest.raises(Refused):
            actions.decide(conflict.pk, source="import", reason="seen", by=actor)
        actions.decide(conflict.pk, source="visit", reason="见到燃气炉", by=actor)
    assert known(scene)["dwelling.heating"] == "gas"
    with acting(scene.world.actors[STREET]) as actor, pytest.raises(Refused):
        actions.decide(conflict.pk, source="steward", reason="again", by=actor)
    scene.record("dwelling.heating", "electric", source="steward", valid_from=SINCE + timedelta(days=9))
    conflict.refresh_from_db()
    assert conflict.state == "open"


def test_a_contradiction_that_went_by_itself_is_closed(scene: Scene) -> None:
    scene.record("dwelling.rooms", "3", source="steward")
    scene.record("dwelling.rooms", "2", source="visit")
    scene.record("dwelling.rooms", "3", source="visit")
    assert Conflict._base_manager.get().state == "decided"
    assert known(scene)["dwelling.rooms"] == "3"


def test_expired_facts_are_erased(scene: Scene) -> None:
    old, kept = scene.record("dwelling.rooms", "3"), scene.record("dwelling.heating", "gas")
    Fact._base_manager.filter(pk=old.pk).update(expires_on=clock.today() - timedelta(days=1))
    assert erase_expired(0) == 1
    assert list(Fact._base_manager.values_list("pk", flat=True)) == [kept.pk]


# --- the city as columns -------------------------------------------------------------------------------------

words = st.tuples(
    st.sampled_from(["network", "gas", "coal"]),
    st.sampled_from(["steward", "visit", "resident"]),
    st.integers(0, 3),
    st.booleans(),
)


@given(st.lists(words, min_size=1, max_size=8), st.integers(0, 3))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_the_city_reads_as_the_rules_say(
    scene: Scene, said: list[tuple[str, str, int, bool]], day: int
) -> None:
    Fact._base_manager.all().delete()
    element = registry.elements()["dwelling.heating"]
    now = clock.now()
    for number, (value, source, since, retracted) in enumerate(said):
        Fact._base_manager.create(
            scope_code=HERE, object_class="dwelling", subject_id=7, element=element, value="" if retracted else value,
            retracted=retracted, valid_from=SINCE + timedelta(days=since), recorded_at=now + timedelta(seconds=number),
            source=source, purpose="serve_household", basis="statutory_duty", expires_on=date(2099, 1, 1),
        )  # fmt: skip
    on, at = SINCE + timedelta(days=day), now + timedelta(hours=1)
    wanted = rules.settle(
        rules.as_of(map(queries.as_rule, Fact._base_manager.all()), valid_on=on, known_at=at),
        steward="steward",
    )
    with acting(actors.job()) as system:
        tables = dict(arrow.read_city(["dwelling.heating"], actor=system, valid_on=on, known_at=at))
    found = tables["230103"].to_pylist() if tables else []
    assert [row["dwelling.heating"] for row in found] == ([wanted.record.value] if wanted else [])


def test_columns_have_their_types(scene: Scene) -> None:
    scene.record("dwelling.floor_area", "66.5")
    scene.record("dwelling.lift", "1")
    scene.record("dwelling.gas_checked_on", "2026-03-01")
    codes = ["dwelling.floor_area", "dwelling.lift", "dwelling.gas_checked_on", "dwelling.heating"]
    with acting(actors.job()) as system:
        (table,) = dict(
            arrow.read_city(codes, actor=system, valid_on=clock.today(), known_at=clock.now())
        ).values()
    assert table.to_pylist() == [
        {
            "subject_id": scene.household.dwelling_id,
            "dwelling.floor_area": 66.5,
            "dwelling.lift": True,
            "dwelling.gas_checked_on": date(2026, 3, 1),
            "dwelling.heating": None,
        }
    ]
    with acting(actors.job()) as system, pytest.raises(ValueError, match="object classes"):
        list(
            arrow.read_city(
                ["person.sex", "dwelling.lift"], actor=system, valid_on=SINCE, known_at=clock.now()
            )
        )


# --- the registry --------------------------------------------------------------------------------------------


def test_about_120_elements_ship_and_each_is_sound(scene: Scene) -> None:
    assert len(registry.elements()) >= 120
    reading = registry.read(registry.to_csv(registry.elements().values()).encode())
    assert reading.errors == []
    assert (reading.new, reading.changed, reading.same) == (0, 0, len(registry.elements()))


def test_ability_items_sum_to_90(scene: Scene) -> None:
    """GB/T 42195-2022: 26 items, 90 is able; higher is better."""
    items = [e for e in registry.elements().values() if e.code.startswith("person.ability_b")]
    assert (len(items), sum(int(e.domain.split("..")[1]) for e in items)) == (26, 90)


def test_a_file_is_taken_in_whole_or_not_at_all(scene: Scene) -> None:
    text = registry.to_csv(list(registry.elements().values())[:2])
    head, first, _second = text.splitlines()
    new = first.replace(first.split(",")[0], "dwelling.balcony").replace(first.split(",")[2], "balcony")
    manager = scene.world.actors["manager"]
    with acting(manager), pytest.raises(Refused):
        actions.import_elements("\n".join([head, new, new]).encode(), by=manager)
    assert "dwelling.balcony" not in registry.elements()
    with acting(scene.world.actors[WORKER]) as worker, pytest.raises(Forbidden):
        actions.import_elements("\n".join([head, new]).encode(), by=worker)


@pytest.mark.parametrize(
    ("content", "column"),
    [
        (b"\xff\xfe\x00", ""),
        (b"code,name\nx,y\n", ""),
        (b"[1]", ""),
        (b"[{", ""),
        (b'[{"code": "person.religion", "object_class": "person", "property": "religion"}]', "property"),
        (b'[{"code": "cat.x"}]', "code"),
        (b'[{"code": "cat.x", "freshness_days": "' + b"9" * 5000 + b'"}]', "freshness_days"),
        ((",".join(registry.COLUMNS) + '\n"' + "x" * 200_000 + '"').encode(), ""),
        (('"' + "x" * 200_000 + '"').encode(), ""),
    ],
)
def test_a_bad_file_is_explained(scene: Scene, content: bytes, column: str) -> None:
    reading = registry.read(content)
    assert column in {error.column for error in reading.errors}
    assert all(error.message for error in reading.errors)


def test_a_datum_keeps_its_kind_of_value(scene: Scene) -> None:
    element = registry.elements()["dwelling.rooms"]
    rows = registry.to_csv([element]).replace(",number,", ",text,")
    manager = scene.world.actors["manager"]
    with acting(manager), pytest.raises(Refused):
        actions.import_elements(rows.encode(), by=manager)
    assert DataElement.objects.get(code="dwelling.rooms").kind == "number"


def test_the_registry_goes_out_as_json_and_comes_back_the_same(scene: Scene) -> None:
    reading = registry.read(registry.to_json(registry.elements().values()).encode())
    assert (reading.errors, reading.new, reading.changed) == ([], 0, 0)
    assert reading.same == len(registry.elements())
