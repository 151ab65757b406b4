"""What tables of figures and texts share that count after a second person: their states, and who approved."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianglin.access.governance.two_people import Said, Seconded

WORDS = Said(
    proposer="entered_by", decider="approved_by", decider_post="", decided_at="approved_at", approved="in_force",
    withdrawn="refused",
)  # fmt: skip


class Approved(Seconded):
    """Waits, is in force, is replaced by the next, or was refused."""

    TWO = WORDS

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for the second person")
        IN_FORCE = "in_force", _("in force")
        REPLACED = "replaced", _("replaced")
        REFUSED = "refused", _("refused")

    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    approved_by = models.ForeignKey(
        "access.Account", models.PROTECT, null=True, verbose_name=pgettext_lazy("person", "approved by"), related_name="+",
    )  # fmt: skip
    approved_at = models.DateTimeField(_("approved at"), null=True)
    note = models.CharField(_("note"), max_length=400, blank=True)

    class Meta(Seconded.Meta):
        abstract = True


class Entered(Approved):
    """The same of what was entered."""

    entered_by = models.ForeignKey(
        "access.Account", models.PROTECT, null=True, verbose_name=_("entered by"), related_name="+"
    )
    entered_at = models.DateTimeField(_("entered at"))

    class Meta(Approved.Meta):
        abstract = True
