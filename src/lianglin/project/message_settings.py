"""The settings of when and how much people are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Annotated

from lianglin.project import kinds
from lianglin.project.kinds import Setting


@dataclass(frozen=True)
class MessageSettings:
    """The city's quiet hours, how many messages a day are enough, and what a text message costs."""

    quiet_hours: Annotated[
        tuple[time, time],
        Setting(
            "LIANGLIN_QUIET_HOURS",
            kinds.quiet_hours,
            "21:00-08:00",
            "The city's quiet hours (Asia/Shanghai): messages that are not urgent wait until they end. "
            "A person's own quiet hours go before. Equal times: none.",
            "全市免打扰时段（北京时间）：不紧急的消息等到时段结束再发；居民自己设的时段优先。起止相同表示不设。",
            shown="from-until",
        ),
    ]
    messages_a_day: Annotated[
        int,
        Setting(
            "LIANGLIN_MESSAGES_A_DAY",
            kinds.whole(1, 50),
            "6",
            "How many messages a day one number or mailbox gets, apart from urgent ones; the rest comes as one "
            "message the next morning.",
            "同一号码或邮箱每天最多收到多少条消息（紧急的不算）；超出的合成一条，次日早上发。",
            shown="number",
        ),
    ]
    sms_fen: Annotated[
        int,
        Setting(
            "LIANGLIN_SMS_FEN",
            kinds.whole(0, 1000),
            "5",
            "What one part of a text message costs, in fen: shown where texts are edited.",
            "每条短信计费（分）：编辑消息文字时显示费用。",
            shown="number",
        ),
    ]
    sms_reply_key: Annotated[
        str,
        Setting(
            "LIANGLIN_SMS_REPLY_KEY",
            kinds.long_text_or_none,
            "",
            "Secret with which the text-message gateway hands over answers (TD stops what is voluntary). "
            "Empty: answers are not taken.",
            "短信网关转交居民回复时使用的密钥（回复TD即退订）。留空则不接收回复。",
            secret=True,
        ),
    ]
    email_url: Annotated[
        str,
        Setting(
            "LIANGLIN_EMAIL_URL",
            kinds.mail,
            "",
            "Mail server: smtp://user:password@host:587 (STARTTLS) or smtps://host:465. "
            "Empty: no mail is sent.",
            "邮件服务器：smtp://user:password@host:587（STARTTLS）或 smtps://host:465。留空则不发邮件。",
            shown="address",
            secret=True,
        ),
    ]
    email_from: Annotated[
        str,
        Setting(
            "LIANGLIN_EMAIL_FROM",
            kinds.text,
            "lianglin@localhost",
            "The sender of mails, as the mail server accepts it.",
            "邮件的发件人地址（须为邮件服务器所接受）。",
            shown="address",
        ),
    ]
    sms_url: Annotated[
        str,
        Setting(
            "LIANGLIN_SMS_URL",
            kinds.gateway,
            "",
            "Text-message gateway that speaks the interface of the notices package. "
            "Empty: no text messages are sent.",
            "短信网关地址（接口见 notices 包说明）。留空则不发短信。",
            shown="address",
        ),
    ]
    sms_token: Annotated[
        str,
        Setting(
            "LIANGLIN_SMS_TOKEN",
            kinds.text,
            "",
            "Token that the text-message gateway asks for.",
            "短信网关的访问令牌。",
            secret=True,
        ),
    ]
    sms_receipt_token: Annotated[
        str,
        Setting(
            "LIANGLIN_SMS_RECEIPT_TOKEN",
            kinds.receipt_token,
            "",
            "Token by which the text-message gateway proves itself when it reports what arrived "
            "(POST /messages/receipts/sms/). Empty: no reports are taken.",
            "短信网关回报送达结果（POST /messages/receipts/sms/）时出示的令牌。留空则不接收回报。",
            secret=True,
        ),
    ]
    webhook_inside: Annotated[
        tuple[str, ...],
        Setting(
            "LIANGLIN_WEBHOOK_INSIDE",
            kinds.networks,
            "",
            "Networks inside, like 10.20.0.0/16, whose programs may be registered as webhooks all the same; "
            "several are separated by commas. Empty: only the open internet is called.",
            "允许登记为 webhook 接收方的内部网段，如 10.20.0.0/16，多个用逗号分隔。留空则只呼叫互联网地址。",
            shown="networks",
        ),
    ]
    mail_intake: Annotated[
        str,
        Setting(
            "LIANGLIN_MAIL_INTAKE",
            kinds.text,
            "",
            "Where mail to the office is fetched from: maildir:/path, or imaps://name:password@host/INBOX. Empty: nowhere.",
            "接收居民来信的邮箱：maildir:/路径，或 imaps://用户名:密码@主机/INBOX。不填则不接收。",
            secret=True,
        ),
    ]
    mail_place: Annotated[
        str,
        Setting(
            "LIANGLIN_MAIL_PLACE",
            kinds.text,
            "",
            "Code of the district, street or community whose posts record that mail.",
            "由哪个区、街道或社区（代码）登记这些来信。",
        ),
    ]
    mail_own: Annotated[
        str,
        Setting(
            "LIANGLIN_MAIL_OWN",
            kinds.text,
            "",
            "The office's own address: mail from it is never taken in.",
            "本单位的邮箱地址，从它发出的邮件不会被接收。",
        ),
    ]
