"""What wishes on messages plug into the manifest of notices."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import (
    Access,
    Duty,
    Everything,
    Follows,
    Guard,
    InScope,
    Notice,
    Own,
    OwnAccount,
    OwnResident,
    Panel,
    Personal,
    Retention,
    Subject,
)

NOTE = "notices.note_wish"
_AS_WISHED = _("tell people in the way, at the hour and in the words that suit them")
_NEWER, _ENDED = _("the wish was set"), _("the message was sent")
_WISHES = ("Preference", "MatterPreference")
_WISH_NEUTRAL = ("way", "language", "elder", "quiet_from", "quiet_until", "off", "asked", "post", "set_at")
DUTIES = (Duty(NOTE, _("note how a resident wishes to be told")),)
ROLE_DUTIES = {"community_worker": (NOTE,)}
GUARDS = (
    Guard(
        "notices.Preference",
        {
            "staff": Access("SI", InScope(purpose="serve_household")),
            "resident": Access("SI", OwnResident()),
            "job": Access("SIUD", InScope()),
        },
        personal=True,
        neutral=(*_WISH_NEUTRAL, "resident_id", "sample"),
    ),
    Guard(
        "notices.MatterPreference",
        {
            "resident": Access("SI", Own()),
            "job": Access("SIUD", InScope()),
        },
        personal=True,
        neutral=(*_WISH_NEUTRAL, "case_id"),
    ),
    Guard("notices.Stopped", {"job": Access("SID", Everything())}, personal=True, neutral=("by", "at")),
    Guard(
        "notices.StaffMail",
        {
            **{role: Access("SIU", OwnAccount()) for role in ("staff", "handler", "security", "auditor")},
            "job": Access("SUD", Everything()),
        },
        personal=True,
        neutral=("account", "mode", "told_until", "told_at", "set_at"),
    ),
)
PERSONAL = (
    *(
        Personal(f"notices.{model}.email", _("e-mail"), _AS_WISHED, "consent", "P5Y", _NEWER, "never")
        for model in _WISHES
    ),
    *(
        Personal(f"notices.{model}.asked_by", _("who asked for it"), _AS_WISHED, "consent", "P5Y", _NEWER, "name")
        for model in _WISHES
    ),
    Personal(
        "notices.Stopped.address_match", _("match key of the address"), _("send nothing voluntary any more"), "statutory_duty",
        "P5Y", _("it was stopped"), "never",
    ),
    Personal(
        "notices.StaffMail.email", _("e-mail"), _("tell staff by mail"), "consent", "P1Y", _("the post has ended"), "never",
    ),
    Personal(
        "notices.Message.address_match", _("match key of the address"), _("send no more than enough a day"),
        "statutory_duty", "P2D", _ENDED, "never",
    ),
    Personal(
        "notices.Message.variants", _("the text in each language and wording"), _AS_WISHED, "statutory_duty", "P1D",
        _ENDED, "text",
    ),
)  # fmt: skip
RETENTION = (
    Retention("notices.Preference", "P5Y", "set_at", "erase"),
    Retention("notices.MatterPreference", "P5Y", "set_at", "erase"),
    Retention("notices.Stopped", "P5Y", "at", "erase"),
    Retention("notices.StaffMail", "P5Y", "set_at", "erase"),
)
SUBJECTS = (
    Subject("notices.Preference", "resident_id", "resident"),
    Subject("notices.MatterPreference", "case_id", "case"),
)
FOLLOWS = (
    Follows("notices.Preference", open="how a person is told holds while the use of the data is restricted"),
    Follows(
        "notices.Message",
        stays="a waiting message keeps the file it was written for; the number is forgotten when it is sent",
        open="the person is told of the own matter, whatever is restricted",
    ),
)
MESSAGE_NEUTRAL = (
    "resident_id",
    "urgent",
    "waits",
    "variant",
    "text_version",
    "folded_into",
    "sending_until",
)
NOTICES = (
    Notice(
        "notices.staff_mail",
        _("messages wait at your post"),
        {
            "zh-hans": "您的岗位有{count}条未读消息，请登录查看：{link}",
            "en": "{count} unread messages wait at your posts. Log in and read them: {link}",
        },
        ("count", "link"),
    ),
)
PANELS = (
    Panel("me", "notices/wishes/_me.html", "lianglin.notices.preferences.views.own:panel", 70),
    Panel("person", "notices/wishes/_person.html", "lianglin.notices.preferences.views.desk:panel", 70),
)
