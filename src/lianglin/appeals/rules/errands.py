"""What waits for a unit beside the appeals that it leads, as the manifest declares it."""

from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import Errand

_HERE = "lianglin.appeals.queries.errands"
ERRANDS = (
    Errand(
        "appeals.co_order", _("answer as the unit called in"), "appeals.handle", ("handler",),
        f"{_HERE}:co_orders",
    ),
    Errand(
        "appeals.whistle", _("go where a street calls"), "appeals.handle", ("handler",),
        f"{_HERE}:calls",
    ),
)  # fmt: skip
