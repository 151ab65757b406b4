"""What two people decide: one proposes, a second one approves or refuses (decision 42)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lianglin.access.actor import Actor
from lianglin.kit import clock
from lianglin.kit.models import ScopeCodeField


@dataclass(frozen=True)
class Said:
    """How a table names the two people, the decision and its states; "" for what it has not."""

    proposer: str = "proposed_by"
    decider: str = "decided_by"
    decider_post: str = "decided_post"
    decided_at: str = "decided_at"
    note: str = "note"
    waiting: str = "waiting"
    approved: str = "approved"
    refused: str = "refused"
    withdrawn: str = "withdrawn"


class Seconded(models.Model):
    """A row that counts only after a second person; ``TWO`` says in which columns. It has none of its own.

    The table's constraint holds that they are two: ``tests/contracts/test_two_people.py`` asks PostgreSQL.
    """

    TWO: ClassVar[Said] = Said()

    class Meta:
        abstract = True

    @property
    def waits(self) -> bool:
        """Whether nobody has decided yet."""
        return getattr(self, "state", "") == self.TWO.waiting

    def is_of(self, account_id: int | None) -> bool:
        """Whether this account proposed it."""
        return getattr(self, f"{self.TWO.proposer}_id") == account_id

    @classmethod
    def decision(cls) -> list[str]:
        """The columns that a decision writes."""
        two = cls.TWO
        return [name for name in ("state", two.decider, two.decider_post, two.decided_at, two.note) if name]


def apart(name: str, proposer: str = "proposed_by", decider: str = "decided_by") -> models.CheckConstraint:
    """The constraint of a table that nobody decides what they proposed."""
    return models.CheckConstraint(condition=~Q(**{decider: F(proposer)}), name=name)


class Decided(Seconded):
    """Who decided a draft and how, kept with the post."""

    decided_by = models.ForeignKey(
        "access.Account",
        models.PROTECT,
        null=True,
        db_index=False,
        verbose_name=_("decided by"),
        related_name="+",
    )
    decided_post = models.ForeignKey(
        "access.Post",
        models.PROTECT,
        null=True,
        db_index=False,
        verbose_name=_("decided by the post"),
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    note = models.CharField(_("note of the second person"), max_length=200, blank=True)

    class Meta(Seconded.Meta):
        abstract = True


class Drafted(Decided):
    """A draft that is open to its author until it is proposed, and again when it is refused."""

    proposed_by = models.ForeignKey(
        "access.Account",
        models.PROTECT,
        null=True,
        db_index=False,
        verbose_name=_("proposed by"),
        related_name="+",
    )
    proposed_post = models.ForeignKey(
        "access.Post",
        models.PROTECT,
        null=True,
        db_index=False,
        verbose_name=_("proposed by the post"),
        related_name="+",
    )
    proposed_at = models.DateTimeField(_("proposed at"), null=True)

    class Meta(Decided.Meta):
        abstract = True

    def propose(self, by: Actor) -> None:
        """Puts it before the second person; what was said of it before is gone. The caller saves it."""
        setattr(self, "state", self.TWO.waiting)  # noqa: B010 - the column is the table's own
        self.proposed_by_id, self.proposed_post_id, self.proposed_at = by.account_id, by.post_id, clock.now()
        self.decided_by = self.decided_post = self.decided_at = None
        self.note = ""


class TwoPeople(Seconded):
    """Who proposed it and why, who decided it and how. Each table's own constraints hold that they are two."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for the second person")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    reason = models.CharField(_("reason"), max_length=200)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.WAITING)
    proposed_by = models.ForeignKey(
        "access.Account", models.PROTECT, verbose_name=_("proposed by"), related_name="+"
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    decided_by = models.ForeignKey(
        "access.Account", models.PROTECT, null=True, verbose_name=_("decided by"), related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    note = models.CharField(_("note of the second person"), max_length=200, blank=True)

    class Meta(Seconded.Meta):
        abstract = True


class OfAnArea(TwoPeople):
    """A proposal for an area. Posts are named to its readers, since no post reads another person's account."""

    scope_code = ScopeCodeField(verbose_name=_("area"), blank=True)
    proposed_post = models.ForeignKey(
        "access.Post",
        models.PROTECT,
        db_index=False,
        verbose_name=_("proposed by the post"),
        related_name="+",
    )
    decided_post = models.ForeignKey(
        "access.Post",
        models.PROTECT,
        null=True,
        db_index=False,
        verbose_name=_("decided by the post"),
        related_name="+",
    )

    class Meta(TwoPeople.Meta):
        abstract = True
