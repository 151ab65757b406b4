"""What the notices package plugs into the house."""

from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import (
    OFFICERS,
    ROLES,
    Access,
    Domain,
    Duty,
    Everything,
    Granted,
    Guard,
    InScope,
    NavItem,
    Nightly,
    Own,
    OwnPost,
    Personal,
    Retention,
    Role,
    Subject,
)
from lianglin.notices import figures
from lianglin.notices.delivery import manifest as delivery
from lianglin.notices.preferences import manifest as wishes
from lianglin.notices.webhooks import manifest as webhooks
from lianglin.notices.wording import manifest as wording

_TELL = _("tell people how their matter stands")
_WRITTEN, _SAVED = _("the message was written"), _("the last change")
_WORKERS = (
    "community_worker", "street_coordinator", "district_coordinator", "city_coordinator", "unit_handler",
    "protection_officer", "security_officer", "auditor", "administrator",
)  # fmt: skip

_READERS: tuple[Role, ...] = ("staff", "handler", *OFFICERS)

_PARTS = (delivery, webhooks, wording, wishes)

DOMAIN = Domain(
    code="notices",
    label=_("Messages"),
    order=60,
    urls="lianglin.notices.urls",
    path="messages/",
    database=(
        "lianglin.notices.database:install",
        "lianglin.notices.wording.database:install",
        "lianglin.notices.webhooks.database:install",
    ),
    duties=(
        Duty("notices.inbox", _("read the messages to one's post")),
        *(duty for part in _PARTS for duty in part.DUTIES),
    ),
    role_duties={
        role: (
            *(("notices.inbox",) if role in _WORKERS else ()),
            *(duty for part in _PARTS for duty in part.ROLE_DUTIES.get(role, ())),
        )
        for role in sorted({*_WORKERS, *(role for part in _PARTS for role in part.ROLE_DUTIES)})
    },
    listeners=webhooks.LISTENERS,
    notices=(*webhooks.NOTICES, *wording.NOTICES, *wishes.NOTICES),
    panels=wishes.PANELS,
    navigation=(
        NavItem(
            "today",
            _("Messages"),
            "notices:inbox",
            "letter",
            "notices.inbox",
            21,
            "lianglin.notices.queries:waiting",
        ),
        *delivery.NAVIGATION,
        *webhooks.NAVIGATION,
        *wording.NAVIGATION,
    ),
    indicators=figures.INDICATORS,
    reports=(figures.REPORT,),
    guards=(
        *delivery.GUARDS,
        *webhooks.GUARDS,
        Guard(
            "notices.Message",
            {
                "staff": Access("SI", OwnPost(), writes=InScope()),
                "handler": Access("SI", OwnPost(), writes=Granted("cases.Case", "case_id")),
                "resident": Access("I", Own()),
                "public": Access("I", Own()),
                "security": Access("S", OwnPost()),
                "auditor": Access("S", OwnPost()),
                "administrator": Access("S", OwnPost()),
                "job": Access("SIUD", InScope()),
            },
            personal=True,
            neutral=(
                "key",
                "code",
                "channel",
                "language",
                "case_id",
                "post",
                "link",
                "paper_link",
                "state",
                "tries",
                "next_try_at",
                "once",
                "created_at",
                "sent_at",
                "error",
                *wishes.MESSAGE_NEUTRAL,
            ),
        ),
        Guard(
            "notices.LastRead",
            {**{role: Access("SIU", OwnPost()) for role in _READERS}, "job": Access("S")},
        ),
        Guard(
            "notices.ReadMessage",
            {**{role: Access("SID", OwnPost()) for role in _READERS}, "job": Access("SD")},
        ),
        Guard(
            "notices.DemoMessage",
            {
                **{role: Access("S") for role in ROLES if role != "auth"},
                "job": Access("SID"),
            },
        ),
        Guard(
            "notices.Draft",
            {"job": Access("SD", Everything())},
            personal=True,
            neutral=("saved_at", "expires_at"),
        ),
        *wording.GUARDS,
        *wishes.GUARDS,
    ),
    personal=(
        *delivery.PERSONAL,
        *webhooks.PERSONAL,
        Personal(
            "notices.Message.address",
            _("phone or e-mail"),
            _TELL,
            "statutory_duty",
            "P3D",
            _("the message was sent or given up"),
            "phone",
        ),
        Personal("notices.Message.body", _("text"), _TELL, "statutory_duty", "P1Y", _WRITTEN, "text"),
        Personal(
            "notices.Message.body_en", _("English text"), _TELL, "statutory_duty", "P1Y", _WRITTEN, "text"
        ),
        Personal(
            "notices.Draft.content",
            _("what was typed"),
            _("go on with a form later"),
            "consent",
            "P7D",
            _SAVED,
            "never",
        ),
        *wishes.PERSONAL,
    ),
    retention=(
        *delivery.RETENTION,
        *webhooks.RETENTION,
        Retention("notices.Message", "P1Y", "created_at", "erase"),
        Retention("notices.DemoMessage", "P30D", "at", "erase"),
        Retention("notices.Draft", "P7D", "saved_at", "erase"),
        *wishes.RETENTION,
    ),
    subjects=(Subject("notices.Message", "case_id", "case"), *delivery.SUBJECTS, *wishes.SUBJECTS),
    follows=wishes.FOLLOWS,
    nightly=(Nightly(_("delete old messages and drafts"), "lianglin.notices.tasks:TIDY", 14),),
    seed="lianglin.notices.seed:seed",
)
