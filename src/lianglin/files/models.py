"""Attachments: pictures and papers that belong to a case, and those that wait for a form to be sent."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianglin.access.models import Post
from lianglin.access.scoped import ScopedManager
from lianglin.files import rules
from lianglin.kit.models import ScopeCodeField


class StoredFile(models.Model):
    """What is known of one file in the store (see store.py), by its random name."""

    name = models.CharField(_("stored name"), max_length=32, unique=True)
    original_name = models.CharField(_("name given by the sender"), max_length=80)
    content_type = models.CharField(_("content type"), max_length=40)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    width = models.PositiveIntegerField(_("width in pixels"), null=True)
    height = models.PositiveIntegerField(_("height in pixels"), null=True)

    class Meta:
        abstract = True

    @property
    def is_picture(self) -> bool:
        """Whether it can be shown in a page (a paper is downloaded)."""
        return self.content_type == rules.JPEG


class Attachment(StoredFile):
    """A file that belongs to a case. ``case_id`` is a plain number: cases lie above this package."""

    scope_code = ScopeCodeField()
    case_id = models.BigIntegerField(_("case"))
    public = models.BooleanField(_("shown to the resident"), default=True)
    uploaded_at = models.DateTimeField(_("uploaded at"))
    post = models.ForeignKey(
        Post, models.PROTECT, null=True, verbose_name=_("uploaded by post"), related_name="+"
    )

    objects = ScopedManager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        indexes = [models.Index(fields=["case_id", "id"], name="files_attachment_case")]


class ParkedFile(StoredFile):
    """A file whose form is not sent yet. Nobody can read this table: its functions ask for the key (database.py)."""

    key = models.CharField(_("keyed digest of the draft's key"), max_length=64)
    parked_at = models.DateTimeField(_("parked at"))

    objects = ScopedManager()

    class Meta:
        verbose_name = _("parked file")
        verbose_name_plural = _("parked files")
        indexes = [
            models.Index(fields=["key", "id"], name="files_parked_key"),
            models.Index(fields=["parked_at"], name="files_parked_at"),
        ]
