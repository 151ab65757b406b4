"""吹哨报到: what both sides say of a call afterwards. Facts about units; no marks, no ranking."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

CAME = (("yes", _("came in time")), ("late", _("came later")), ("no", _("did not come")))
HELPED = (("yes", _("helped")), ("partly", _("helped in part")), ("no", _("did not help")))
WARRANTED = (("yes", _("warranted")), ("partly", _("for another unit, too")), ("no", _("not for this unit")))
LONGEST_DAYS = 30
"""How far ahead a time to arrive may lie."""
MOST_UNITS = 12
