"""The settings of logging in: a part of the one declared table (see environment.py)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from lianglin.project import kinds
from lianglin.project.kinds import Setting


@dataclass(frozen=True)
class LoginSettings:
    """How long logins last, and how else one may log in."""

    session_limits: Annotated[
        dict[str, tuple[int, int]],
        Setting(
            "LIANGLIN_SESSION_LIMITS",
            kinds.session_limits,
            "resident=30/720,community=120/720,township=120/720,county=30/600,city=30/600,unit=120/720",
            "After how many minutes without use, and after how many in all, a login ends: per level of post, "
            "and for residents. The strictest of somebody's posts counts.",
            "登录多少分钟不操作、总共多少分钟后失效：按岗位层级和居民分别设置；有多个岗位时取最严的。",
            shown="level=idle/in all, …",
        ),
    ]
    prove_again_minutes: Annotated[
        int,
        Setting(
            "LIANGLIN_PROVE_AGAIN_MINUTES",
            kinds.whole(1, 720),
            "15",
            "How old the last proof (code, passkey or password) may be for making keys and other sensitive actions.",
            "进行生成密钥等敏感操作时，最近一次验证（动态码、通行密钥或密码）最多可在多少分钟之前。",
            shown="number",
        ),
    ]
    token_days: Annotated[
        int,
        Setting(
            "LIANGLIN_TOKEN_DAYS",
            kinds.whole(1, 366),
            "90",
            "How many days an API token or app password may be good for.",
            "API 令牌和应用专用密码最长有效天数。",
            shown="number",
        ),
    ]
    oidc_issuer: Annotated[
        str,
        Setting(
            "LIANGLIN_OIDC_ISSUER",
            kinds.gateway,
            "",
            "The city's own identity provider (OpenID Connect), as its documents name it. Empty: none.",
            "市统一身份认证（OpenID Connect）的 issuer 地址，与其配置文件一致。留空则不启用。",
            shown="address",
        ),
    ]
    oidc_client_id: Annotated[
        str,
        Setting(
            "LIANGLIN_OIDC_CLIENT_ID",
            kinds.text,
            "",
            "How this site is known to the identity provider; its way back is /account/login/outside/back/.",
            "本站在统一身份认证中的客户端编号；回调地址为 /account/login/outside/back/。",
        ),
    ]
    oidc_client_secret: Annotated[
        str,
        Setting(
            "LIANGLIN_OIDC_CLIENT_SECRET",
            kinds.text,
            "",
            "The secret that the identity provider gave this site.",
            "统一身份认证分配给本站的密钥。",
            secret=True,
        ),
    ]
    oidc_name: Annotated[
        str,
        Setting(
            "LIANGLIN_OIDC_NAME",
            kinds.text,
            "统一身份认证",
            "What the button of the identity provider says.",
            "登录按钮上显示的名称。",
        ),
    ]
    oidc_name_en: Annotated[
        str,
        Setting(
            "LIANGLIN_OIDC_NAME_EN",
            kinds.text,
            "the city's unified login",
            "The same in English.",
            "登录按钮上显示的英文名称。",
        ),
    ]
    oidc_claim: Annotated[
        str,
        Setting(
            "LIANGLIN_OIDC_CLAIM",
            kinds.text,
            "sub",
            "The claim of the identity provider's token that says who it is, like sub or employee_number; it must never pass to another person.",
            "统一身份认证令牌中表明身份的声明，如 sub 或 employee_number；其值不得转给他人使用。",
        ),
    ]
    oidc_scope: Annotated[
        str,
        Setting(
            "LIANGLIN_OIDC_SCOPE",
            kinds.text,
            "openid",
            "What is asked of the identity provider; more than openid only where the claim needs it.",
            "向统一身份认证请求的范围；仅在所用声明需要时才超出 openid。",
        ),
    ]
    oidc_trusted: Annotated[
        tuple[str, ...],
        Setting(
            "LIANGLIN_OIDC_TRUSTED",
            kinds.words,
            "",
            "Values of amr or acr that count as a second factor, like mfa,hwk. Empty: our own is always asked for.",
            "视为已完成第二种验证的 amr 或 acr 值，如 mfa,hwk。留空则始终要求本站的第二种验证。",
            shown="list",
        ),
    ]
