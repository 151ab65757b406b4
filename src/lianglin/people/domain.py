"""What the people package plugs into the house: guards, declared personal columns, retention, screens."""

from functools import partial

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianglin.kit.domain import (
    Access,
    Answer,
    Command,
    ConsentPurpose,
    Correctable,
    Domain,
    Duty,
    Follows,
    Guard,
    InScope,
    NavItem,
    Nightly,
    OwnResident,
    OwnThrough,
    Personal,
    Retention,
    Subject,
)
from lianglin.kit.events import ActsFor
from lianglin.people import figures

_SERVICE = _("provide community services to the household")
_APART = _("tell persons apart")
_FIND = _("find the person who asks")
_REACH = _("reach the person")
_MINORS = _("let guardians act for those who cannot act themselves")
_PROOF = _("prove what was agreed to")
_AFTER = _("the person moved away or died")
STAFF = {"staff": Access("SIU", InScope(purpose="handle_case")), "job": Access("SIUD", InScope())}
_READ = {role: Access("S") for role in ("staff", "handler", "helper", "resident", "public", "job")}
_LIST = (
    *(
        "organisation_id",
        "post_id",
        "filename",
        "sha256",
        "heading",
        "mapping",
        "state",
        "rows",
        "seen",
        "made",
    ),
    *("filled", "same", "wrong", "error", "created_at", "ended_at"),
)


def _own(rows: OwnResident | OwnThrough) -> dict[str, Access]:
    """What the person reads, and in an emergency a post whose opening names the person: who, where, who is to be called."""
    return {"resident": Access("S", rows), "rescue": Access("S", rows)}


_held = partial(Personal, purpose=_SERVICE, basis="statutory_duty", keep="P2Y", after=_AFTER)
_OWN = "lianglin.people.queries.own"

DOMAIN = Domain(
    code="people",
    label=_("People"),
    order=30,
    urls="lianglin.people.urls",
    path="people/",
    database=("lianglin.people.database:install",),
    duties=(
        Duty("people.read", _("open a person's file")),
        Duty("people.keep", _("keep guardians and consents of a person")),
        Duty("people.merge", _("join two files of one person")),
        Duty("people.import", _("take in lists of residents")),
        Duty("people.texts", _("publish the texts by which consent is asked")),
    ),
    role_duties={
        "community_worker": ("people.read", "people.keep", "people.import", "people.merge"),
        "street_coordinator": ("people.merge",),
        "district_coordinator": ("people.merge",),
        "protection_officer": ("people.texts",),
    },
    navigation=(
        NavItem("people", _("Residents"), "people:index", "person", "people.read", 29),
        NavItem("people", _("Lists of residents"), "people:imports", "download", "people.import", 31),
        NavItem("people", _("Possible duplicates"), "people:duplicates", "swap", "people.merge", 33),
        NavItem("rules", _("Consent texts"), "people:texts", "form", "people.texts", 65),
    ),
    commands=(
        Command("people", "name-keys", "keys for finding names", "lianglin.people.tasks:keys_command"),
        Command(
            "people",
            "import",
            "take in a list of residents of any length; goes on where it was stopped",
            "lianglin.people.tasks:import_command",
        ),
    ),
    answers=(Answer(ActsFor, "lianglin.people.queries.guardians:acts_for"),),
    corrections=(
        Correctable(
            "people",
            "lianglin.people.queries.correcting:data",
            "lianglin.people.actions.correcting:check",
            "lianglin.people.actions.correcting:correct",
        ),
    ),
    consents=(
        ConsentPurpose(
            "contact",
            _("reach me by phone and text message"),
            columns=("people.Resident.phone", "people.Resident.phone_match"),
        ),
    ),
    indicators=figures.INDICATORS,
    guards=(
        Guard(
            "people.Household",
            {**STAFF, **_own(OwnThrough("people.Membership", "household_id"))},
            personal=True,
            neutral=("kind", "sample"),
        ),
        Guard(
            "people.Resident",
            {**STAFF, **_own(OwnResident("id"))},
            personal=True,
            neutral=("sample", "merged_into", "ended_on"),
        ),
        Guard("people.Membership", {**STAFF, **_own(OwnResident())}, personal=True),
        Guard(
            "people.Guardianship",
            {**STAFF, **_own(OwnResident("ward_id"))},
            personal=True,
            neutral=("recorded_at", "post_id", "sample"),
        ),
        Guard(
            "people.NameKey",
            {"staff": Access("S", InScope(purpose="handle_case")), "job": Access("SID", InScope())},
            personal=True,
        ),
        Guard(
            "people.DuplicatePair",
            {"staff": Access("SU", InScope(purpose="handle_case")), "job": Access("SIUD", InScope())},
            personal=True,
            neutral=("reason", "state", "ground", "found_at", "decided_at", "post_id"),
        ),
        Guard(
            "people.DuplicateHalf",
            {"staff": Access("SU", InScope(purpose="handle_case")), "job": Access("SIUD", InScope())},
            personal=True,
            neutral=("pair_id", "state", "said", "ground", "clash", "found_at", "said_at", "post_id"),
        ),
        Guard(
            "people.Merge",
            {"staff": Access("SIU", InScope(purpose="handle_case")), "job": Access("SIUD", InScope())},
            personal=True,
            neutral=("pair_id", "moved", "merged_at", "post_id", "undone_at"),
        ),
        Guard(
            "people.FormerValue",
            {
                "staff": Access("S", InScope(purpose="handle_case")),
                "resident": Access("S", OwnResident()),
                "job": Access("SID", InScope()),
            },
            personal=True,
            neutral=("column", "until_at", "case_id"),
        ),
        Guard(
            "people.PeopleImport",
            {"staff": Access("SIU", InScope(purpose="handle_case")), "job": Access("SIUD", InScope())},
            personal=True,
            neutral=_LIST,
        ),
        Guard(
            "people.ImportPart",
            {"staff": Access("SIU", InScope(purpose="handle_case")), "job": Access("SIUD", InScope())},
            personal=True,
            neutral=("record", "first_row", "count", "findings", "checked", "done"),
        ),
        Guard("people.ImportMapping", {"staff": Access("SIU", InScope()), "job": Access("SIUD", InScope())}),
        Guard("people.ConsentText", {**_READ, "staff": Access("SI")}),
        Guard(
            "people.Consent",
            {
                "staff": Access("SI", InScope(purpose="handle_case")),
                "resident": Access("SI", OwnResident()),
                "job": Access("SD", InScope()),
            },
            personal=True,
            neutral=("text", "purpose", "decided_at", "channel", "form_number", "post_id", "sample"),
        ),
    ),
    personal=(
        _held("people.Household.dwelling", _("dwelling"), mask="address"),
        _held("people.Household.formed_on", _("formed on"), mask="date"),
        _held("people.Household.dissolved_on", _("dissolved on"), mask="date"),
        _held("people.Resident.name", pgettext_lazy("person", "name"), mask="name"),
        _held("people.Resident.sex", _("sex"), mask="none"),
        _held("people.Resident.born_on", _("born on"), mask="date"),
        _held("people.Resident.died_on", _("died on"), mask="date"),
        _held("people.Resident.left_on", _("moved away on"), mask="date"),
        _held("people.Resident.id_number", _("ID number"), purpose=_APART, mask="id_number", sensitive=True),
        _held("people.Resident.id_match", _("match key of the ID number"), purpose=_APART, mask="never"),
        _held("people.Resident.phone", _("phone"), purpose=_REACH, basis="consent", mask="phone"),
        _held(
            "people.Resident.phone_match",
            _("match key of the phone"),
            purpose=_REACH,
            basis="consent",
            mask="never",
        ),
        _held("people.Membership.household", _("household"), mask="none"),
        _held("people.Membership.resident", _("resident"), mask="none"),
        _held("people.Membership.relation", _("relation to the head"), mask="none"),
        _held("people.Membership.from_on", _("from"), mask="date"),
        _held("people.Membership.to_on", _("to"), mask="date"),
        _held("people.Guardianship.ward", _("ward"), purpose=_MINORS, mask="none"),
        _held("people.Guardianship.guardian", _("guardian (a resident)"), purpose=_MINORS, mask="none"),
        _held("people.Guardianship.guardian_name", _("guardian's name"), purpose=_MINORS, mask="name"),
        _held("people.Guardianship.guardian_phone", _("guardian's phone"), purpose=_MINORS, mask="phone"),
        _held("people.Guardianship.kind", _("kind of guardianship"), purpose=_MINORS, mask="none"),
        _held("people.Guardianship.papers", _("papers seen"), purpose=_MINORS, mask="none"),
        _held("people.Guardianship.from_on", _("from"), purpose=_MINORS, mask="date"),
        _held("people.Guardianship.to_on", _("to"), purpose=_MINORS, mask="date"),
        _held("people.DuplicatePair.first", _("first file"), purpose=_APART, mask="never"),
        _held("people.DuplicatePair.second", _("second file"), purpose=_APART, mask="never"),
        _held("people.DuplicateHalf.resident", _("own file"), purpose=_APART, mask="never"),
        _held("people.Merge.kept_id", _("file that stays"), purpose=_APART, mask="never"),
        _held("people.Merge.gone_id", _("file that was joined"), purpose=_APART, mask="never"),
        _held("people.FormerValue.resident", _("resident"), purpose=_APART, keep="P3Y", mask="none"),
        _held("people.FormerValue.value", _("what stood there"), purpose=_APART, keep="P3Y", mask="text"),
        _held("people.NameKey.resident", _("resident"), purpose=_FIND, mask="never"),
        _held("people.NameKey.key", _("search key of the name"), purpose=_FIND, mask="never"),
        _held(
            "people.ImportPart.rows",
            _("rows of the list"),
            keep="P30D",
            after=_("the list was brought"),
            mask="never",
            sensitive=True,
        ),
        _held("people.Consent.resident", _("resident"), purpose=_PROOF, mask="none"),
        _held("people.Consent.decision", _("decision"), purpose=_PROOF, mask="none"),
        _held(
            "people.Consent.guardianship_id",
            _("guardianship under which it was decided"),
            purpose=_PROOF,
            mask="none",
        ),
    ),
    retention=(
        Retention("people.Resident", "P2Y", "ended_on", "erase"),
        Retention("people.Household", "P2Y", "dissolved_on", "erase"),
        Retention("people.Membership", "P2Y", "to_on", "erase"),
        Retention("people.Guardianship", "P2Y", "to_on", "erase"),
        Retention("people.NameKey", "P2Y", "resident__ended_on", "erase"),
        Retention("people.DuplicatePair", "P2Y", "first__ended_on", "erase"),
        Retention("people.DuplicateHalf", "P2Y", "resident__ended_on", "erase"),
        Retention("people.Merge", "P2Y", "merged_at", "erase"),
        Retention("people.FormerValue", "P3Y", "until_at", "erase"),
        Retention("people.ImportPart", "P30D", "record__created_at", "erase"),
        Retention("people.PeopleImport", "P2Y", "created_at", "erase"),
        Retention("people.Consent", "P2Y", "resident__ended_on", "erase"),
    ),
    subjects=(
        Subject("people.Resident", "id", "resident"),
        Subject("people.Membership", "resident_id", "resident", words=f"{_OWN}:memberships"),
        Subject("people.Household", "memberships__resident_id", "resident", erasable=False),
        Subject("people.Guardianship", "ward_id", "resident", words=f"{_OWN}:guardianships"),
        Subject("people.Guardianship", "guardian_id", "resident", words=f"{_OWN}:guardianships"),
        Subject("people.NameKey", "resident_id", "resident"),
        Subject("people.FormerValue", "resident_id", "resident"),
        Subject("people.Consent", "resident_id", "resident", erasable=False, words=f"{_OWN}:consents"),
        Subject("people.Resident", "merged_into", "resident"),
        Subject("people.DuplicatePair", "first_id", "resident"),
        Subject("people.DuplicatePair", "second_id", "resident"),
        Subject("people.DuplicateHalf", "resident_id", "resident"),
        Subject("people.Merge", "kept_id", "resident"),
        Subject("people.Merge", "gone_id", "resident"),
    ),
    follows=(
        Follows("people.Resident", "merged_into"),
        Follows("people.Membership", "resident_id", once=("household_id", "to_on")),
        Follows("people.Guardianship", "ward_id", apart="guardian_id"),
        Follows("people.Guardianship", "guardian_id", apart="ward_id"),
        Follows("people.NameKey", once=("key",)),
        Follows("people.Consent"),
        Follows("people.FormerValue"),
        Follows("people.DuplicatePair", "first_id", stays="a pair is about two files"),
        Follows("people.DuplicatePair", "second_id", stays="a pair is about two files"),
        Follows("people.DuplicateHalf", stays="says what one district sees of two files"),
        Follows("people.Merge", "kept_id", stays="says which files were joined"),
        Follows("people.Merge", "gone_id", stays="says which files were joined"),
    ),
    seed="lianglin.people.seed.load:seed",
    nightly=(
        Nightly(_("keys of names"), "lianglin.people.tasks:KEYS", 20),
        Nightly(_("files that may be one person"), "lianglin.people.tasks:DUPLICATES", 22),
    ),
)
