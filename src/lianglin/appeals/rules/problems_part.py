"""The manifest's part about problem classes, projects and campaigns: duties and navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import Duty, NavItem

DUTIES = (
    Duty("appeals.problems", _("put problem classes together and follow them")),
    Duty(
        "appeals.decide_problems",
        _("confirm, accept and close as the second person: problem classes, projects"),
    ),
)
BOTH = tuple(duty.code for duty in DUTIES)
NAVIGATION = (
    NavItem("lasting", _("Problem classes"), "appeals:problems", "chart", "appeals.read", 27),
    NavItem("lasting", _("Projects"), "appeals:projects", "building", "appeals.read", 28),
    NavItem("lasting", _("Campaigns"), "appeals:campaigns", "calendar", "appeals.read", 29),
    NavItem(
        "resident",
        _("Being solved for good"),
        "appeals:public_problems",
        "again",
        order=58,
        note=_("what many report, and what is done about it"),
    ),
)
