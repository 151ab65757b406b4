"""What the facts package plugs into the house: the registry, the store, their guards and retention."""

from django.utils.translation import gettext_lazy as _

from lianglin.facts import figures
from lianglin.kit.domain import (
    Access,
    ConsentPurpose,
    Correctable,
    Domain,
    Duty,
    Follows,
    Guard,
    InScope,
    NavItem,
    Nightly,
    OwnResident,
    Panel,
    Personal,
    Retention,
    RowServed,
    Subject,
)

PURPOSE = "serve_household"
TOLD, TOLD_SENSITIVE = "household_told", "household_told_sensitive"
"""Purposes of consent: what people tell of themselves and their home so that services reach them."""
_READ = {role: Access("S") for role in ("auth", "staff", "handler", "helper", "resident", "public", "job")}
_REGISTRY = {**_READ, "staff": Access("SIUD")}
_WHY = _("serve the household without asking twice")
_AFTER = _("the day it was recorded, as the data element says")

DOMAIN = Domain(
    code="facts",
    label=_("Facts"),
    order=35,
    urls="lianglin.facts.urls",
    path="facts/",
    api="lianglin.facts.api:router",
    seed="lianglin.facts.seed:seed",
    database=("lianglin.facts.database:install",),
    duties=(
        Duty("facts.read", _("read and record facts of a household")),
        Duty("facts.decide", _("decide between contradicting facts")),
        Duty("facts.registry", _("read the registry of data elements")),
        Duty("facts.manage", _("keep the registry of data elements")),
    ),
    role_duties={
        "community_worker": ("facts.read", "facts.decide", "facts.registry"),
        "street_coordinator": ("facts.decide", "facts.registry"),
        "district_coordinator": ("facts.registry",),
        "manager": ("facts.registry", "facts.manage"),
        "protection_officer": ("facts.registry",),
        "unit_handler": ("facts.registry",),
    },
    panels=(Panel("person", "facts/_person.html", "lianglin.facts.panels:person"),),
    navigation=(
        NavItem("people", _("Households"), "facts:households", "home", "facts.read", 30),
        NavItem("people", _("Contradictions"), "facts:conflicts", "warn", "facts.decide", 32),
        NavItem("rules", _("Data elements"), "facts:registry", "form", "facts.registry", 70),
    ),
    consents=(
        ConsentPurpose(
            TOLD, _("keep what I tell, so that services reach my household"), under=("facts.Fact.consent_id",)
        ),
        ConsentPurpose(
            TOLD_SENSITIVE,
            _("keep sensitive data that I tell, so that services reach my household"),
            under=("facts.Fact.consent_id",),
            sensitive=True,
        ),
    ),
    indicators=figures.INDICATORS,
    guards=(
        Guard("facts.ValueDomain", _REGISTRY),
        Guard("facts.PermittedValue", _REGISTRY),
        Guard("facts.DataElement", _REGISTRY),
        Guard(
            "facts.Fact",
            {
                "staff": Access("SI", InScope(purpose=PURPOSE)),
                "resident": Access("S", OwnResident()),
                "rescue": Access("S", OwnResident()),
                "job": Access("SID", InScope()),
            },
            personal=True,
            neutral=(
                *("object_class", "element", "retracted", "valid_from", "recorded_at", "source", "purpose"),
                *("basis", "consent_id", "post_id", "expires_on", "sample"),
            ),
        ),
        Guard(
            "facts.Conflict",
            {"staff": Access("SIU", InScope(purpose=PURPOSE)), "job": Access("SIUD", InScope())},
            personal=True,
            neutral=(
                *("object_class", "element", "state", "found_at", "chosen_source", "decided_at", "post_id"),
            ),
        ),
    ),
    personal=(
        Personal(
            "facts.Fact.value", _("value"), _WHY, "statutory_duty", "P10Y", _AFTER, "text", sensitive=True
        ),
        Personal("facts.Fact.subject_id", _("subject"), _WHY, "statutory_duty", "P10Y", _AFTER, "none"),
        Personal("facts.Fact.resident_id", _("resident"), _WHY, "statutory_duty", "P10Y", _AFTER, "never"),
        Personal("facts.Conflict.subject_id", _("subject"), _WHY, "statutory_duty", "P2Y", _AFTER, "none"),
        Personal("facts.Conflict.reason", _("reason"), _WHY, "statutory_duty", "P2Y", _AFTER, "text"),
    ),
    retention=(
        Retention("facts.Fact", "P0D", "expires_on", "erase"),
        Retention("facts.Conflict", "P2Y", "decided_at", "erase"),
    ),
    subjects=(
        Subject(
            "facts.Fact",
            "resident_id",
            "resident",
            words="lianglin.facts.reading:in_words",
            labels=(
                ("object_class", _("about")),
                ("element", _("which fact")),
                ("value", _("what is known")),
                ("basis", _("why it may be kept")),
            ),
            beside="lianglin.facts.queries:of_own_home",
        ),
    ),
    corrections=(
        Correctable(
            "facts",
            "lianglin.facts.queries:correctable",
            "lianglin.facts.actions:check_correction",
            "lianglin.facts.actions:correct",
        ),
    ),
    follows=(
        Follows("facts.Fact", "subject_id", only=("object_class", "person")),
        Follows(
            "facts.Conflict",
            "subject_id",
            only=("object_class", "person"),
            once=("object_class", "element_id"),
        ),
    ),
    rows=(
        RowServed(
            "R101",
            "facts:registry",
            missing=_("forms that are made of data elements, and the share of fields filled beforehand"),
        ),
        RowServed("R064", "facts:households", missing=_("visits, and the share of households known")),
    ),
    nightly=(Nightly(_("erase facts that ran out"), "lianglin.facts.tasks:ERASE", 12),),
)
