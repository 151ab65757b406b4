"""What texts that staff edit plug into the manifest of notices."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import Access, Duty, Everything, Guard, InScope, NavItem, Notice

WRITE, APPROVE, SEE = "notices.words", "notices.approve_words", "notices.see_words"
DUTIES = (
    Duty(WRITE, _("write the texts of messages")),
    Duty(APPROVE, _("look at texts of messages as the second person")),
    Duty(SEE, _("see the texts of messages and their versions")),
)
ROLE_DUTIES = {
    "city_coordinator": (WRITE, APPROVE, SEE),
    "district_coordinator": (WRITE, APPROVE, SEE),
    "street_coordinator": (SEE,),
    "protection_officer": (SEE,),
}
GUARDS = (
    Guard(
        "notices.TextVersion",
        {
            "staff": Access("SIU", Everything(), writes=InScope()),
            "job": Access("SU"),
        },
    ),
)
NOTICES = (
    Notice(
        "notices.text_aside",
        _("a text of a message was set aside"),
        {
            "zh-hans": "您改过的消息“{title}”，因软件更新已不适用，现改发软件自带的文字。请尽快写新版本：{link}",
            "en": "Your text of the message “{title}” no longer fits after an update: the shipped text is sent. Write a new version: {link}",
        },
        ("title", "link"),
    ),
    Notice(
        "notices.digest",
        _("several messages in one"),
        {
            "zh-hans": "您有{count}条消息：\n{lines}",
            "en": "You have {count} messages:\n{lines}",
            "elder": "您好。有{count}件事要告诉您：\n{lines}",
        },
        ("count", "lines"),
        "right",
    ),
)
NAVIGATION = (
    NavItem(
        "rules", _("Texts of messages"), "notices:texts", "letter", SEE, 46, "lianglin.notices.wording.queries:to_review",
    ),
)  # fmt: skip
