"""The knowledge base (知识库): answers that somebody wrote and somebody else reviewed, in versions that are never changed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.governance.two_people import Decided, Said, apart
from lianglin.access.models import Account, Post
from lianglin.cases.models import Case
from lianglin.kit.models import ScopeCodeField


class Answering(models.Model):
    """What an entry says."""

    question = models.CharField(_("question"), max_length=120)
    answer = models.TextField(_("answer"))
    basis = models.CharField(_("basis"), max_length=200)
    items = models.JSONField(_("items (codes)"), default=list)
    valid_until = models.DateField(_("valid until"))

    class Meta:
        abstract = True


class KnowledgeEntry(models.Model):
    """One question; its newest published version counts, until it is taken out or its day is over."""

    scope_code = ScopeCodeField(verbose_name=_("area"), blank=True)
    version = models.PositiveIntegerField(_("version"), default=0)
    """0 until the first is published."""
    question = models.CharField(_("question"), max_length=120)
    """Of the newest version, or of the first draft: for lists."""
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    retired_at = models.DateTimeField(_("taken out at"), null=True, blank=True)
    created_at = models.DateTimeField(_("begun at"))
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("knowledge entry")
        verbose_name_plural = _("knowledge entries")
        indexes = [
            models.Index(
                fields=["valid_until", "id"],
                name="appeals_knowledge_expiry",
                condition=models.Q(retired_at__isnull=True, valid_until__isnull=False),
            )
        ]


class KnowledgeVersion(Answering):
    """One published version; everybody may read it, nobody can change it (the database grants no right to)."""

    entry = models.ForeignKey(
        KnowledgeEntry,
        models.PROTECT,
        db_index=False,
        verbose_name=_("knowledge entry"),
        related_name="versions",
    )
    scope_code = ScopeCodeField(verbose_name=_("area"), blank=True)
    version = models.PositiveIntegerField(_("version"))
    published_at = models.DateTimeField(_("published at"))
    written_post = models.ForeignKey(
        Post,
        models.PROTECT,
        null=True,
        db_index=False,
        verbose_name=_("written by the post"),
        related_name="+",
    )
    reviewed_post = models.ForeignKey(
        Post,
        models.PROTECT,
        null=True,
        db_index=False,
        verbose_name=_("reviewed by the post"),
        related_name="+",
    )

    class Meta:
        verbose_name = _("version of a knowledge entry")
        verbose_name_plural = _("versions of knowledge entries")
        constraints = [
            models.UniqueConstraint(fields=["entry", "version"], name="appeals_knowledge_version_once")
        ]


class KnowledgeDraft(Answering, Decided):
    """The next version of an entry: written, put before a second person, published or refused."""

    TWO = Said(proposer="written_by", approved="published")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        WAITING = "waiting", _("waits for the second person")
        REFUSED = "refused", _("refused")
        PUBLISHED = "published", _("published")

    entry = models.ForeignKey(
        KnowledgeEntry,
        models.PROTECT,
        db_index=False,
        verbose_name=_("knowledge entry"),
        related_name="drafts",
    )
    scope_code = ScopeCodeField(verbose_name=_("area"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    written_at = models.DateTimeField(_("written at"))
    written_by = models.ForeignKey(
        Account, models.PROTECT, db_index=False, verbose_name=_("written by"), related_name="+"
    )
    written_post = models.ForeignKey(
        Post, models.PROTECT, db_index=False, verbose_name=_("written by the post"), related_name="+"
    )

    class Meta:
        verbose_name = _("draft of a knowledge entry")
        verbose_name_plural = _("drafts of knowledge entries")
        constraints = [
            models.UniqueConstraint(
                fields=["entry"], name="appeals_knowledge_one_draft", condition=~models.Q(state="published")
            ),
            apart("appeals_knowledge_two_people", "written_by"),
        ]


class KnowledgeUse(models.Model):
    """Which version an answer on the spot rests on, and whether its words were changed."""

    case = models.ForeignKey(Case, models.PROTECT, verbose_name=_("case"), related_name="+")
    scope_code = ScopeCodeField()
    version = models.ForeignKey(
        KnowledgeVersion, models.PROTECT, verbose_name=_("version of a knowledge entry"), related_name="uses"
    )
    reworded = models.BooleanField(_("words were changed"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("answer from the knowledge base")
        verbose_name_plural = _("answers from the knowledge base")
