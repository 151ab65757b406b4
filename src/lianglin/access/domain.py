"""What the access package plugs into the house: kinds of posts, guards of its tables."""

from typing import Literal

from django.utils.translation import gettext_lazy as _

from lianglin.access.duty_list import manifest as duty_list
from lianglin.kit.domain import (
    Access,
    Domain,
    Duty,
    Everything,
    Follows,
    Guard,
    InScope,
    NavItem,
    Notice,
    Own,
    OwnAccount,
    OwnPost,
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


def _subject(model: str) -> Personal:
    why, after = _("staff login"), _("end of the last post")
    return Personal(f"{model}.subject", _("name at the city's login"), why, "contract", "P1Y", after, "none")


DOMAIN = Domain(
    code="access",
    label=_("Access"),
    order=20,
    database=(
        "lianglin.access.database:install",
        "lianglin.access.database:install_rotation",
        "lianglin.access.governance.database:install_offices",
        "lianglin.access.governance.widened:install",
    ),
    seed="lianglin.access.seed.load:seed",
    panels=(Panel("place", "access/office.html", "lianglin.access.panels:office", 10),),
    urls="lianglin.access.urls",
    path="account/",
    duties=(
        *duty_list.DUTIES,
        Duty("access.audit", _("read the audit and verify it")),
        Duty("access.who_looked", _("see who looked at personal data")),
        Duty("access.manage", _("make accounts and organisations, propose posts")),
        Duty("access.approve", _("approve changes of rights as the second person")),
        Duty("access.secure", _("reset second factors, end sessions, watch over the keys")),
        Duty("access.audit_export", _("export the audit")),
        Duty("access.ask_help", _("ask to help in another area")),
        Duty("access.approve_help", _("decide who helps in the own area")),
        Duty("access.break_glass", _("open personal data in an emergency")),
        Duty("access.review_glass", _("judge what was opened in an emergency")),
        Duty("access.keys", _("watch the keys and order rotations")),
        Duty("access.end_sessions", _("end the logins of others")),
        Duty("access.health", _("use health data of the persons of the own place")),
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
            ("access.ask_help", "access.break_glass"),
            ("handle_case", "call_back", "serve_household"),
            "community",
        ),
        RoleKind(
            "street_coordinator",
            _("street coordinator"),
            "staff",
            ("access.ask_help", "access.approve_help", "access.break_glass"),
            ("handle_case", "call_back", "serve_household"),
            "township",
        ),
        RoleKind(
            "district_coordinator",
            _("district coordinator"),
            "staff",
            ("access.approve_help", "access.break_glass"),
            ("handle_case",),
            "county",
        ),
        RoleKind("city_coordinator", _("city coordinator"), "staff", (), ("handle_case",), "city"),
        RoleKind("manager", _("manager"), "staff", (), ("statistics",), "city"),
        RoleKind("unit_handler", _("department handler"), "handler", (), ("handle_case",), "unit"),
        RoleKind("family_doctor", _("family doctor"), "health", ("access.health",), ("health",), "community"),
        RoleKind(
            "protection_officer",
            _("data-protection officer"),
            "staff",
            ("access.audit", "access.who_looked", "access.review_glass"),
            ("data_protection",),
            "city",
        ),
        RoleKind(
            "administrator",
            _("administrator"),
            "administrator",
            ("access.manage",),
            ("governance",),
            "city",
            alone=True,
        ),
        RoleKind(
            "security_officer",
            _("security officer"),
            "security",
            ("access.approve", "access.secure", "access.keys"),
            ("governance",),
            "city",
            alone=True,
        ),
        RoleKind(
            "auditor",
            _("auditor"),
            "auditor",
            ("access.audit", "access.audit_export"),
            ("governance",),
            "city",
            alone=True,
        ),
    ),
    role_duties={
        **duty_list.ROLE_DUTIES,
        "security_officer": ("access.end_sessions",),
        "protection_officer": ("access.end_sessions",),
    },
    navigation=(
        *duty_list.NAVIGATION,
        NavItem("system", _("Accounts"), "access:accounts", "person", "access.manage", 10),
        NavItem("system", _("Posts"), "access:all_posts", "calendar", "access.manage", 15),
        NavItem("system", _("Organisations"), "access:organisations", "building", "access.manage", 20),
        NavItem("system", _("Changes of rights"), "access:changes", "form", "access.manage", 25),
        NavItem("system", _("Changes to approve"), "access:changes", "form", "access.approve", 10),
        NavItem("system", _("Lost phone"), "access:reset", "lock", "access.secure", 20),
        NavItem("system", _("Keys"), "access:key_rings", "shield", "access.keys", 30),
        NavItem("protection", _("Help elsewhere"), "access:help", "people", "access.ask_help", 70),
        NavItem("protection", _("Help in my area"), "access:help_area", "people", "access.approve_help", 71),
        NavItem("protection", _("Emergency opening"), "access:glasses", "warn", "access.break_glass", 72),
        NavItem("protection", _("Emergency openings"), "access:glasses", "warn", "access.review_glass", 79),
        NavItem("system", _("Logins of others"), "access:others", "out", "access.end_sessions", 91),
        NavItem("protection", _("Who looked"), "access:who_looked", "eye", "access.who_looked", 80),
        NavItem("system", _("Audit"), "access:audit", "shield", "access.audit", 85),
        NavItem("system", _("Verifications"), "access:audit_checks", "check", "access.audit", 86),
        NavItem(
            "system", _("Export the audit"), "access:audit_export", "download", "access.audit_export", 87
        ),
    ),
    notices=(
        Notice(
            "access.audit_broken",
            _("the audit does not fit"),
            {
                "zh-hans": "审计核验发现{count}处不符。请保持现状，并立即联系系统安全负责人。",
                "en": "The verification of the audit found {count} places that do not fit. Call whoever is responsible for security.",
            },
            ("count",),
        ),
        Notice(
            "access.break_glass",
            _("emergency opening of personal data"),
            {
                "zh-hans": "{unit}紧急打开了{place}的个人信息，至{until}自动关闭。请事后审定是否正当。",
                "en": "{unit} opened personal data of {place} in an emergency until {until}. Judge afterwards whether it was justified.",
            },
            ("unit", "place", "until"),
        ),
        Notice(
            "access.break_glass_person",
            _("emergency opening of one person's restricted data"),
            {
                "zh-hans": "{unit}为救人紧急打开了{place}一名居民已限制处理的信息，至{until}自动关闭。请事后审定是否正当。",
                "en": "{unit} opened restricted data of one resident of {place} in an emergency until {until}. Judge it afterwards.",
            },
            ("unit", "place", "until"),
        ),
    ),
    guards=(
        Guard(
            "access.Account",
            {
                "auth": Access("SU"),
                "staff": Access("S", OwnAccount("id")),
                "handler": Access("S", OwnAccount("id")),
                "health": Access("S", OwnAccount("id")),
                "administrator": Access("SI"),
                "security": Access("S"),
            },
            personal=True,
            neutral=(
                "one_time_until",
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
        Guard("access.ApiToken", {"auth": Access("SIU"), "job": Access("SD")}),
        Guard("access.Passkey", {"auth": Access("SIUD")}),
        Guard(
            "access.OutsideIdentity",
            {"auth": Access("SD"), "administrator": Access("S"), "security": Access("S")},
        ),
        Guard("access.LinkList", {"administrator": Access("SI"), "security": Access("S")}),
        Guard("access.LinkRow", {"administrator": Access("SI"), "security": Access("S")}),
        Guard("access.SecondFactor", {"auth": Access("SIUD")}),
        Guard("access.RecoveryCode", {"auth": Access("SIUD")}),
        Guard("access.Organisation", {**READ, "administrator": Access("SIU")}),
        Guard(
            "access.RightsChange",
            {"administrator": Access("SI"), "security": Access("S"), "job": Access("SU")},
        ),
        *duty_list.GUARDS,
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
            "access.HelpTicket",
            {"auth": Access("S"), "staff": Access("SI", Everything(), writes=OwnPost())},
        ),
        Guard(
            "access.BreakGlass",
            {
                "auth": Access("S"),
                "staff": Access("SI", Everything(), writes=OwnPost()),
                "job": Access("S"),
            },
        ),
        Guard(
            "access.GlassPerson",
            {
                "staff": Access("SI", OwnPost()),
                "resident": Access("S", OwnResident()),
                "job": Access("SD"),
            },
            personal=True,
            neutral=("opening", "post_id"),
        ),
        Guard(
            "access.AccessLog",
            {
                "staff": Access("SI", InScope(), writes=InScope()),
                "handler": Access("I", OwnUnit("organisation_id")),
                "health": Access("I", InScope(purpose="health")),
                "resident": Access("S", Own("case_id")),
                "job": Access("SD", InScope()),
            },
            personal=True,
            neutral=(
                "at",
                "scope_code",
                "case_id",
                "organisation",
                "purpose",
                "what",
                "help_ticket",
                "break_glass",
            ),
        ),
        Guard("access.AuditHead", {"staff": Access("S"), "auditor": Access("S"), "job": Access("S")}),
        Guard("access.AuditEntry", {"staff": Access("S"), "auditor": Access("S"), "job": Access("S")}),
        Guard("access.AuditCheck", {"staff": Access("S"), "auditor": Access("S"), "job": Access("SI")}),
        Guard("access.AuditCut", {"staff": Access("S"), "auditor": Access("S"), "job": Access("SIU")}),
        Guard("access.KeyRotation", {"security": Access("S"), "job": Access("SIU")}),
        Guard("access.KeySeen", {"security": Access("S"), "job": Access("SI")}),
        Guard("access.KeyUse", {"security": Access("S"), "job": Access("SID")}),
        Guard(
            "access.KeyOrder", {"security": Access("SI", Everything(), writes=OwnPost()), "job": Access("SU")}
        ),
        Guard("access.AuditSeal", {"staff": Access("S"), "auditor": Access("S"), "job": Access("SI")}),
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
    ),
    retention=(
        Retention("access.LoginSession", "P30D", "ends_at", "erase"),
        Retention("access.ApiToken", "P1Y", "expires_at", "erase"),
        Retention("access.AccessLog", "P3Y", "at", "erase"),
        Retention("access.GlassPerson", "P3Y", "opening__begun_at", "erase"),
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
    ),
    subjects=(
        Subject("access.LoginSession", "resident_id", "resident"),
        Subject("access.AccessLog", "resident_id", "resident", erasable=False),
        Subject("access.GlassPerson", "resident_id", "resident", erasable=False),
        Subject("access.AccessLog", "case_id", "case", erasable=False),
    ),
    follows=(
        Follows("access.AccessLog", open="who looked is accounted for"),
        Follows("access.GlassPerson", open="who looked is accounted for"),
        Follows(
            "access.LoginSession",
            open="the person still logs in",
            stays="logins of a file that is joined end; the person logs in anew",
        ),
    ),
)
