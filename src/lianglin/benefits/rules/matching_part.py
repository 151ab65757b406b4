"""The manifest's part about matching: runs, matches, worklists, the household's panel, figures."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from lianglin.benefits.rules.matching import FEEDBACK, FIGURES, MATCH, PURPOSE, TELL
from lianglin.kit.domain import (
    Access,
    Duty,
    Follows,
    Guard,
    Indicator,
    InScope,
    Listener,
    NavItem,
    Nightly,
    Notice,
    OwnResident,
    Panel,
    Personal,
    Retention,
    RowServed,
    Subject,
)
from lianglin.kit.events import ConsentChanged, FactsRecorded

_WHY = _("find the household to which a benefit belongs, without its asking")
_AFTER = _("the day the match was last looked at")
NIGHTLY = (Nightly(_("match the whole city"), "lianglin.benefits.tasks.matching:MATCH", 40),)
DUTIES: tuple[Duty, ...] = (
    Duty(MATCH, _("see which benefits a household may qualify for")),
    Duty(TELL, _("tell people of benefits and note what they say")),
    Duty(FIGURES, _("read the take-up of benefits, without names")),
    Duty(FEEDBACK, _("read what offices say of a rule")),
)
ROLE_DUTIES: dict[str, tuple[str, ...]] = {
    "community_worker": (MATCH, TELL, FIGURES),
    "street_coordinator": (MATCH, TELL, FIGURES),
    "district_coordinator": (FIGURES, FEEDBACK),
    "city_coordinator": (FIGURES, FEEDBACK),
    "manager": (FIGURES, FEEDBACK),
}
NAVIGATION: tuple[NavItem, ...] = (
    NavItem("benefits", _("Benefits not claimed"), "benefits:matches", "check", MATCH, 34),
    NavItem("benefits", _("Take-up of benefits"), "benefits:take_up", "chart", FIGURES, 65),
    NavItem("benefits", _("Benefits of patients"), "benefits:health_matches", "heart", "access.health", 36),
)
_NEUTRAL = (
    "household_id", "measure", "answer", "failed", "unknown", "amount_fen", "away", "excluded_by", "on", "digest",
    "matched_at", "state", "state_at", "claim_case_id", "quiet",
)  # fmt: skip
_STAFF = {
    "staff": Access("SU", InScope(purpose=PURPOSE)),
    "resident": Access("S", OwnResident()),
    "job": Access("SIUD", InScope()),
}
GUARDS = (
    Guard("benefits.MatchRun", {"staff": Access("S"), "job": Access("SIU")}),
    Guard("benefits.Match", _STAFF, personal=True, neutral=_NEUTRAL),
    Guard(
        "benefits.HealthMatch",
        {
            "health": Access("SU", InScope(purpose="health")),
            "resident": Access("S", OwnResident()),
            "job": Access("SIUD", InScope()),
        },
        personal=True,
        neutral=_NEUTRAL,
        ground="health",
        duty="access.health",
    ),
    Guard(
        "benefits.MatchStep",
        {
            "staff": Access("SI", InScope(purpose=PURPOSE)),
            "resident": Access("S", OwnResident()),
            "job": Access("SID", InScope()),
        },
        personal=True,
        neutral=("match", "measure", "kind", "channel", "at", "post_id"),
    ),
    Guard(
        "benefits.MatchAhead",
        {**_STAFF, "staff": Access("S", InScope(purpose=PURPOSE))},
        personal=True,
        neutral=("household_id", "measure", "change", "on", "failed", "unknown", "counted_at", "quiet"),
    ),
    Guard(
        "benefits.HealthErrand",
        {"staff": Access("SU", InScope(purpose=PURPOSE)), "job": Access("SIUD", InScope())},
        personal=True,
        neutral=("household_id", "asked_for_at", "done_at", "post_id"),
    ),
    Guard(
        "benefits.PackageDelivery",
        {"staff": Access("SI", InScope(purpose=PURPOSE)), "job": Access("SID", InScope())},
        personal=True,
        neutral=("household_id", "given_on", "post_id", "sample"),
    ),
    Guard("benefits.RuleFeedback", {"staff": Access("SI", InScope()), "job": Access("SI", InScope())}),
    Guard("benefits.TakeUpCount", {"staff": Access("S", InScope()), "job": Access("SIUD", InScope())}),
)


def _held(column: str, label: Any, mask: Any = "none", *, sensitive: bool = False) -> Personal:
    return Personal(
        f"benefits.{column}", label, _WHY, "statutory_duty", "P2Y", _AFTER, mask, sensitive=sensitive
    )


PERSONAL = (
    _held("Match.resident_id", _("resident")),
    _held("HealthMatch.resident_id", _("resident"), "never", sensitive=True),
    _held("MatchStep.resident_id", _("resident")),
    _held("MatchStep.reason", _("reason")),
    _held("MatchStep.note", _("note"), "text"),
    _held("MatchAhead.resident_id", _("resident")),
)
RETENTION = (
    Retention("benefits.Match", "P2Y", "matched_at", "erase"),
    Retention("benefits.HealthMatch", "P2Y", "matched_at", "erase"),
    Retention("benefits.MatchStep", "P2Y", "at", "erase"),
    Retention("benefits.MatchAhead", "P2M", "counted_at", "erase"),
    Retention("benefits.PackageDelivery", "P5Y", "given_on", "erase"),
    Retention("benefits.HealthErrand", "P1Y", "done_at", "erase"),
)
_WORDS = "lianglin.benefits.queries.own_matches"
SUBJECTS = (
    Subject("benefits.Match", "resident_id", "resident", words=f"{_WORDS}:matches"),
    Subject("benefits.HealthMatch", "resident_id", "resident", words=f"{_WORDS}:matches"),
    Subject("benefits.MatchStep", "resident_id", "resident", words=f"{_WORDS}:steps"),
    Subject("benefits.MatchAhead", "resident_id", "resident", words=f"{_WORDS}:ahead"),
)
FOLLOWS = (
    Follows("benefits.Match", once=("household_id", "measure_id")),
    Follows("benefits.HealthMatch", once=("household_id", "measure_id")),
    Follows("benefits.MatchStep"),
    Follows("benefits.MatchAhead", once=("household_id", "measure_id")),
)
PANELS = (
    Panel("household", "benefits/matches/_panel.html", "lianglin.benefits.views.panels:household", 20),
    Panel("me", "benefits/matches/_me.html", "lianglin.benefits.views.panels:me", 60),
)
LISTENERS = (
    Listener(FactsRecorded, "lianglin.benefits.tasks.matching:facts_recorded"),
    Listener(ConsentChanged, "lianglin.benefits.tasks.matching:consent_changed"),
)
NOTICES = (
    Notice(
        "benefits.may_qualify",
        _("you may qualify for a benefit"),
        {
            "zh-hans": "您家可能符合一项惠民政策，社区可以帮您看看怎么办。不办也没有关系；不想再收到，请告诉社区，或在“我的”页面关闭。",
            "en": "Your household may qualify for a benefit; your community can help. You need not do anything. To get no more "
            "of these, tell your community or switch it off under “Mine”.",
            "elder": "您好。国家有一项好政策，您家可能用得上。想问一问，找社区，或打12345。不办也没关系。不想再收，告诉社区就行。",
        },
        kind="voluntary",
    ),
)
_HERE = "lianglin.benefits.queries.match_figures"


def _figure(code: str, label: Any, definition: Any, unit: Any, kind: Any, **more: Any) -> Indicator:
    given = {"cells": f"{_HERE}:cells", "rows": f"{_HERE}:rows", "duty": MATCH, "people": True, **more}
    return Indicator(f"benefits.{code}", label, definition, unit, kind, **given)


INDICATORS = (
    _figure(
        "packages_given",
        _("Households given the package"),
        _(
            "Households to which it was noted that the printed package of benefits was handed over, each once a day."
        ),
        "households",
        "flow",
        r_rows=("R066",),
        numerator_label=_("households"),
    ),
    _figure(
        "claims_from_match",
        _("Claims begun from a match"),
        _(
            "Claims that were begun in the month from a match that the rules found, not from somebody's asking."
        ),
        "cases",
        "flow",
        r_rows=("R066",),
        numerator_label=_("claims"),
    ),
    _figure(
        "take_up",
        _("Take-up of what matched"),
        _(
            "Of the matches that may qualify at the end of the month (or now, while it runs), or did and were claimed: those "
            "claimed. One person and one measure are one match. Health-related measures are left out."
        ),
        "percent",
        "stock",
        better="up",
        r_rows=("R066", "R021", "R022"),
        numerator_label=_("claimed"),
        denominator_label=_("may qualify"),
        rest_label=_("not claimed"),
    ),
)
ROWS = (
    RowServed("R066", "benefits:matches", "benefits.take_up"),
    RowServed(
        "R071",
        "benefits:health_matches",
        missing=_("what was dispensed: the health ground of the city keeps it"),
    ),
)
