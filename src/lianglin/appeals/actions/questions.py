"""What was answered to the extra questions of an item, kept with the appeal."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from lianglin.appeals.models import Item, QuestionAnswer
from lianglin.appeals.queries.questions import questions_of
from lianglin.appeals.rules import questions as rules
from lianglin.cases.models import Case
from lianglin.kit.errors import Refused


def keep_answers(case: Case, item: Item | None, answers: Mapping[str, str]) -> None:
    """Writes the answers of a new appeal; refused for one that is no answer, or to a question that the item does not ask."""
    asked = {one.code: one for one in questions_of(item)}
    rows = []
    for code, text in answers.items():
        question = asked.get(code)
        if question is None:
            raise Refused(_("The item asks no question “%(code)s”.") % {"code": code}, field="answers")
        try:
            value = rules.clean(question.asked, text)
        except ValueError as error:
            raise Refused(
                _("This is no answer to “%(question)s”.") % {"question": question.text}, field="answers"
            ) from error
        if value:
            rows.append(QuestionAnswer(case=case, scope_code=case.scope_code, question=question, value=value))
    if rows:
        QuestionAnswer.objects.bulk_create(rows)
