"""A small town for the tests of the desk: one street, two communities, their people, a catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client

from lianglin.access.actor import Actor, public
from lianglin.access.models import Account, Organisation, Post
from lianglin.access.queries import POST_KEY, POSTS_KEY, actor_in
from lianglin.access.transaction import acting
from lianglin.appeals import actions
from lianglin.appeals.models import Catalogue, Category, Field, Item
from lianglin.cases.actions import Place
from lianglin.cases.models import Case
from lianglin.kit import calendar, clock, held
from lianglin.kit.calendar import official_days
from lianglin.kit.models import CalendarDay
from lianglin.places.models import Building, Community, Compound, CompoundBuilding, Division

PASSWORD = "a long test password"
SQUARE = [[126.60, 45.70], [126.61, 45.70], [126.61, 45.71], [126.60, 45.71], [126.60, 45.70]]
STREET, HERE, THERE = "230102001", "230102001001", "230102001002"


@dataclass
class Town:
    """What was built. ``posts`` by short name: worker, neighbour, street, unit, other_unit, manager, officer."""

    here: Community
    there: Community
    building: Building
    compound: Compound
    lamp: Item
    lift: Item
    posts: dict[str, Post]
    units: dict[str, Organisation]

    def actor(self, name: str) -> Actor:
        """The actor of a post."""
        return actor_in(self.posts[name])

    def client(self, name: str) -> Client:
        """A browser logged in and acting in that post."""
        return client_of(self.posts[name])

    def appeal(
        self,
        text: str = "三单元二楼的灯不亮，晚上看不见",
        *,
        community: Community | None = None,
        **given: Any,
    ) -> Case:
        """An appeal of the lamp item at the building, as the public sends it."""
        here = community is None or community == self.here
        place = Place(
            community=community or self.here,
            building=self.building if here else None,
            compound=self.compound if here else None,
            text=self.building.address if here else "北门",
            lon=126.605,
            lat=45.705,
        )
        given.setdefault("item", self.lamp)
        given.setdefault("reporter", actions.Reporter(name="王小明", phone="15412345678"))
        with acting(public()) as anybody:
            return actions.submit(by=anybody, place=place, text=text, **given).case

    def do(self, name: str, verb: str, case: Case, **arguments: Any) -> Case:
        """One move by a post, as the action."""
        actor = self.actor(name)
        with acting(actor):
            return getattr(actions, verb)(case.pk, by=actor, **arguments)

    def dispatched(self, **given: Any) -> Case:
        """An appeal on its way at the unit."""
        case = self.appeal(**given)
        self.do("worker", "accept", case)
        return self.do("street", "dispatch", case, unit=self.units["unit"])

    def settled(self, **given: Any) -> Case:
        """An appeal that waits for its call-back."""
        case = self.dispatched(**given)
        self.do("unit", "answer", case, outcome="solved", note="换了灯泡，现场试过。")
        return self.do("street", "settle", case)


def client_of(post: Post) -> Client:
    """A browser logged in and acting in a post."""
    client = Client()
    session = client.session
    session[SESSION_KEY] = str(post.account_id)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = post.account.get_session_auth_hash()
    session[POST_KEY] = post.pk
    session[POSTS_KEY] = 1
    session.save()
    return client


def build() -> Town:
    """Builds the town with plain inserts; call it outside of ``acting``, as the administrator."""
    held.forget()
    calendar.forget()
    today = clock.today()
    CalendarDay.objects.bulk_create(
        [day for year in (today.year, today.year + 1) for day in official_days(year)], ignore_conflicts=True
    )
    places, items = _places(), _catalogue()
    units = _units()
    return Town(**places.__dict__, **items, units=units, posts=_posts(units))


def _places() -> SimpleNamespace:
    county = Division.objects.create(
        code="230102000000", level="county", name="道里区", name_en="Daoli District", scope_code="230102"
    )
    street = Division.objects.create(
        code="230102001000",
        level="township",
        name="兆麟街道",
        name_en="Zhaolin Street",
        scope_code=STREET,
        parent=county,
    )
    shape = {"type": "Polygon", "coordinates": [SQUARE]}
    common = {
        "division": street,
        "geometry": shape,
        "valid_from": "2024-01-01",
        "lon": 126.605,
        "lat": 45.705,
    }
    here = Community.objects.create(name="第一社区", name_en="First Community", scope_code=HERE, **common)
    there = Community.objects.create(name="第二社区", name_en="Second Community", scope_code=THERE, **common)
    building = Building.objects.create(
        key="b1", community=here, scope_code=HERE, address="和宁小区3号楼", number=3, lon=126.605, lat=45.705,
        floors=6, units=3, doors_per_floor=2,
    )  # fmt: skip
    compound = Compound.objects.create(
        name="和宁小区", name_en="Hening Compound", key="c1", lon=126.605, lat=45.705
    )
    CompoundBuilding.objects.create(compound=compound, building=building, valid_from="2024-01-01")
    return SimpleNamespace(here=here, there=there, building=building, compound=compound)


def _catalogue() -> dict[str, Item]:
    catalogue = Catalogue.objects.create(
        version="test", in_force_from="2024-01-01", source="test", sample=True
    )
    field = Field.objects.create(catalogue=catalogue, code="02", name="城市品质", name_en="City quality")
    category = Category.objects.create(
        field=field, code="0206", name="房屋设施", name_en="Housing facilities"
    )
    lamp = Item.objects.create(
        category=category, code="020601", name="楼道照明", name_en="Stairwell light", owner_name="物业企业/社区",
        owner_name_en="Property firm / Community", limit_days=3, duplicate_radius_m=30, place_kind="bld",
    )  # fmt: skip
    lift = Item.objects.create(
        category=category, code="020603", name="电梯故障", name_en="Lift out of order", owner_name="市场监督管理局",
        owner_name_en="Market regulation bureau", limit_days=2, urgent_hours=4, duplicate_radius_m=40, place_kind="bld",
    )  # fmt: skip
    return {"lamp": lamp, "lift": lift}


def _units() -> dict[str, Organisation]:
    made = {}
    for code, name, name_en, kind, scope in (
        ("here", "第一社区居委会", "First Community Committee", "community", HERE),
        ("there", "第二社区居委会", "Second Community Committee", "community", THERE),
        ("street", "兆麟街道办事处", "Zhaolin Street Office", "street", STREET),
        ("unit", "道里区物业服务中心", "Daoli Property Service", "company", "230102"),
        ("other_unit", "道里区市场监督管理局", "Daoli Market Regulation Bureau", "bureau", "230102"),
        ("city", "市社会工作部", "City Social Work Department", "city", ""),
    ):
        made[code] = Organisation.objects.create(
            code=code, name=name, name_en=name_en, kind=kind, scope_code=scope
        )
    return made


def _posts(units: dict[str, Organisation]) -> dict[str, Post]:
    made = {}
    for code, role, unit, scope, title in (
        ("worker", "community_worker", "here", HERE, "社区工作者"),
        ("neighbour", "community_worker", "there", THERE, "社区工作者"),
        ("street", "street_coordinator", "street", STREET, "街道调度员"),
        ("unit", "unit_handler", "unit", "", "承办员"),
        ("other_unit", "unit_handler", "other_unit", "", "承办员"),
        ("manager", "manager", "city", "", "分管负责人"),
        ("officer", "protection_officer", "city", "", "数据保护负责人"),
    ):
        account = Account.objects.create_user(code, PASSWORD, name=title, created_at=clock.now())
        made[code] = Post.objects.create(
            account=account, role_code=role, organisation=units[unit], scope_code=scope, title=title,
            title_en=role.replace("_", " "), starts_on="2024-01-01",
        )  # fmt: skip
    return made
