"""What the access package plugs into the house: kinds of posts, guards of its tables."""

from typing import Literal

from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import (
    Access,
    Domain,
    Duty,
    Guard,
    InScope,
    NavItem,
    Own,
    OwnAccount,
    OwnResident,
    OwnUnit,
    Panel,
    Personal,
    Retention,
    RoleKind,
    Subject,
    Text,
)

READ = {role: Access("S") for role in ("auth", "staff", "handler", "helper", "resident", "public", "job")}


def _login(column: str, label: Text, mask: Literal["never", "none"]) -> Personal:
    why, after = _("let people see and end their logins"), _("the login ended")
    return Personal(f"access.LoginSession.{column}", label, why, "statutory_duty", "P30D", after, mask)


DOMAIN = Domain(
    code="access",
    label=_("Access"),
    order=20,
    database=("lianglin.access.database:install", "lianglin.access.database:install_rotation"),
    seed="lianglin.access.seed.load:seed",
    panels=(Panel("place", "access/office.html", "lianglin.access.panels:office", 10),),
    urls="lianglin.access.urls",
    path="account/",
    duties=(
        Duty("access.audit", _("read the audit and verify it")),
        Duty("access.who_looked", _("see who looked at personal data")),
        Duty("access.manage", _("make accounts and posts")),
        Duty("access.end_sessions", _("end the logins of others")),
        Duty("public.submit", _("report a matter")),
        Duty("public.track", _("follow one's matter")),
        Duty("resident.own_case", _("act on one's own matter")),
        Duty("system", _("act as a background task")),
    ),
    roles=(
        RoleKind(
            "community_worker",
            _("community worker"),
            "staff",
            (),
            ("handle_case", "call_back", "serve_household"),
            "community",
        ),
        RoleKind(
            "street_coordinator",
            _("street coordinator"),
            "staff",
            (),
            ("handle_case", "call_back", "serve_household"),
            "township",
        ),
        RoleKind("district_coordinator", _("district coordinator"), "staff", (), ("handle_case",), "county"),
        RoleKind("manager", _("manager"), "staff", (), ("statistics",), "city"),
        RoleKind("unit_handler", _("department handler"), "handler", (), ("handle_case",), "unit"),
        RoleKind(
            "protection_officer",
            _("data-protection officer"),
            "staff",
            ("access.audit", "access.who_looked"),
            ("data_protection",),
            "city",
        ),
        RoleKind("administrator", _("administrator"), "public", ("access.manage",), (), "city"),
    ),
    role_duties=dict.fromkeys(("administrator", "protection_officer"), ("access.end_sessions",)),
    navigation=(
        NavItem("desk", _("Logins of others"), "access:others", "out", "access.end_sessions", 91),
        NavItem("desk", _("Lost phone"), "access:reset", "lock", "access.manage", 90),
        NavItem("desk", _("Who looked"), "access:who_looked", "eye", "access.who_looked", 80),
        NavItem("desk", _("Audit"), "access:audit", "shield", "access.audit", 85),
    ),
    guards=(
        Guard(
            "access.Account",
            {
                "auth": Access("SU"),
                "staff": Access("S", OwnAccount("id")),
                "handler": Access("S", OwnAccount("id")),
            },
            personal=True,
            neutral=(
                "password",
                "last_login",
                "language",
                "is_active",
                "sample",
                "created_at",
                "session_epoch",
            ),
        ),
        Guard(
            "access.LoginSession",
            {"auth": Access("SIUD"), "resident": Access("S", OwnResident()), "job": Access("SD")},
            personal=True,
            neutral=("how", "started_at", "used_at", "idle_minutes", "ends_at"),
        ),
        Guard("access.SecondFactor", {"auth": Access("SIUD")}),
        Guard("access.RecoveryCode", {"auth": Access("SIUD")}),
        Guard("access.Organisation", READ),
        Guard("access.Post", {**READ}),
        Guard(
            "access.Grant",
            {
                "staff": Access("SIU", InScope()),
                "handler": Access("S", OwnUnit("organisation_id")),
                "job": Access("SIU", InScope()),
            },
        ),
        Guard(
            "access.AccessLog",
            {
                "staff": Access("SI", InScope(), writes=InScope()),
                "handler": Access("I", OwnUnit("organisation_id")),
                "resident": Access("S", Own("case_id")),
                "job": Access("SD", InScope()),
            },
            personal=True,
            neutral=("at", "scope_code", "case_id", "organisation", "purpose", "what"),
        ),
        Guard("access.AuditHead", {"staff": Access("S"), "job": Access("S")}),
        Guard("access.AuditEntry", {"staff": Access("S"), "job": Access("S")}),
        Guard("access.KeyRotation", {"staff": Access("S"), "job": Access("SIU")}),
        Guard("access.AuditSeal", {"staff": Access("S"), "job": Access("SI")}),
    ),
    personal=(
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
            "access.AccessLog.post",
            _("post that looked"),
            _("accountability"),
            "statutory_duty",
            "P3Y",
            _("the look"),
            "never",
        ),
    ),
    retention=(
        Retention("access.LoginSession", "P30D", "ends_at", "erase"),
        Retention("access.AccessLog", "P3Y", "at", "erase"),
        Retention(
            "access.AuditEntry",
            "P3Y",
            "",
            "keep",
            _(
                "Each entry proves the ones before it, so none can be taken out. It holds ids and digests, never values: "
                "after an erasure its ids lead nowhere."
            ),
        ),
    ),
    subjects=(
        Subject("access.LoginSession", "resident_id", "resident"),
        Subject("access.AccessLog", "resident_id", "resident", erasable=False),
        Subject("access.AccessLog", "case_id", "case", erasable=False),
    ),
)
