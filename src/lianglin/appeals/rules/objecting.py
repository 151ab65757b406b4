"""Objections to orders: grounds, rulings, limits. Defaults are proposals; an area's dated rows take their place."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

GROUNDS = (
    ("duty", _("not within our duties")),
    ("area", _("not in our area")),
    ("owner", _("the thing belongs to another body")),
    ("other_unit", _("another unit has to act first")),
)
UPHELD, REJECTED, LAPSED = "upheld", "rejected", "lapsed"
RULINGS = (
    (UPHELD, _("upheld: it goes to another unit")),
    (REJECTED, _("rejected: it stays with the unit")),
    (LAPSED, _("no ruling: the matter ended otherwise")),
)
TERMS = (
    ("objection", _("until an objection")),
    ("objection_urgent", _("until an objection to an urgent order")),
    ("co_handling", _("until a co-handler's answer")),
)
DEFAULTS = {
    "objection": (1, "working_days"),
    "objection_urgent": (1, "hours"),
    "co_handling": (2, "working_days"),
}
"""Limit and its unit where no row says otherwise."""
LONGEST = {"working_days": 30, "working_hours": 99, "hours": 99}
"""How long a limit may be, by its unit."""
