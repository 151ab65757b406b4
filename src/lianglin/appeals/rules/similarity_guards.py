"""Who may what on the tables of similar appeals, what in them is personal and for how long: a part of the manifest."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianglin.cases.domain import case_roles
from lianglin.kit.domain import Access, Everything, Guard, InScope, Personal, Retention, Subject

_OFFICE = {role: Access("S") for role in ("staff", "handler", "resident", "public")}

GUARDS = (
    Guard(
        "appeals.SimilarityRow",
        case_roles("case_id", staff="SIU", handler="S", resident="I", job="SIUD"),
        personal=True,
        neutral=(
            "case", "chosen", "class_code", "cell", "lon", "lat", "building_id", "opened_at", "read_by",
        ),
    ),
    Guard(
        "appeals.SimilarityModel",
        {**_OFFICE, "job": Access("SIU", Everything()), "administrator": Access("SU", Everything())},
    ),
    Guard("appeals.ItemAdvice", {"staff": Access("SIU", InScope()), "job": Access("SD", InScope())}),
    Guard("appeals.ClassCandidate", {"staff": Access("SU", InScope()), "job": Access("SIUD", InScope())}),
    Guard("appeals.CandidateCase", {"staff": Access("S", InScope()), "job": Access("SID", InScope())}),
)  # fmt: skip

_REPEATS, _CLOSED = _("find reports of the same matter"), _("the case is closed")

PERSONAL = tuple(
    Personal(f"appeals.SimilarityRow.{column}", label, _REPEATS, "statutory_duty", "P2Y", _CLOSED, "never")
    for column, label in (
        ("person", _("match key of the appellant")),
        ("grams", _("hashed grams, and the numbers of an address in the text")),
        ("meaning", _("meaning by the city's encoder")),
    )
)
RETENTION = (Retention("appeals.SimilarityRow", "P2Y", "case__closed_at", "erase"),)
"""As long as the match key of the telephone, whose key this one is akin to; the appeal's text stays longer."""
SUBJECTS = (Subject("appeals.SimilarityRow", "case_id", "case"),)
