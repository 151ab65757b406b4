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
)
from lianglin.appeals.models.co_order import CoOrder
from lianglin.appeals.models.objection import DispatchTerm, Objection
from lianglin.appeals.models.open_data import OpenCount, OpenFile
from lianglin.appeals.models.publication import (
    Publication,
    PublicationChange,
    PublicationObjection,
    PublicationRule,
    PublishedCase,
    RedactedText,
)
from lianglin.appeals.models.rule_set import DispatchAdvice, DispatchRule, RuleSet
from lianglin.appeals.models.subscription import Subscription, WebhookDelivery
from lianglin.appeals.models.whistle import WhistleCall, WhistleUnit

__all__ = (
    "Appeal",
    "Appellant",
    "Bilingual",
    "CallBack",
    "Catalogue",
    "Category",
    "CoOrder",
    "DispatchAdvice",
    "DispatchRule",
    "DispatchTerm",
    "Exclusion",
    "Field",
    "Item",
    "Objection",
    "OpenCount",
    "OpenFile",
    "Publication",
    "PublicationChange",
    "PublicationObjection",
    "PublicationRule",
    "PublishedCase",
    "RedactedText",
    "RuleSet",
    "Subscription",
    "WebhookDelivery",
    "WhistleCall",
    "WhistleUnit",
)
