"""The manifest's part about measures, their life and the catalogue."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianglin.benefits.rules.life import APPROVE, DRAFT, LEGAL, READ
from lianglin.kit.domain import Access, Command, Duty, Guard, NavItem, RoleKind, RowServed

DUTIES: tuple[Duty, ...] = (
    Duty(READ, _("read drafts and versions of benefit measures")),
    Duty(DRAFT, _("write benefit measures and enter parameters")),
    Duty(LEGAL, _("check benefit measures legally")),
    Duty(APPROVE, _("approve benefit measures as the second person")),
)
ROLES = (RoleKind("legal_reviewer", _("legal reviewer"), "staff", (), (), "city"),)
ROLE_DUTIES: dict[str, tuple[str, ...]] = {
    "city_coordinator": (READ, DRAFT, APPROVE),
    "district_coordinator": (READ,),
    "manager": (READ,),
    "legal_reviewer": (READ, LEGAL),
}
NAVIGATION: tuple[NavItem, ...] = (
    NavItem(
        "resident",
        _("Benefits"),
        "benefits:catalogue",
        "heart",
        order=35,
        note=_("what there is, for whom, where to apply"),
    ),
    NavItem(
        "rules",
        _("Benefit measures"),
        "benefits:measures",
        "form",
        READ,
        40,
        count="lianglin.benefits.queries.measures:waiting",
    ),
    NavItem(
        "rules",
        _("Benefit parameters"),
        "benefits:parameters",
        "gear",
        READ,
        41,
        count="lianglin.benefits.queries.parameters:waiting",
    ),
)
_READ = {role: Access("S") for role in ("staff", "handler", "helper", "resident", "public", "job")}
GUARDS = (
    Guard("benefits.Measure", {**_READ, "staff": Access("SI"), "job": Access("SIU")}),
    Guard("benefits.MeasureVersion", {**_READ, "staff": Access("SIU"), "job": Access("SIU")}),
    Guard("benefits.MeasureGram", {**_READ, "staff": Access("SID"), "job": Access("SID")}),
    Guard("benefits.Parameter", {**_READ, "staff": Access("SIU"), "job": Access("SIU")}),
    Guard("benefits.ParameterValue", {**_READ, "staff": Access("SIU"), "job": Access("SIU")}),
    Guard("benefits.Definitions", {**_READ, "staff": Access("SIU"), "job": Access("SIU")}),
    Guard("benefits.VersionCount", {"staff": Access("SIU"), "job": Access("SIUD")}),
    Guard("benefits.Edition", {**_READ, "staff": Access("SIU"), "job": Access("SIU")}),
)
COMMANDS = (
    Command(
        "benefits",
        "import",
        "check a folder of measures whole; what changed becomes drafts of next versions",
        "lianglin.benefits.tasks.folders:import_command",
    ),
    Command(
        "benefits",
        "export",
        "write the package in force as a folder of YAML",
        "lianglin.benefits.tasks.folders:export_command",
    ),
)
ROWS = (RowServed("R066", "benefits:catalogue"),)
DATABASE = ("lianglin.benefits.queries.frozen:install",)
