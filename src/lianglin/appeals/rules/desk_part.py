"""The manifest's links to reports, their dispatch and what supports it, and the two doors of residents."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import NavItem

NAVIGATION = (
    NavItem("cases", _("Appeals"), "appeals:desk", "megaphone", "appeals.read", 20),
    NavItem("cases", _("Dispatch board"), "appeals:dispatch_board", "send", "appeals.dispatch", 15),
    NavItem("rules", _("Rules of dispatch"), "appeals:rule_sets", "swap", "appeals.rules", 36),
    NavItem("cases", _("Objections and rulings"), "appeals:rulings", "seal", "appeals.dispatch", 28),
    NavItem("cases", _("Called in to help"), "appeals:co_orders", "people", "appeals.handle", 25),
    NavItem("cases", _("Calls to departments"), "appeals:whistles", "megaphone", "appeals.read", 26),
    NavItem("rules", _("Standard texts"), "appeals:texts", "letter", "appeals.texts", 38),
    NavItem("cases", _("Record"), "appeals:record", "plus", "appeals.intake", 22),
    NavItem("rules", _("Similar appeals: the model"), "appeals:similarity", "swap", "appeals.similarity", 45),
    NavItem(
        "supervision", _("Left out of rates"), "appeals:exclusions", "half", "appeals.rule_exclusions", 40
    ),
    NavItem(
        "resident",
        _("Report a problem"),
        "appeals:report",
        "megaphone",
        order=20,
        note=_("six short questions, no account"),
    ),
    NavItem(
        "resident",
        _("See progress"),
        "appeals:track",
        "search",
        order=30,
        note=_("with number and query code"),
    ),
)
