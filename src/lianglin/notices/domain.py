"""What the notices package plugs into the house."""

from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import (
    ROLES,
    Access,
    Domain,
    Duty,
    Everything,
    Granted,
    Guard,
    InScope,
    NavItem,
    Own,
    OwnPost,
    Personal,
    Retention,
    Subject,
)

_TELL = _("tell people how their matter stands")
_WRITTEN, _SAVED = _("the message was written"), _("the last change")
_WORKERS = (
    "community_worker", "street_coordinator", "district_coordinator", "city_coordinator", "unit_handler",
    "protection_officer", "security_officer", "auditor",
)  # fmt: skip

DOMAIN = Domain(
    code="notices",
    label=_("Messages"),
    order=60,
    urls="lianglin.notices.urls",
    path="messages/",
    database=("lianglin.notices.database:install",),
    duties=(Duty("notices.inbox", _("read the messages to one's post")),),
    role_duties=dict.fromkeys(_WORKERS, ("notices.inbox",)),
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
    ),
    guards=(
        Guard(
            "notices.Message",
            {
                "staff": Access("SI", OwnPost(), writes=InScope()),
                "handler": Access("SI", OwnPost(), writes=Granted("cases.Case", "case_id")),
                "resident": Access("I", Own()),
                "public": Access("I", Own()),
                "security": Access("S", OwnPost()),
                "auditor": Access("S", OwnPost()),
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
                "state",
                "tries",
                "next_try_at",
                "once",
                "created_at",
                "sent_at",
                "error",
            ),
        ),
        Guard(
            "notices.LastRead",
            {role: Access("SIU", OwnPost()) for role in ("staff", "handler", "security", "auditor")},
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
    ),
    personal=(
        Personal(
            "notices.Message.address",
            _("phone or e-mail"),
            _TELL,
            "statutory_duty",
            "P1D",
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
    ),
    retention=(
        Retention("notices.Message", "P1Y", "created_at", "erase"),
        Retention("notices.DemoMessage", "P30D", "at", "erase"),
        Retention("notices.Draft", "P7D", "saved_at", "erase"),
    ),
    subjects=(Subject("notices.Message", "case_id", "case"),),
)
