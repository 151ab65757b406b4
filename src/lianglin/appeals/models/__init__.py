"""Tables of the appeals: the catalogue and the appeal itself; the rules of dispatch and what was made of them."""

from lianglin.appeals.models.appeal import (
    Appeal,
    Appellant,
    Bilingual,
    CallBack,
    Catalogue,
    Category,
    Exclusion,
    Field,
    Item,
    Representative,
)
from lianglin.appeals.models.catalogue_draft import CatalogueDraft
from lianglin.appeals.models.co_order import CoOrder
from lianglin.appeals.models.hotline import (
    HotlineImport,
    HotlineOrder,
    HotlinePart,
    HotlineReturn,
    HotlineSource,
)
from lianglin.appeals.models.knowledge import KnowledgeDraft, KnowledgeEntry, KnowledgeUse, KnowledgeVersion
from lianglin.appeals.models.mail import MailDraft
from lianglin.appeals.models.objection import DispatchTerm, Objection
from lianglin.appeals.models.question import ItemQuestion, ItemSuccessor, QuestionAnswer
from lianglin.appeals.models.rule_set import DispatchAdvice, DispatchRule, RuleSet
from lianglin.appeals.models.whistle import WhistleCall, WhistleUnit

__all__ = (
    "Appeal",
    "Appellant",
    "Bilingual",
    "CallBack",
    "Catalogue",
    "CatalogueDraft",
    "Category",
    "CoOrder",
    "DispatchAdvice",
    "DispatchRule",
    "DispatchTerm",
    "Exclusion",
    "Field",
    "HotlineImport",
    "HotlineOrder",
    "HotlinePart",
    "HotlineReturn",
    "HotlineSource",
    "Item",
    "ItemQuestion",
    "ItemSuccessor",
    "KnowledgeDraft",
    "KnowledgeEntry",
    "KnowledgeUse",
    "KnowledgeVersion",
    "MailDraft",
    "Objection",
    "QuestionAnswer",
    "Representative",
    "RuleSet",
    "WhistleCall",
    "WhistleUnit",
)
