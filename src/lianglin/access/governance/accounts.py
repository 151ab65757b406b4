"""Accounts and organisations as the administrator makes them; the first password is good for one login."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actions import LOGIN_ROLE, create_account
from lianglin.access.actor import Actor
from lianglin.access.governance.rules import one_time_password
from lianglin.access.models import Account, Organisation
from lianglin.access.second_factor import end_other_sessions
from lianglin.access.transaction import acting, together
from lianglin.kit import clock
from lianglin.kit.errors import Forbidden, Refused

GOOD_FOR = timedelta(days=3)
"""How long a first password can be used."""


def make_account(*, username: str, name: str, by: Actor) -> tuple[Account, str]:
    """A new account without any right, and its first password, which is shown once and kept nowhere."""
    by.require("access.manage")
    password = one_time_password()
    with together():
        if Account.objects.filter(username=username).exists():
            raise Refused(
                _("The login name “%(name)s” exists already. Choose another.") % {"name": username},
                field="username",
            )
        account = create_account(
            username=username, name=name, password=password, one_time_until=clock.now() + GOOD_FOR
        )
        audit.record("access.account_made", "access.Account", account.pk, values={"username": username})
    return account, password


def save_organisation(*, organisation: Organisation | None, given: dict[str, Any], by: Actor) -> Organisation:
    """Makes an organisation or changes one. It gives nobody a right."""
    by.require("access.manage")
    with together():
        made = organisation or Organisation()
        if Organisation.objects.exclude(pk=made.pk).filter(code=given["code"]).exists():
            raise Refused(_("This code is taken. Choose another."), field="code")
        if made.pk is not None and given.get("parent") == made:
            raise Refused(_("An organisation does not stand under itself."), field="parent")
        for name, value in given.items():
            setattr(made, name, value)
        made.save()
        audit.record(
            "access.organisation",
            "access.Organisation",
            made.pk or 0,
            values={**given, "parent": made.parent_id},
        )
    return made


def choose_password(*, request: HttpRequest, password: str) -> None:
    """One's own password in place of the first one; every other session ends, and the posts open."""
    account_id = request.user.pk
    with acting(LOGIN_ROLE):
        account = Account.objects.filter(pk=account_id, one_time_until__isnull=False).first()
        if account is None:
            raise Forbidden(_("You have chosen your own password already."))
        if account.check_password(password):
            raise Refused(_("Choose another password than the first one."), field="password")
        try:
            validate_password(password, account)
        except ValidationError as error:
            raise Refused(" ".join(error.messages), field="password") from error
        account.set_password(password)
        account.one_time_until = None
        account.save(update_fields=["password", "one_time_until"])
    audit.record("access.own_password", "access.Account", account.pk)
    end_other_sessions(request=request)
