"""What the residents' login plugs into the house."""

from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import Domain, NavItem, Notice

DOMAIN = Domain(
    code="logins",
    label=_("Residents' login"),
    order=65,
    urls="lianglin.logins.urls",
    path="me/",
    navigation=(
        NavItem(
            "resident",
            _("Mine"),
            "logins:me",
            "person",
            order=35,
            note=_("what I reported, with a code to my phone"),
        ),
    ),
    notices=(
        Notice(
            "logins.code",
            _("login code"),
            {
                "zh-hans": "您的登录验证码是{code}，{minutes}分钟内有效。不要告诉任何人，工作人员也不会向您要。",
                "en": "Your login code is {code}, good for {minutes} minutes. Tell nobody; no employee asks for it.",
                "elder": "您的登录验证码是{code}。{minutes}分钟内有用。谁要都别给，工作人员也不会要。",
            },
            ("code", "minutes"),
            "urgent",
        ),
    ),
    seed="lianglin.logins.seed:seed",
)
