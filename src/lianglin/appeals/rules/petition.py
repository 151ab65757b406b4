"""The petition path (信访): registered, accepted or not, answered; a review and a re-check if the person asks; the end.

Regulations on Petition Work of 2022 as the dossier has them (3.9): notice within 15 days, answer within 60 from acceptance
and 30 more once with approval, review and re-check asked for within 30 days and given within 30. All are calendar days.
After the re-check the same facts are not accepted again. At most five representatives (art. 20); an opinion states
request, facts, view and legal basis (art. 32).
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianglin.kit.domain import Lifecycle, Limit, Move, State

KIND = "petition"
WORK, APPROVE = "appeals.petition", "appeals.review_petition"
MOST_REPRESENTATIVES = 5
OUTCOMES = (
    ("supported", _("supported")),
    ("partly_supported", _("supported in part")),
    ("not_supported", _("not supported")),
    ("explained", _("explained")),
)
OPINIONS = (
    ("upheld", _("the earlier opinion is upheld")),
    ("changed", _("the earlier opinion is changed")),
    ("again", _("to be handled again, as this opinion says")),
)
REFUSALS = (
    ("other_procedure", _("belongs before a court, in arbitration or in administrative review")),
    ("other_body", _("belongs to another body, which is named")),
    ("rechecked", _("the same facts and reasons after a re-check")),
    ("being_handled", _("being handled already, or within its limit")),
)
WAITING_FOR_PERSON = ("answered", "reviewed")
"""States in which the person may go on; without that they end by themselves."""

LIFECYCLE = Lifecycle(
    kind=KIND,
    label=_("petition"),
    prefix="X",
    first="registered",
    url="appeals:side",
    read="appeals.read",
    own_url="appeals:my_petition",
    limits_by="lianglin.appeals.queries.provisions:side_limit",
    outcomes=OUTCOMES,
    phases=(
        ("registered", pgettext_lazy("phase", "registered")),
        ("accepted", pgettext_lazy("phase", "being handled")),
        ("answered", pgettext_lazy("phase", "answered")),
        ("review", pgettext_lazy("phase", "review")),
        ("recheck", pgettext_lazy("phase", "re-check")),
        ("ended", pgettext_lazy("phase", "ended")),
    ),
    states=(
        State("registered", _("registered"), phase="registered", expects="accept"),
        State("accepted", _("being handled"), phase="accepted", expects="answer"),
        State("answered", _("answered"), phase="answered", expects="ask_review", settled=True),
        State("review_asked", _("under review"), phase="review", expects="give_review"),
        State("reviewed", _("reviewed"), phase="review", expects="ask_recheck", settled=True),
        State("recheck_asked", _("under re-check"), phase="recheck", expects="give_recheck"),
        State("ended", _("ended"), phase="ended", final=True, settled=True),
        State("not_accepted", _("not accepted"), phase="ended", final=True),
        State("withdrawn", _("withdrawn"), phase="ended", final=True),
    ),
    limits=(
        Limit("accept", _("until the notice whether it is accepted"), 15, "days"),
        Limit("answer", _("until the answer to the petition"), 60, "days"),
        Limit("ask_review", _("for asking for a review"), 30, "days"),
        Limit("review", _("until the opinion on review"), 30, "days"),
        Limit("ask_recheck", _("for asking for a re-check"), 30, "days"),
        Limit("recheck", _("until the opinion on re-check"), 30, "days"),
    ),
    moves=(
        Move(
            "accept", _("accept and give notice"), ("registered",), "accepted", WORK,
            fields=("unit",), stops=("accept",), starts="answer", past=_("accepted, notice given"),
        ),
        Move(
            "refuse", _("do not accept, with notice"), ("registered",), "not_accepted", WORK,
            fields=("ground",), note="required", stops=("accept",), past=_("not accepted, notice given"),
        ),
        Move(
            "answer", _("give the opinion in writing"), ("accepted",), "answered", WORK,
            fields=("outcome",), note="required", stops=("answer",), starts="ask_review", past=_("answered in writing"),
        ),
        Move(
            "ask_review", _("ask for a review"), ("answered",), "review_asked", "resident.own_case",
            note="required", stops=("ask_review",), starts="review", past=_("review asked for"),
        ),
        Move(
            "record_review", _("record that a review is asked for"), ("answered",), "review_asked", WORK,
            note="required", stops=("ask_review",), starts="review", past=_("review asked for"),
        ),
        Move(
            "give_review", _("give the opinion on review"), ("review_asked",), "reviewed", APPROVE,
            fields=("opinion",), note="required", stops=("review",), starts="ask_recheck", past=_("opinion on review given"),
        ),
        Move(
            "ask_recheck", _("ask for a re-check"), ("reviewed",), "recheck_asked", "resident.own_case",
            note="required", stops=("ask_recheck",), starts="recheck", past=_("re-check asked for"),
        ),
        Move(
            "record_recheck", _("record that a re-check is asked for"), ("reviewed",), "recheck_asked", WORK,
            note="required", stops=("ask_recheck",), starts="recheck", past=_("re-check asked for"),
        ),
        Move(
            "give_recheck", _("give the opinion on re-check"), ("recheck_asked",), "ended", APPROVE,
            fields=("opinion",), note="required", stops=("recheck",), past=_("opinion on re-check given: the end"),
        ),
        Move(
            "lapse", _("end: nothing more was asked for"), WAITING_FOR_PERSON, "ended", "system",
            stops=("ask_review", "ask_recheck"), past=_("ended: nothing more was asked for in time"),
        ),
        Move(
            "withdraw", _("withdraw"), ("registered", "accepted", "review_asked", "recheck_asked"), "withdrawn",
            "resident.own_case", stops=("accept", "answer", "review", "recheck"), past=_("withdrawn"),
        ),
    ),
)  # fmt: skip
