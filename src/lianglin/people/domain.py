"""What the people package plugs into the house: guards, declared personal columns, retention."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianglin.kit.domain import (
    Access,
    Domain,
    Duty,
    Guard,
    InScope,
    OwnResident,
    OwnThrough,
    Personal,
    Retention,
    Subject,
)

_SERVICE = _("provide community services to the household")
_AFTER = _("the person moved away or died")
STAFF = {"staff": Access("SIU", InScope(purpose="handle_case")), "job": Access("SUD", InScope())}

DOMAIN = Domain(
    code="people",
    label=_("People"),
    order=30,
    duties=(Duty("people.read", _("open a person's file")),),
    role_duties={"community_worker": ("people.read",)},
    guards=(
        Guard(
            "people.Household",
            {**STAFF, "resident": Access("S", OwnThrough("people.Membership", "household_id"))},
            personal=True,
            neutral=("kind", "sample"),
        ),
        Guard(
            "people.Resident",
            {**STAFF, "resident": Access("S", OwnResident("id"))},
            personal=True,
            neutral=("sample",),
        ),
        Guard("people.Membership", {**STAFF, "resident": Access("S", OwnResident())}, personal=True),
    ),
    personal=(
        Personal(
            "people.Household.dwelling", _("dwelling"), _SERVICE, "statutory_duty", "P2Y", _AFTER, "address"
        ),
        Personal(
            "people.Household.formed_on", _("formed on"), _SERVICE, "statutory_duty", "P2Y", _AFTER, "date"
        ),
        Personal(
            "people.Household.dissolved_on",
            _("dissolved on"),
            _SERVICE,
            "statutory_duty",
            "P2Y",
            _AFTER,
            "date",
        ),
        Personal(
            "people.Resident.name",
            pgettext_lazy("person", "name"),
            _SERVICE,
            "statutory_duty",
            "P2Y",
            _AFTER,
            "name",
        ),
        Personal("people.Resident.sex", _("sex"), _SERVICE, "statutory_duty", "P2Y", _AFTER, "none"),
        Personal("people.Resident.born_on", _("born on"), _SERVICE, "statutory_duty", "P2Y", _AFTER, "date"),
        Personal("people.Resident.died_on", _("died on"), _SERVICE, "statutory_duty", "P2Y", _AFTER, "date"),
        Personal(
            "people.Resident.id_number",
            _("ID number"),
            _("tell persons apart"),
            "statutory_duty",
            "P2Y",
            _AFTER,
            "id_number",
            sensitive=True,
        ),
        Personal(
            "people.Resident.id_match",
            _("match key of the ID number"),
            _("tell persons apart"),
            "statutory_duty",
            "P2Y",
            _AFTER,
            "never",
        ),
        Personal(
            "people.Resident.phone", _("phone"), _("reach the person"), "consent", "P2Y", _AFTER, "phone"
        ),
        Personal(
            "people.Resident.phone_match",
            _("match key of the phone"),
            _("reach the person"),
            "consent",
            "P2Y",
            _AFTER,
            "never",
        ),
        Personal(
            "people.Membership.household", _("household"), _SERVICE, "statutory_duty", "P2Y", _AFTER, "none"
        ),
        Personal(
            "people.Membership.resident", _("resident"), _SERVICE, "statutory_duty", "P2Y", _AFTER, "none"
        ),
        Personal(
            "people.Membership.relation",
            _("relation to the head"),
            _SERVICE,
            "statutory_duty",
            "P2Y",
            _AFTER,
            "none",
        ),
        Personal("people.Membership.from_on", _("from"), _SERVICE, "statutory_duty", "P2Y", _AFTER, "date"),
        Personal("people.Membership.to_on", _("to"), _SERVICE, "statutory_duty", "P2Y", _AFTER, "date"),
    ),
    retention=(
        Retention("people.Resident", "P2Y", "died_on", "erase"),
        Retention("people.Household", "P2Y", "dissolved_on", "erase"),
        Retention("people.Membership", "P2Y", "to_on", "erase"),
    ),
    subjects=(
        Subject("people.Resident", "id", "resident"),
        Subject("people.Membership", "resident_id", "resident"),
        Subject("people.Household", "memberships__resident_id", "resident", erasable=False),
    ),
    seed="lianglin.people.seed.load:seed",
)
