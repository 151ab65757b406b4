"""The table of every setting of Lianglin: one field per variable with its type, default and meaning in both languages.

`lianglin settings` prints it; docs/reference/settings.md is made from it. environment.py reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from lianglin.project import kinds
from lianglin.project.backup_settings import BackupSettings
from lianglin.project.city_settings import CitySettings
from lianglin.project.kinds import Setting
from lianglin.project.message_settings import MessageSettings
from lianglin.project.watch_settings import WatchSettings


@dataclass(frozen=True)
class Environment(BackupSettings, MessageSettings, WatchSettings, CitySettings):
    """All settings, read and checked."""

    port: Annotated[
        int,
        Setting(
            "PORT",
            kinds.whole(1, 65535),
            "8000",
            "Port on which the pages are served.",
            "网页服务的端口。",
            shown="number",
        ),
    ]
    bind: Annotated[
        str,
        Setting(
            "LIANGLIN_BIND",
            kinds.text,
            "127.0.0.1",
            "Address to listen on; 0.0.0.0 for all networks, behind a proxy that speaks HTTPS.",
            "监听地址；0.0.0.0 表示所有网络（应置于 HTTPS 反向代理之后）。",
        ),
    ]
    data: Annotated[
        Path,
        Setting(
            "LIANGLIN_DATA",
            kinds.folder,
            "./data",
            "Folder of everything that is kept: the embedded database, attachments, map tiles, logs.",
            "存放一切数据的目录：内置数据库、附件、地图瓦片、日志。",
            shown="folder",
        ),
    ]
    database_url: Annotated[
        str,
        Setting(
            "DATABASE_URL",
            kinds.postgres,
            "",
            "An existing PostgreSQL (15 or newer). “migrate” needs a user who may create roles and "
            "databases; “serve” and “worker” use host and database name only and log in as themselves. "
            "Empty: the embedded PostgreSQL in LIANGLIN_DATA/pg.",
            "已有的 PostgreSQL（15 或更新）。“migrate”需要有权建角色和数据库的用户；"
            "“serve”和“worker”只用其中的主机与库名，以各自的角色登录。"
            "留空则使用 LIANGLIN_DATA/pg 中的内置 PostgreSQL。",
            shown="address",
            secret=True,
        ),
    ]
    demo: Annotated[
        bool,
        Setting(
            "LIANGLIN_DEMO",
            kinds.flag,
            "0",
            "The demo city: sample people, a clock that can be advanced, made-up secrets. "
            "Set by “lianglin demo”.",
            "示例城市：示例居民、可快进的时钟、自动生成的密钥。由“lianglin demo”设置。",
            shown="0 or 1",
        ),
    ]
    database_role: Annotated[
        str,
        Setting(
            "LIANGLIN_DATABASE_ROLE",
            kinds.one_of("app", "worker", "owner"),
            "app",
            "The login role this process takes in the database. Set by the commands themselves.",
            "本进程在数据库中的登录角色。由各命令自行设置。",
            shown="app, worker or owner",
        ),
    ]
    secret_key: Annotated[
        str,
        Setting(
            "LIANGLIN_SECRET_KEY",
            kinds.long_text,
            None,
            "Signs sessions; the passwords of the database's login roles are derived from it.",
            "用于会话签名；数据库登录角色的口令由它派生。",
            shown="text of 32 characters or more",
            secret=True,
        ),
    ]
    field_keys: Annotated[
        dict[int, bytes],
        Setting(
            "LIANGLIN_FIELD_KEYS",
            kinds.key_ring,
            None,
            "Key ring of the encrypted columns: 1:<base64>,2:<base64>; the highest number "
            "encrypts, all decrypt. 2:sm4:<base64 of 16 bytes> is a key of SM4-GCM, else AES-256-GCM. "
            "Rotation: add a key, restart, wait for “lianglin manage keys” to show no row under the old one.",
            "加密字段的密钥环：1:<base64>,2:<base64>；编号最大的用于加密，全部可解密。"
            "2:sm4:<16字节的base64>为SM4-GCM密钥，其余为AES-256-GCM。"
            "轮换：增加新密钥并重启，待“lianglin manage keys”显示旧密钥下已无数据后再移除。",
            shown="numbered keys",
            secret=True,
        ),
    ]
    health_keys: Annotated[
        dict[int, bytes],
        Setting(
            "LIANGLIN_HEALTH_KEYS",
            kinds.key_ring_or_none,
            "",
            "Key ring of the encrypted columns of health data, written like LIANGLIN_FIELD_KEYS and never the same "
            "keys. Without it nothing of the health ground can be written or read.",
            "健康数据加密字段的密钥环，写法同LIANGLIN_FIELD_KEYS，但不得使用相同的密钥。未设置时，健康数据既不能写入也不能读取。",
            shown="numbered keys",
            secret=True,
        ),
    ]
    match_key: Annotated[
        bytes,
        Setting(
            "LIANGLIN_MATCH_KEY",
            kinds.key,
            None,
            "Key of the digests by which equal ID and phone numbers are found. Changing it breaks matching.",
            "身份证号、电话精确匹配摘要的密钥。更换后无法匹配旧数据。",
            shown="32 bytes in base64",
            secret=True,
        ),
    ]
    signing_keys: Annotated[
        dict[int, bytes],
        Setting(
            "LIANGLIN_SIGNING_KEYS",
            kinds.spare_ring,
            "",
            "Ed25519 keys that sign the audit's seals and exports: 1:<base64>; the highest number signs, all verify. "
            "“lianglin audit key --new” makes one. Empty: nothing is signed, exported or cut.",
            "审计封印和导出文件的Ed25519签名密钥：1:<base64>；编号最大的用于签名，全部可验签。"
            "由“lianglin audit key --new”生成。留空则不签名、不能导出、不清理。",
            shown="numbered keys",
            secret=True,
        ),
    ]
    audit_months: Annotated[
        int,
        Setting(
            "LIANGLIN_AUDIT_MONTHS",
            kinds.whole(6, 600),
            "36",
            "How long the audit is kept. Less than six months is refused (Cybersecurity Law).",
            "审计保存期限（月）。少于六个月不予接受（网络安全法）。",
            shown="number from 6",
        ),
    ]
    allowed_hosts: Annotated[
        tuple[str, ...],
        Setting(
            "LIANGLIN_ALLOWED_HOSTS",
            kinds.words,
            "localhost,127.0.0.1,[::1]",
            "Host names under which the pages may be asked for, separated by commas.",
            "允许访问的主机名，用逗号分隔。",
            shown="list",
        ),
    ]
    public_url: Annotated[
        str,
        Setting(
            "LIANGLIN_PUBLIC_URL",
            kinds.site,
            "",
            "Address under which residents reach the site, like https://lianglin.example.org; text messages "
            "and mails lead there. Empty: they give the path alone, in the demo after its own address.",
            "居民访问本站的网址，如 https://lianglin.example.org；短信和邮件中的链接以它开头。留空则只写站内路径，演示中写演示本身的网址。",
            shown="address",
        ),
    ]
    assessed: Annotated[
        tuple[str, ...],
        Setting(
            "LIANGLIN_ASSESSED",
            kinds.words,
            "",
            "Packages whose impact assessment is kept outside of this system, separated by commas. Counts only where no "
            "package that keeps assessments is installed; without it they stay closed.",
            "影响评估在本系统之外留存的模块，用逗号分隔。仅在未安装评估登记模块时有效；不填则这些模块保持关闭。",
            shown="list",
        ),
    ]
    trusted_proxies: Annotated[
        int,
        Setting(
            "LIANGLIN_TRUSTED_PROXIES",
            kinds.whole(0, 9),
            "0",
            "How many proxies stand in front; their X-Forwarded-For and X-Forwarded-Proto are believed.",
            "前置代理的层数；采信其 X-Forwarded-For 与 X-Forwarded-Proto。",
            shown="number",
        ),
    ]
    keep_plans: Annotated[
        bool,
        Setting(
            "LIANGLIN_KEEP_PLANS",
            kinds.flag,
            "1",
            "Whether connections keep the plans of frequent statements; 0 behind a pooler that keeps no prepared ones.",
            "数据库连接是否保留常用语句的执行计划；使用不支持预备语句的连接池时设为 0。",
            shown="0 or 1",
        ),
    ]
    web_workers: Annotated[
        int,
        Setting(
            "LIANGLIN_WEB_WORKERS",
            kinds.whole(1, 64),
            "2",
            "Processes that serve pages; each uses up to two database connections.",
            "网页服务进程数；每个进程最多使用两个数据库连接。",
            shown="number",
        ),
    ]
    web_memory: Annotated[
        int,
        Setting(
            "LIANGLIN_WEB_MEMORY",
            kinds.whole(256, 65_536),
            "1024",
            "Megabytes that one of them may hold; one that holds more is replaced, its requests answered first.",
            "每个网页服务进程最多占用的内存（MB）；超过后处理完手头的请求再换新进程。",
            shown="number",
        ),
    ]
    break_glass_minutes: Annotated[
        int,
        Setting(
            "LIANGLIN_BREAK_GLASS_MINUTES",
            kinds.whole(5, 480),
            "60",
            "How long an emergency opening of personal data lasts.",
            "紧急打开个人信息的时限（分钟）。",
            shown="number from 5 to 480",
        ),
    ]
    break_glass_review_days: Annotated[
        int,
        Setting(
            "LIANGLIN_BREAK_GLASS_REVIEW_DAYS",
            kinds.whole(1, 20),
            "2",
            "Working days within which the data-protection officer judges an emergency opening.",
            "个人信息保护专员审定紧急打开的时限（工作日）。",
            shown="number from 1 to 20",
        ),
    ]
    on_call_minutes: Annotated[
        int,
        Setting(
            "LIANGLIN_ON_CALL_MINUTES",
            kinds.whole(1, 240),
            "15",
            "After how many minutes the street is told of an urgent matter that nobody took on; the district after as many again.",
            "紧急诉求多少分钟无人接办即报告街道；再过同样时间报告区里。",
            shown="number from 1 to 240",
        ),
    ]
    text_encoder: Annotated[
        str,
        Setting(
            "LIANGLIN_TEXT_ENCODER",
            kinds.text,
            "",
            "A text encoder of the city's own for finding similar appeals: path of the ONNX file, “#”, its SHA-256; vocab.txt beside it. "
            "Needs the package onnxruntime. Empty: none.",
            "本市自有的文本编码器，用于查找相似诉求：ONNX 文件路径、“#”、SHA-256 摘要；同目录须有 vocab.txt。需另装 onnxruntime。留空则不用。",
            shown="path#sha256",
        ),
    ]
    log_level: Annotated[
        str,
        Setting(
            "LIANGLIN_LOG_LEVEL",
            kinds.one_of(*kinds.LEVELS),
            "INFO",
            "How much is logged. Logs hold no personal data at any level.",
            "日志级别。任何级别都不含个人数据。",
            shown="DEBUG, INFO, WARNING or ERROR",
        ),
    ]
    consent_ask_again_days: Annotated[
        int,
        Setting(
            "LIANGLIN_CONSENT_ASK_AGAIN_DAYS",
            kinds.whole(1, 3650),
            "365",
            "For so many days after somebody refused or withdrew a consent, staff do not ask for it again.",
            "居民不同意或撤回同意后，工作人员在多少天内不再就同一事项询问。",
            shown="number",
        ),
    ]
