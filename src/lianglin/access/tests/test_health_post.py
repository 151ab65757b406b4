"""The post that holds the health ground: given by two people, alone in reading it, and seen when it looks.

The ground has no table of its own yet; a table and a page are made for the test, of the same declarations that a
domain would make (tests/contracts/test_ground.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, models
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.test.utils import isolate_apps
from django.urls import include, path
from tests import world as worlds
from tests.world import FAR, HERE, World

from lianglin.access import policies, queries, scoped
from lianglin.access.actions import log_look
from lianglin.access.actor import Actor, duties_of, role_kinds
from lianglin.access.gate import acting as who
from lianglin.access.gate import in_post
from lianglin.access.governance import changes
from lianglin.access.governance.accounts import make_account
from lianglin.access.models import AccessLog, Organisation, Post
from lianglin.access.scoped import ScopedManager, guards
from lianglin.access.transaction import acting
from lianglin.kit import clock, crypto
from lianglin.kit.crypto import EncryptedTextField
from lianglin.kit.domain import Access, Guard, InScope, OwnResident
from lianglin.kit.grounds import HEALTH, in_ground
from lianglin.kit.models import ScopeCodeField

pytestmark = pytest.mark.django_db
DOCTOR, DUTY = "family_doctor", "access.health"
TABLE = in_ground(HEALTH, "tried_allergy")
GUARD = Guard(
    "tried.Allergy",
    {
        "health": Access("SIU", InScope(purpose="health")),
        "resident": Access("S", OwnResident()),
        "job": Access("SD", InScope()),
    },
    personal=True,
    ground=HEALTH,
    duty=DUTY,
)
TEXT = "青霉素过敏（测试）"
Model: Any = None


@in_post(DUTY)
def allergies(request: HttpRequest) -> HttpResponse:
    """A page as a domain of health would write it: reads for the purpose, and writes down that it looked."""
    by = who(request)
    rows = list(Model.objects.visible_to(by, purpose=HEALTH))
    for row in rows:
        log_look(
            by=by, purpose=HEALTH, what="allergies", scope_code=row.scope_code, resident_id=row.resident_id
        )
    return HttpResponse("\n".join(row.text for row in rows))


urlpatterns = [path("tried/", allergies), path("", include("lianglin.project.urls"))]
"""This module is the test's root of addresses."""


@pytest.fixture
def city(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A city with rows on the health ground, here and far away, and a page that reads them."""
    with isolate_apps("lianglin.kit"):

        class Allergy(models.Model):
            scope_code = ScopeCodeField()
            resident_id = models.BigIntegerField()
            text = EncryptedTextField(null=True)
            objects = ScopedManager()

            class Meta:
                app_label = "tried"
                db_table = TABLE

    made = worlds.build()
    monkeypatch.setitem(scoped.guards(), "tried.Allergy", GUARD)
    monkeypatch.setitem(globals(), "Model", Allergy)
    crypto._ring.cache_clear()
    with override_settings(HEALTH_KEYS={1: b"h" * 32}, ROOT_URLCONF=__name__):
        with connection.schema_editor(atomic=False) as editor:
            editor.create_model(Allergy)
        with connection.cursor() as cursor:
            for statement in policies.statements(GUARD, TABLE):
                cursor.execute(statement)
        for scope, person in ((HERE, 7), (FAR, 8)):
            Allergy._base_manager.create(scope_code=scope, resident_id=person, text=TEXT)
        yield made
    crypto._ring.cache_clear()


def appointed(city: World) -> Post:
    """A doctor of HERE: proposed by the administrator, approved by the security officer."""
    centre = Organisation.objects.create(code="centre", name="卫生服务中心", kind=Organisation.Kind.HEALTH)
    with acting(city.actors["administrator"]) as by:
        account = make_account(username="doctor", name="孙示例", by=by)[0]
        place = changes.Place(DOCTOR, centre, HERE, "家庭医生")
        change = changes.propose_post(
            account=account, place=place, starts_on=clock.today(), ends_on=None, reason="签约服务", by=by
        )
    assert not Post.objects.filter(account=account).exists()
    with acting(city.actors["security_officer"]) as by:
        changes.decide(change_id=change.pk, approve=True, note="", by=by)
    type(account).objects.filter(pk=account.pk).update(one_time_until=None)  # an own password was chosen
    post = Post.objects.select_related("account", "organisation").get(account=account)
    city.posts["doctor"], city.actors["doctor"] = post, queries.actor_in(post)
    return post


def test_the_doctor_reads_the_own_place_and_the_look_is_written_down(city: World) -> None:
    post = appointed(city)
    answer = city.browser("doctor").get("/tried/")
    assert answer.status_code == 200, answer.content
    assert answer.content.decode() == TEXT
    look = AccessLog._base_manager.get(post=post)
    assert (look.resident_id, look.purpose, look.scope_code) == (7, HEALTH, HERE)
    assert look.organisation_id == post.organisation_id
    with acting(city.actors["protection_officer"]) as officer:
        assert queries.looks(actor=officer, purpose=HEALTH).count() == 1


def test_no_other_post_of_the_city_reads_it(city: World) -> None:
    appointed(city)
    others = [code for code in city.posts if code != "doctor"]
    assert {city.posts[code].role_code for code in others} >= {
        "administrator", "security_officer", "auditor", "protection_officer", "manager",
        "community_worker", "street_coordinator", "unit_handler",
    }  # fmt: skip
    for code in others:
        assert city.browser(code).get("/tried/").status_code == 403, code
        assert not read_by_sql(city.actors[code]), code
    assert not AccessLog._base_manager.exists()
    assert [kind for kind in role_kinds() if DUTY in duties_of(kind)] == [DOCTOR]
    assert [code for code, kind in role_kinds().items() if HEALTH in kind.purposes] == [DOCTOR]


def read_by_sql(actor: Actor) -> list[Any]:
    """What the actor's own database role reads when a page forgets every check."""
    with acting(actor), connection.cursor() as cursor:
        cursor.execute("select has_schema_privilege(current_user, 'health', 'usage')")
        if not cursor.fetchone()[0]:
            return []
        cursor.execute(f"select id from {TABLE}")
        return cursor.fetchall()


def test_the_doctor_reads_nobody_s_file_and_no_appeal(city: World) -> None:
    """Health data is what the post is for; households, appeals and looks of others are not."""
    appointed(city)
    doctor = city.actors["doctor"]
    assert doctor.purposes == {HEALTH}
    with acting(doctor), connection.cursor() as cursor:
        for label, guard in guards().items():
            own = guard.roles.get("health")
            if guard.personal and not guard.ground and label != "access.Account":
                assert own is None or "S" not in own.rights, label
        cursor.execute("select count(*) from access_account")
        assert cursor.fetchone()[0] == 1
    browser = city.browser("doctor")
    for page, status in (("/", 200), ("/account/posts/", 200), ("/people/", 403), ("/appeals/desk/", 403)):
        assert browser.get(page).status_code == status, page


def test_a_look_cannot_be_written_for_another_place_or_purpose(city: World) -> None:
    appointed(city)
    with acting(city.actors["doctor"]) as by, pytest.raises(Exception, match="row-level security"):
        log_look(by=by, purpose=HEALTH, what="x", scope_code=FAR, resident_id=8)


def test_the_post_needs_a_second_factor_wherever_any_post_does(city: World, settings: Any) -> None:
    post = appointed(city)
    for levels, needed in (((), False), (("county", "city"), True)):
        settings.SECOND_FACTOR_LEVELS = levels
        assert queries.needs_second_factor(post) is needed
