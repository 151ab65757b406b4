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
