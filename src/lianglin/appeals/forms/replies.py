"""Beginnings of answers and refusals, and the check that none of their blanks was left in."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

RESPONSES = {
    "solved": _("We looked at it on site and put it right: [what was done, when]. It has worked since."),
    "partly": _(
        "Done so far: [what]. Still open: [what], by [date], because [reason]. [Unit] stays in charge."
    ),
    "explained": _(
        "We checked it: [finding]. The rule is [rule]; that means for you: [what]. Questions: [phone]."
    ),
    "not_ours": _(
        "This is not within public duty, because [reason]. You can turn to [body, phone]; we help you with [what]."
    ),
    "cannot_now": _(
        "It cannot be solved now, because [reason]. Until then we do [what]. We look at it again on [date] and tell you."
    ),
}
"""Beginnings of an answer, by outcome; what stands in brackets is filled in by the person who answers."""

ADVICE = {
    "emergency": _(
        "This is an emergency: please call [110, 119, 120 or 122] at once. We have told [whom] ourselves."
    ),
    "other_procedure": _(
        "The matter is before [court, arbitration, review, petition]. Please turn to [body, phone]."
    ),
    "no_new_facts": _(
        "The same matter was answered under number [number] on [date]. New facts? Tell us and we take it up."
    ),
    "secret": _(
        "The matter touches protected secrets and cannot be handled here. Please turn to [body, phone]."
    ),
    "beyond_duty": _("This is beyond public duty. Please turn to [body, phone]; free legal advice: 12348."),
    "unlawful": _("What is asked for is against the law ([article]). What you can do instead: [what]."),
}
"""Where a person can turn instead, by ground of refusal."""


def finished(text: str, offered: Iterable[str] = ()) -> str:
    """The text, unless a bracket of one of the beginnings, or of the standard texts offered, was left in it."""
    begun = (*RESPONSES.values(), *ADVICE.values(), *offered)
    blanks = {blank for beginning in begun for blank in BLANK.findall(str(beginning))}
    left = next((blank for blank in BLANK.findall(text) if blank in blanks), None)
    if left:
        raise ValidationError(_("“%(left)s” is still to be filled in.") % {"left": left})
    return text


BLANK = re.compile(r"\[[^\[\]]+\]|【[^【】]+】")
