"""The privacy domain: what it plugs into the house."""

from django.utils.translation import gettext_lazy as _

from lianglin.cases.domain import case_roles
from lianglin.kit.domain import (
    Access,
    Answer,
    Domain,
    Duty,
    Follows,
    Guard,
    Indicator,
    InScope,
    Listener,
    NavItem,
    Nightly,
    Notice,
    OwnResident,
    Panel,
    Personal,
    Retention,
    Sign,
    Subject,
)
from lianglin.kit.events import CaseMoved, ConsentChanged, ExportErasures, ReplayErasures
from lianglin.privacy.queries import figures
from lianglin.privacy.rules import ASKED, IN_TIME, LIFECYCLE

_ANSWER = _("answer the request")
_CLOSED = _("the request is closed")
_LIFTED = _("the restriction is lifted")
_TOLD = _("the breach is closed")
_OWN = "the person's own requests go on"
_REQUESTS = "lianglin.privacy.queries.requests"
_RETENTION = "lianglin.privacy.queries.retention"
_READERS = {role: Access("S") for role in ("staff", "handler", "helper", "resident", "public", "job")}
_STAFF = {"staff": Access("SIU"), "job": Access("S")}

INDICATORS = (
    Indicator(
        ASKED,
        _("Rights requests"),
        _("Requests to see, copy, correct, delete or restrict personal data, opened in the month."),
        "cases",
        "flow",
        cells=f"{_REQUESTS}:cells",
        rows=f"{_REQUESTS}:rows_behind",
        duty="privacy.read",
        numerator_label=_("requests"),
        published=False,
    ),
    Indicator(
        IN_TIME,
        _("Requests answered in time"),
        _(
            "Of the requests answered in the month, those answered within the promised working days, extensions included."
        ),
        "percent",
        "flow",
        cells=f"{_REQUESTS}:cells",
        rows=f"{_REQUESTS}:rows_behind",
        duty="privacy.read",
        numerator_label=_("answered in time"),
        denominator_label=_("answered"),
        rest_label=_("answered late"),
        target=100.0,
        better="up",
        published=False,
    ),
)

DOMAIN = Domain(
    code="privacy",
    label=_("Data protection"),
    order=900,
    urls="lianglin.privacy.urls",
    path="privacy/",
    duties=(
        Duty("privacy.read", _("read the registers of data protection")),
        Duty("privacy.check", _("check who asks, and look up what is held")),
        Duty("privacy.decide", _("decide on rights requests")),
        Duty("privacy.register", _("keep the registers of processors and sharing")),
        Duty("privacy.assess", _("write impact assessments")),
        Duty("privacy.approve", _("approve impact assessments")),
        Duty("privacy.breach", _("handle breaches")),
    ),
    role_duties={
        "protection_officer": (
            "privacy.read",
            "privacy.decide",
            "privacy.register",
            "privacy.assess",
            "privacy.breach",
        ),
        "manager": ("privacy.read", "privacy.approve"),
        "community_worker": ("privacy.check",),
    },
    guards=(
        Guard(
            "privacy.RightsRequest",
            case_roles("case_id", staff="SIU", handler="SU", resident="SI", job="SU"),
            personal=True,
            neutral=(
                *("kind", "acting_for", "subject_kind", "identity", "extent", "ground", "opened_at"),
                *("relation_proof", "death_proof"),
            ),
        ),
        Guard(
            "privacy.Petitioner",
            {"resident": Access("SI", OwnResident()), "job": Access("SD", InScope())},
            personal=True,
        ),
        Guard(
            "privacy.Correction",
            case_roles("case_id", staff="SI", handler="SU", resident="SI", job="SU"),
            personal=True,
            neutral=("datum", "corrected_at"),
        ),
        Guard(
            "privacy.Restriction",
            {
                "staff": Access("S", InScope(purpose="data_protection")),
                "resident": Access("S", OwnResident()),
                "job": Access("SIUD", InScope()),
            },
            personal=True,
            neutral=("code_then", "case_id", "from_at", "lifted_at"),
        ),
        Guard("privacy.Erasure", {"staff": Access("S"), "job": Access("SIU")}),
        Guard("privacy.RetentionRun", {"staff": Access("S"), "job": Access("SIU")}),
        Guard("privacy.Processor", {**_READERS, "staff": Access("SI")}),
        Guard("privacy.Sharing", {**_READERS, "staff": Access("SI")}),
        Guard("privacy.Assessment", _STAFF),
        Guard("privacy.Breach", {**_STAFF, "job": Access("S")}),
        Guard(
            "privacy.Affected",
            {"staff": Access("SI", InScope(purpose="data_protection")), "job": Access("SUD", InScope())},
            personal=True,
            neutral=("breach", "subject_kind", "told", "told_at"),
        ),
    ),
    personal=(
        Personal(
            "privacy.RightsRequest.subject_id",
            _("number of the subject"),
            _ANSWER,
            "statutory_duty",
            "P3Y",
            _CLOSED,
            "never",
        ),
        Personal(
            "privacy.RightsRequest.relation",
            _("relation to who died"),
            _ANSWER,
            "statutory_duty",
            "P3Y",
            _CLOSED,
            "none",
        ),
        Personal(
            "privacy.RightsRequest.text",
            _("in their words"),
            _ANSWER,
            "statutory_duty",
            "P3Y",
            _CLOSED,
            "text",
        ),
        Personal(
            "privacy.RightsRequest.contact",
            _("name and phone of who asks"),
            _ANSWER,
            "statutory_duty",
            "P3Y",
            _CLOSED,
            "text",
        ),
        Personal(
            "privacy.Correction.value", _("what is right"), _ANSWER, "statutory_duty", "P3Y", _CLOSED, "text"
        ),
        Personal(
            "privacy.Restriction.resident_id",
            _("resident"),
            _ANSWER,
            "statutory_duty",
            "P3Y",
            _LIFTED,
            "never",
        ),
        Personal(
            "privacy.Restriction.note",
            _("reason of lifting it"),
            _ANSWER,
            "statutory_duty",
            "P3Y",
            _LIFTED,
            "none",
        ),
        Personal(
            "privacy.Petitioner.resident_id",
            _("resident"),
            _ANSWER,
            "statutory_duty",
            "P3Y",
            _CLOSED,
            "never",
        ),
        Personal(
            "privacy.Affected.subject_id",
            _("number of the subject"),
            _("tell the persons concerned"),
            "statutory_duty",
            "P3Y",
            _TOLD,
            "never",
        ),
    ),
    retention=(
        Retention("privacy.RightsRequest", "P3Y", "case__closed_at", "tombstone"),
        Retention("privacy.Correction", "P3Y", "case__closed_at", "erase"),
        Retention("privacy.Restriction", "P3Y", "lifted_at", "erase"),
        Retention("privacy.Petitioner", "P3Y", "case__closed_at", "erase"),
        Retention("privacy.Affected", "P3Y", "breach__closed_at", "erase"),
    ),
    subjects=(
        Subject("privacy.RightsRequest", "case_id", "case"),
        Subject("privacy.Correction", "case_id", "case"),
        Subject("privacy.Restriction", "resident_id", "resident", erasable=False),
    ),
    follows=(
        Follows("privacy.Petitioner", open=_OWN),
        Follows("privacy.RightsRequest", "subject_id", only=("subject_kind", "resident"), open=_OWN),
        Follows(
            "privacy.Affected",
            "subject_id",
            only=("subject_kind", "resident"),
            once=("breach_id",),
            open="the law wants persons to be told of a breach",
        ),
        Follows(
            "privacy.Erasure",
            "subject_id",
            stays="what was erased is written down once and not changed",
            open="erasures are accounted for",
        ),
        Follows("privacy.Restriction", open="it is the restriction itself"),
    ),
    lifecycles=(LIFECYCLE,),
    indicators=(*INDICATORS, *figures.INDICATORS),
    reports=(figures.REPORT,),
    listeners=(
        Listener(CaseMoved, "lianglin.privacy.tasks:refresh_figures"),
        Listener(ConsentChanged, "lianglin.privacy.tasks:forget_withdrawn"),
    ),
    answers=(
        Answer(ReplayErasures, "lianglin.privacy.actions.erasing:replay"),
        Answer(ExportErasures, "lianglin.privacy.actions.exporting:ledger"),
    ),
    notices=(
        Notice(
            "privacy.breach",
            _("your data was not safe"),
            {
                "zh-hans": "您的信息（{what}）可能泄露、被改或丢失。我们已采取的措施和您可以做的：{measures}。有疑问请问：{contact}或打12345。",
                "en": "Your data ({what}) may have leaked, been changed or lost. What we did and what you can do: "
                "{measures}. Ask: {contact} or 12345.",
                "elder": "您好。您的信息（{what}）可能被别人看到了。我们已经做的、您要留心的：{measures}。"
                "有人凭这个要钱，别信。想问一问，找{contact}，或打12345。",
            },
            ("what", "measures", "contact"),
            "urgent",
        ),
    ),
    navigation=(
        NavItem(
            "resident",
            _("My data"),
            "privacy:mine",
            "shield",
            order=60,
            note=_("what is kept about me, and who looked"),
        ),
        NavItem("protection", _("Rights requests"), "privacy:inbox", "inbox", "privacy.decide", 60),
        NavItem("protection", _("Requests about data"), "privacy:inbox", "inbox", "privacy.check", 60),
        NavItem("protection", _("Restrictions"), "privacy:restrictions", "lock", "privacy.decide", 61),
        NavItem(
            "protection", _("Restricted file, urgent"), "privacy:emergency", "lock", "access.break_glass", 73
        ),
        NavItem("protection", _("Impact assessments"), "privacy:assessments", "check", "privacy.read", 61),
        NavItem("protection", _("Registers"), "privacy:registers", "form", "privacy.read", 62),
        NavItem("protection", _("Retention"), "privacy:retention", "clock", "privacy.read", 63),
        NavItem("protection", _("Breaches"), "privacy:breaches", "warn", "privacy.breach", 64),
    ),
    signs=(
        Sign(
            "retention_run_age_seconds",
            "Since the last retention run of any table ended.",
            f"{_RETENTION}:ages",
        ),
    ),
    panels=(Panel("me", "privacy/public/_mine.html", "lianglin.privacy.views.own:panel", 20),),
    database=("lianglin.privacy.queries.assessments:install", "lianglin.privacy.queries.restricting:install"),
    seed="lianglin.privacy.seed:seed",
    nightly=(Nightly(_("erase what has run out"), "lianglin.privacy.tasks:RETAIN", 10),),
)
