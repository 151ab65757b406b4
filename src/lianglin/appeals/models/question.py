"""Extra questions that an item of the catalogue asks (追问), and what was answered; each version of the catalogue keeps its own."""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lianglin.access.scoped import ScopedManager
from lianglin.appeals.models.appeal import Item
from lianglin.appeals.rules import questions
from lianglin.cases.models import Case
from lianglin.kit.models import ScopeCodeField


class ItemQuestion(models.Model):
    """One question of one item. ``choices``: [[code, Chinese, English], …] for a choice."""

    item = models.ForeignKey(
        Item, models.PROTECT, db_index=False, verbose_name=_("item"), related_name="questions"
    )
    code = models.SlugField(_("code"), max_length=20)
    kind = models.CharField(_("kind"), max_length=8, choices=questions.KINDS)
    label = models.CharField(_("question"), max_length=80)
    label_en = models.CharField(_("question in English"), max_length=120)
    choices = models.JSONField(_("answers to choose from"), default=list)
    required = models.BooleanField(_("must be answered"), default=False)
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        verbose_name = _("question of an item")
        verbose_name_plural = _("questions of items")
        constraints = [models.UniqueConstraint(fields=["item", "code"], name="appeals_question_once")]

    @property
    def text(self) -> str:
        """The question in the reader's language."""
        return self.label_en if get_language() == "en" and self.label_en else self.label

    @property
    def asked(self) -> questions.Question:
        """As the rules take it."""
        chosen = tuple((code, en if get_language() == "en" and en else zh) for code, zh, en in self.choices)
        return questions.Question(self.code, self.kind, self.text, chosen, self.required)


class QuestionAnswer(models.Model):
    """What was answered to one question of an appeal."""

    case = models.ForeignKey(
        Case, models.PROTECT, db_index=False, verbose_name=_("case"), related_name="question_answers"
    )
    scope_code = ScopeCodeField()
    question = models.ForeignKey(
        ItemQuestion, models.PROTECT, db_index=False, verbose_name=_("question of an item"), related_name="+"
    )
    value = models.CharField(_("answer"), max_length=200)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("answer to a question")
        verbose_name_plural = _("answers to questions")
        constraints = [models.UniqueConstraint(fields=["case", "question"], name="appeals_answer_once")]


class ItemSuccessor(models.Model):
    """What became of an item when a version of the catalogue came: the items that take its place. None: it was retired."""

    catalogue = models.ForeignKey(
        "appeals.Catalogue",
        models.PROTECT,
        db_index=False,
        verbose_name=_("catalogue version"),
        related_name="successors",
    )
    old_code = models.CharField(_("code before"), max_length=6)
    new_code = models.CharField(_("code now"), max_length=6, blank=True)

    class Meta:
        verbose_name = _("successor of an item")
        verbose_name_plural = _("successors of items")
        constraints = [
            models.UniqueConstraint(
                fields=["catalogue", "old_code", "new_code"], name="appeals_successor_once"
            )
        ]
