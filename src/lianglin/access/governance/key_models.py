"""What the security officer knows of the keys: since when each is in the ring, what rests under it, what was ordered."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class KeySeen(models.Model):
    """A key of a ring, and when the platform first ran with it. Never the key itself."""

    ground = models.CharField(_("ring of the key"), max_length=12, blank=True)
    number = models.PositiveSmallIntegerField(_("key number"))
    seen_at = models.DateTimeField(_("in the ring since"))

    class Meta:
        verbose_name = _("key in the ring")
        verbose_name_plural = _("keys in the ring")
        constraints = [models.UniqueConstraint(fields=["ground", "number"], name="access_key_once")]


class KeyUse(models.Model):
    """How many values of one encrypted column rest under one key, as counted last."""

    column = models.CharField(_("column"), max_length=120)
    number = models.PositiveSmallIntegerField(_("key number"))
    rows = models.BigIntegerField(_("values"))
    counted_at = models.DateTimeField(_("counted at"))

    class Meta:
        verbose_name = _("use of a key")
        verbose_name_plural = _("uses of keys")
        constraints = [models.UniqueConstraint(fields=["column", "number"], name="access_key_use_once")]


class KeyOrder(models.Model):
    """A count or a rotation that the security officer ordered, with the reason."""

    class Kind(models.TextChoices):
        COUNT = "count", _("count what rests under which key")
        ROTATE = "rotate", _("bring everything to the newest key")

    kind = models.CharField(_("what was ordered"), max_length=6, choices=Kind)
    reason = models.CharField(_("reason"), max_length=200)
    ordered_at = models.DateTimeField(_("ordered at"))
    post_id = models.BigIntegerField(_("post that ordered"))
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    class Meta:
        verbose_name = _("order about keys")
        verbose_name_plural = _("orders about keys")
