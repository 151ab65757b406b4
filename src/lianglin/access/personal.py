"""Which columns of this package are somebody's data, and how long its rows are kept: tuples for the manifest."""

from typing import Literal

from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import Personal, Retention, Text


def _login(column: str, label: Text, mask: Literal["never", "none"]) -> Personal:
    why, after = _("let people see and end their logins"), _("the login ended")
    return Personal(f"access.LoginSession.{column}", label, why, "statutory_duty", "P30D", after, mask)


def _subject(model: str) -> Personal:
    why, after = _("staff login"), _("end of the last post")
    return Personal(f"{model}.subject", _("name at the city's login"), why, "contract", "P1Y", after, "none")


PERSONAL = (
    Personal(
        "access.Account.username",
        _("login name"),
        _("staff login"),
        "contract",
        "P1Y",
        _("end of the last post"),
        "none",
    ),
    Personal(
        "access.Account.name",
        _("staff name"),
        _("staff login"),
        "contract",
        "P1Y",
        _("end of the last post"),
        "name",
    ),
    Personal(
        "access.SecondFactor.secret",
        _("secret of the authenticator app"),
        _("staff login"),
        "contract",
        "P1Y",
        _("end of the last post"),
        "never",
    ),
    _subject("access.OutsideIdentity"),
    _subject("access.LinkRow"),
    _login("session_key", _("session"), "never"),
    _login("account", _("account"), "never"),
    _login("resident_id", _("resident"), "never"),
    _login("device", _("device"), "none"),
    _login("network", _("address range"), "none"),
    Personal(
        "access.AccessLog.resident_id",
        _("resident who was looked at"),
        _("accountability"),
        "statutory_duty",
        "P3Y",
        _("the look"),
        "never",
    ),
    Personal(
        "access.GlassPerson.resident_id",
        _("resident who was looked at"),
        _("accountability"),
        "emergency",
        "P3Y",
        _("the look"),
        "never",
    ),
    Personal(
        "access.AccessLog.post",
        _("post that looked"),
        _("accountability"),
        "statutory_duty",
        "P3Y",
        _("the look"),
        "never",
    ),
)
RETENTION = (
    Retention("access.LoginSession", "P30D", "ends_at", "erase"),
    Retention("access.ApiToken", "P1Y", "expires_at", "erase"),
    Retention("access.AccessLog", "P3Y", "at", "erase"),
    Retention("access.GlassPerson", "P3Y", "opening__begun_at", "erase"),
    Retention("access.WorkRun", "P90D", "ended_at", "erase"),
    Retention(
        "access.AuditEntry",
        "P3Y",
        "",
        "keep",
        _(
            "Each entry proves the ones before it, so none is taken out alone: what has run out (LIANGLIN_AUDIT_MONTHS, "
            "six months at least) is cut up to a signed seal. It holds ids and digests, never values."
        ),
    ),
)
