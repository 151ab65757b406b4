"""Whatever hangs on two files: joined and undone, every table is as it was, row by row."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.apps import apps
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.world import HERE, SINCE, WORKER, World

from lianglin.access.models import AccessLog
from lianglin.access.transaction import acting
from lianglin.appeals.models import Appellant
from lianglin.facts import registry
from lianglin.facts.models import Conflict as Contradiction
from lianglin.facts.models import DataElement, Fact
from lianglin.kit import clock
from lianglin.kit.crypto import match_key
from lianglin.people.actions import duplicates as actions
from lianglin.people.database import following
from lianglin.people.models import DuplicatePair, Membership, Resident
from lianglin.people.tests import scene
from lianglin.people.tests.scene import Family
from lianglin.people.tests.test_duplicates import city, everything, family, join, twin
from lianglin.privacy.actions import requests

__all__ = ("city", "family", "twin")
"""The same small city, family and second file as where joining is tested."""


ROWS = st.sets(
    st.sampled_from(
        [
            *(
                "phone",
                "id_number",
                "died",
                "sex",
                "same_home",
                "past_home",
                "ward",
                "guarded",
                "consent",
                "fact",
            ),
            *("look", "request", "matter", "contradiction", "joined_before"),
        ]
    )
)


def hang_on(person: Resident, what: set[str], city: World, family: Family, letter: str) -> None:
    """Rows of every kind that may hang on a file."""
    changes: dict[str, Any] = {
        "phone": {"phone": f"1541234567{letter}", "phone_match": match_key(f"1541234567{letter}", "phone")},
        "id_number": {"id_number": f"23010319800105000{letter}", "id_match": match_key(letter, "id_number")},
        "died": {"died_on": date(2026, 1, 1)},
        "sex": {"sex": "2"},
    }
    given = {k: v for name in sorted(what & set(changes)) for k, v in changes[name].items()}
    for name, value in given.items():
        setattr(person, name, value)
    person.save(update_fields=list(given)) if given else None
    other = Resident._base_manager.filter(scope_code=HERE).order_by("pk").first()
    for name, to_on in (("same_home", None), ("past_home", date(2025, 1, 1))):
        if name in what:
            Membership._base_manager.create(
                scope_code=HERE,
                household=family.household,
                resident=person,
                relation="99",
                from_on=SINCE,
                to_on=to_on,
            )
    if "ward" in what:
        scene.guardian(person, other)
    if "guarded" in what:
        scene.guardian(family.mother, person, "appointed") if person.pk != family.mother.pk else None
    post = city.posts[WORKER]
    if "look" in what:
        AccessLog._base_manager.create(
            at=clock.now(), scope_code=HERE, resident_id=person.pk, post=post, organisation=post.organisation,
            purpose="handle_case", what="phone",
        )  # fmt: skip
    if "request" in what:
        with acting(scene.own(person)) as by:
            requests.ask(asked=requests.Asked("delete", "请删除我的电话。"), by=by)
        everything()  # takes the role off again
    if "matter" in what:
        made = city.report(HERE)
        everything()
        Appellant._base_manager.filter(case=made.case).update(resident_id=person.pk)
    element = DataElement.objects.get(code="person.marital")
    if "fact" in what:
        Fact._base_manager.create(
            scope_code=HERE, object_class="person", subject_id=person.pk, element=element, value="20", valid_from=SINCE,
            recorded_at=clock.now(), source="visit", purpose="serve_household", basis="statutory_duty",
            expires_on=date(2099, 1, 1),
        )  # fmt: skip
    if "contradiction" in what:
        Contradiction._base_manager.create(
            scope_code=HERE,
            object_class="person",
            subject_id=person.pk,
            element=element,
            found_at=clock.now(),
        )
    if "joined_before" in what:
        Resident._base_manager.create(scope_code=HERE, name="旧档", merged_into=person.pk)


def left_behind(gone: Resident) -> list[str]:
    """What should have followed and did not."""
    everything()
    left = []
    for label, one in following().items():
        rows = apps.get_model(one.model)._base_manager.filter(**{one.column: gone.pk})
        if not one.once and not one.apart and rows.filter(**dict([one.only] if one.only else [])).exists():
            left.append(label)
    return left


@given(first=ROWS, second=ROWS, keep_first=st.booleans())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_undoing_restores_every_table_exactly(
    city: World, family: Family, twin: Resident, first: set[str], second: set[str], keep_first: bool
) -> None:
    with transaction.atomic():
        registry.load_shipped()
        hang_on(family.mother, first, city, family, "8")
        hang_on(twin, second, city, family, "9")
        pair = DuplicatePair._base_manager.create(
            scope_code=HERE, first=family.mother, second=twin, reason="name", found_at=clock.now()
        )
        before = everything()
        made = join(city, pair, family.mother if keep_first else twin)
        assert left_behind(twin if keep_first else family.mother) == []
        with acting(city.actors[WORKER]) as by:
            actions.undo(made.pk, by=by)
        assert everything() == before
        assert DuplicatePair._base_manager.get(pk=pair.pk).state == "open"
        transaction.set_rollback(True)
    family.mother.refresh_from_db()
    twin.refresh_from_db()
