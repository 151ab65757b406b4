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
from lianglin.appeals.models.calling import CallLink, CallPlan, Remedy
from lianglin.appeals.models.campaign import Campaign, CampaignSeason
from lianglin.appeals.models.catalogue_draft import CatalogueDraft
from lianglin.appeals.models.class_candidate import CandidateCase, ClassCandidate
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
from lianglin.appeals.models.objection import Objection
from lianglin.appeals.models.open_data import OpenCount, OpenFile
from lianglin.appeals.models.petition import Petition
from lianglin.appeals.models.problem import (
    ProblemCase,
    ProblemCause,
    ProblemClass,
    ProblemEffect,
    ProblemMeasure,
    ProblemStep,
    PublicProblem,
)
from lianglin.appeals.models.problem_event import PublicProblemEvent
from lianglin.appeals.models.project import Milestone, MilestoneDelay, Project, ProjectStep
from lianglin.appeals.models.provision import Provision
from lianglin.appeals.models.publication import (
    Publication,
    PublicationChange,
    PublicationObjection,
    PublicationRule,
    PublishedCase,
    RedactedText,
)
from lianglin.appeals.models.question import ItemQuestion, ItemSuccessor, QuestionAnswer
from lianglin.appeals.models.rule_set import DispatchAdvice, DispatchRule, RuleSet
from lianglin.appeals.models.similarity import ItemAdvice, SimilarityModel, SimilarityRow
from lianglin.appeals.models.standard_text import StandardText
from lianglin.appeals.models.subscription import Subscription, WebhookDelivery
from lianglin.appeals.models.supervision import SupervisionOrder, SupervisionStep
from lianglin.appeals.models.term import DispatchTerm, TermChange
from lianglin.appeals.models.whistle import WhistleCall, WhistleUnit

__all__ = (
    "Appeal",
    "Appellant",
    "Bilingual",
    "CallBack",
    "CallLink",
    "CallPlan",
    "Campaign",
    "CampaignSeason",
    "CandidateCase",
    "Catalogue",
    "CatalogueDraft",
    "Category",
    "ClassCandidate",
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
    "ItemAdvice",
    "ItemQuestion",
    "ItemSuccessor",
    "KnowledgeDraft",
    "KnowledgeEntry",
    "KnowledgeUse",
    "KnowledgeVersion",
    "MailDraft",
    "Milestone",
    "MilestoneDelay",
    "Objection",
    "OpenCount",
    "OpenFile",
    "Petition",
    "ProblemCase",
    "ProblemCause",
    "ProblemClass",
    "ProblemEffect",
    "ProblemMeasure",
    "ProblemStep",
    "Project",
    "ProjectStep",
    "Provision",
    "PublicProblem",
    "PublicProblemEvent",
    "Publication",
    "PublicationChange",
    "PublicationObjection",
    "PublicationRule",
    "PublishedCase",
    "QuestionAnswer",
    "RedactedText",
    "Remedy",
    "Representative",
    "RuleSet",
    "SimilarityModel",
    "SimilarityRow",
    "StandardText",
    "Subscription",
    "SupervisionOrder",
    "SupervisionStep",
    "TermChange",
    "WebhookDelivery",
    "WhistleCall",
    "WhistleUnit",
)
