"""The life of a remedy (整改): what was badly graded is made good by who answered it, and called back once more."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianglin.kit.domain import Lifecycle, Limit, Move, State

KIND = "remedy"

LIFECYCLE = Lifecycle(
    kind=KIND,
    label=_("remedy"),
    prefix="R",
    first="ordered",
    url="appeals:side",
    read="appeals.read",
    limits_by="lianglin.appeals.queries.provisions:side_limit",
    outcomes=(),
    phases=(
        ("ordered", pgettext_lazy("phase", "to be made good")),
        ("made_good", pgettext_lazy("phase", "made good")),
        ("closed", pgettext_lazy("phase", "archived")),
    ),
    states=(
        State("ordered", _("to be made good"), phase="ordered", expects="make_good"),
        State("made_good", _("made good"), phase="made_good", expects="call_again", settled=True),
        State("closed", _("closed"), phase="closed", final=True, settled=True),
        State("dropped", _("ended without a remedy"), phase="closed", final=True),
    ),
    limits=(
        Limit("remedy", _("until it is made good"), 3, "working_days"),
        Limit("again", _("until the second call-back"), 3, "working_days"),
    ),
    moves=(
        Move(
            "make_good", _("say what was made good"), ("ordered",), "made_good", "appeals.handle",
            note="required", stops=("remedy",), starts="again", past=_("made good"),
        ),
        Move(
            "call_again", _("record the second call-back"), ("made_good",), "closed", "appeals.call_back",
            stops=("again",), past=_("called back once more"),
        ),
        Move(
            "insist", _("still not good: once more"), ("made_good",), "ordered", "appeals.call_back",
            note="required", stops=("again",), starts="remedy", past=_("still not good, says the appellant"),
        ),
        Move(
            "drop", _("end it without a remedy"), ("ordered",), "dropped", "appeals.dispatch",
            note="required", stops=("remedy",), past=_("ended without a remedy"),
        ),
    ),
)  # fmt: skip
