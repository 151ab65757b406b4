"""Settings of watching over it: /metrics, the limit of errors, the certificate. They stand behind the others in the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from lianglin.project import kinds
from lianglin.project.kinds import Setting
from lianglin.project.login_settings import LoginSettings


@dataclass(frozen=True)
class WatchSettings(LoginSettings):
    """What the operator sets."""

    metrics_token: Annotated[
        str,
        Setting(
            "LIANGLIN_METRICS_TOKEN",
            kinds.text,
            "",
            "Token with which Prometheus reads /metrics (Authorization: Bearer), from this machine too. "
            "Empty: nobody reads it; a demo answers its own machine.",
            "Prometheus 读取 /metrics 时使用的令牌（Authorization: Bearer），本机读取也须出示。留空则不开放；示例城市对本机开放。",
            secret=True,
        ),
    ]
    error_limit: Annotated[
        int,
        Setting(
            "LIANGLIN_ERROR_LIMIT",
            kinds.whole(1, 1000),
            "5",
            "Unexpected errors to a thousand requests beyond which administrators see a warning.",
            "每千次访问的意外错误超过此数时，向管理员示警。",
            shown="number from 1 to 1000",
        ),
    ]
    certificate: Annotated[
        str,
        Setting(
            "LIANGLIN_CERTIFICATE",
            kinds.text,
            "",
            "File of the site's certificate (PEM), readable by this user; its end is then watched. Empty: not watched.",
            "网站证书文件（PEM，本用户可读），用于关注其到期时间。留空则不关注。",
            shown="file",
        ),
    ]
