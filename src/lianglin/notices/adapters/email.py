"""E-mail through the mail server of LIANGLIN_EMAIL_URL (Django's own backend)."""

from __future__ import annotations

import smtplib

from django.core.mail import EmailMessage

from lianglin.notices.adapters.base import Outgoing, Undeliverable, Unreachable


class Email:
    """One plain mail per message; ``sender`` is the From address. The subject is the kind of message, never what it is about.

    The Message-ID repeats on every try, and by it a mail that comes back is known (delivery/bounces.py).
    """

    at_home = False

    def __init__(self, sender: str) -> None:
        self.sender = sender

    def deliver(self, message: Outgoing) -> None:
        """Hands the mail to the server."""
        host = self.sender.rpartition("@")[2].rstrip(">") or "localhost"
        mail = EmailMessage(
            subject=message.title,
            body=message.text,
            from_email=self.sender,
            to=[message.address],
            headers={
                "Message-ID": f"<{message.key}@{host}>",
                "Auto-Submitted": "auto-generated",
                **_stopping(message.stop_url),
            },
        )
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _words in error.recipients.values()]
            if all(code >= 500 for code in codes):
                raise Undeliverable("address_refused") from None
            raise Unreachable("address_deferred") from None
        except (smtplib.SMTPException, OSError):
            raise Unreachable("mail_server") from None


def _stopping(url: str) -> dict[str, str]:
    """The headers by which a mail program offers to stop such mails: one click, without a login (RFC 2369, RFC 8058)."""
    if not url:
        return {}
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
