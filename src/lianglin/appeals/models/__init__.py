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
from lianglin.appeals.models.calling import CallLink, CallPlan, Remedy
from lianglin.appeals.models.co_order import CoOrder
from lianglin.appeals.models.objection import DispatchTerm, Objection
from lianglin.appeals.models.petition import Petition
from lianglin.appeals.models.provision import Provision
from lianglin.appeals.models.rule_set import DispatchAdvice, DispatchRule, RuleSet
from lianglin.appeals.models.supervision import SupervisionOrder, SupervisionStep
from lianglin.appeals.models.whistle import WhistleCall, WhistleUnit

__all__ = (
    "Appeal",
    "Appellant",
    "Bilingual",
    "CallBack",
    "CallLink",
    "CallPlan",
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
    "Petition",
    "Provision",
    "Remedy",
    "RuleSet",
    "SupervisionOrder",
    "SupervisionStep",
    "WhistleCall",
    "WhistleUnit",
)
