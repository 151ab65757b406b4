"""What revisions, goals, imported figures and definitions add to the manifest of their package."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianglin.indicators.values import catalogue
from lianglin.kit.domain import Access, Duty, Everything, Guard, InScope, NavItem, Retention, RowServed

READ = "indicators.read"
TARGETS, APPROVE_TARGETS = "indicators.targets", "indicators.approve_targets"
IMPORT, APPROVE_IMPORT = "indicators.import", "indicators.approve_import"
_EVERYBODY = ("auth", "staff", "handler", "helper", "resident", "public", "job")

DUTIES = (
    Duty(TARGETS, _("propose goals for figures of one's area")),
    Duty(APPROVE_TARGETS, _("approve goals as the second person")),
    Duty(IMPORT, _("bring figures that another office counts")),
    Duty(APPROVE_IMPORT, _("approve imported figures as the second person")),
)
_BOTH = (TARGETS, APPROVE_TARGETS)
ROLE_DUTIES = {
    "street_coordinator": (TARGETS,),
    "district_coordinator": _BOTH,
    "city_coordinator": (*_BOTH, IMPORT, APPROVE_IMPORT),
    "manager": (*_BOTH, IMPORT, APPROVE_IMPORT),
}
NAVIGATION = (
    NavItem("figures", _("Goals"), "indicators:targets", "check", READ, 63),
    NavItem("figures", _("Figures of other offices"), "indicators:imported", "inbox", READ, 65),
    NavItem("figures", _("Stated by the city"), "indicators:stated", "info", READ, 66),
)
_KEPT = Access("SIU", Everything(), writes=InScope())
GUARDS = (
    Guard("indicators.FigureRevision", {"staff": Access("S", InScope()), "job": Access("SIUD", InScope())}),
    Guard("indicators.PublishedRevision", {"staff": Access("S"), "job": Access("SID")}),
    Guard("indicators.DefinitionVersion", {role: Access("S") for role in _EVERYBODY}),
    Guard(
        "indicators.IndicatorTarget",
        {
            **{role: Access("S") for role in _EVERYBODY},
            "staff": Access("SI", Everything(), writes=InScope()),
        },
    ),
    Guard("indicators.TargetChange", {"staff": _KEPT, "job": Access("S")}),
    Guard("indicators.FigureImport", {"staff": _KEPT, "job": Access("S")}),
    Guard("indicators.ImportedValue", {"staff": _KEPT, "job": Access("S")}),
)
RETENTION = (
    Retention("indicators.FigureRevision", "P10Y", "valid_until", "erase"),
    Retention(
        "indicators.PublishedRevision",
        "P10Y",
        "replaced_at",
        "keep",
        _("what was published can be looked up; no person's data"),
    ),
    Retention(
        "indicators.FigureImport",
        "P10Y",
        "proposed_at",
        "keep",
        _("the ground of imported figures; they hold no person's data"),
    ),
)
INDICATORS = catalogue.figures()
_GIVEN = {row: i.code for i in INDICATORS for row in i.r_rows}
_STATED = (
    "R008", "R012", "R016", "R017", "R023", "R024", "R025", "R027", "R031", "R072", "R075", "R076", "R077", "R078", "R079",
    "R081", "R092", "R095", "R096", "R106", "R108", "R125", "R126", "R127", "R128", "R129",
)  # fmt: skip
"""Rows of which only the city's own statement stands here. Whoever builds one takes it out of this list."""
ROWS = (
    *(
        RowServed(row, "indicators:imported", _GIVEN[row])
        for row in ("R006", "R019", "R020", "R038", "R039", "R040", "R124")
    ),
    *(
        RowServed(
            row,
            "indicators:stated",
            missing=_("only the figure that the city states is shown; nothing here counts it yet"),
        )
        for row in _STATED
    ),
)
