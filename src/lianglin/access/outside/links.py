"""Which account a subject of the city's provider opens. It is declared by two people (RightsChange), never by itself."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from lianglin.access.models import Account, OutsideIdentity
from lianglin.access.outside.flow import Proved
from lianglin.kit.errors import Forbidden


def account_of(proved: Proved) -> Account:
    """The active account that this subject was declared for; Forbidden when there is none. Acts as the login role."""
    found = (
        OutsideIdentity.objects.filter(
            issuer=proved.issuer, claim=proved.claim, subject=proved.subject, account__is_active=True
        )
        .select_related("account")
        .first()
    )
    if found is None:
        raise Forbidden(
            _(
                "The city's login knows you, but no account here is declared for you. Ask your administrator to "
                "declare it, or log in with your password."
            )
        )
    return found.account


def linked(account_id: int) -> OutsideIdentity | None:
    """The link of an account to the provider there is now; run it as a role that may read links."""
    return OutsideIdentity.objects.filter(
        account_id=account_id, issuer=settings.OIDC_ISSUER, claim=settings.OIDC_CLAIM
    ).first()


def is_taken(*, issuer: str, claim: str, subject: str, but: int) -> bool:
    """Whether a subject was declared for another account than ``but``."""
    held = OutsideIdentity.objects.filter(issuer=issuer, claim=claim, subject=subject)
    return held.exclude(account_id=but).exists()


def unlink(*, account_id: int) -> int:
    """Ends the link of an account; how many there were. Acts as the login role."""
    return OutsideIdentity.objects.filter(account_id=account_id).delete()[0]
