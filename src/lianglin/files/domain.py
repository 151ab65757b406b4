"""What the files package plugs into the house."""

from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import (
    Access,
    Domain,
    Everything,
    Granted,
    Guard,
    InScope,
    Nightly,
    Own,
    Personal,
    Retention,
    Subject,
)

_WORK = _("handle what was reported")
_UPLOADED, _PARKED = _("the upload"), _("the file was parked")
_KNOWN = ("name", "content_type", "size", "sha256", "width", "height")

DOMAIN = Domain(
    code="files",
    label=_("Files"),
    order=45,
    urls="lianglin.files.urls",
    path="files/",
    database=("lianglin.files.database:install",),
    guards=(
        Guard(
            "files.Attachment",
            {
                "staff": Access("SI", InScope(purpose="handle_case")),
                "handler": Access("SI", Granted("cases.Case", "case_id")),
                "resident": Access("SI", Own("case_id")),
                "job": Access("SD", InScope()),
            },
            personal=True,
            neutral=(*_KNOWN, "case_id", "public", "uploaded_at", "post"),
        ),
        Guard(
            "files.ParkedFile",
            {"job": Access("SD", Everything())},
            personal=True,
            neutral=(*_KNOWN, "key", "parked_at"),
        ),
    ),
    personal=(
        Personal(
            "files.Attachment.original_name",
            _("name given by the sender"),
            _WORK,
            "statutory_duty",
            "P5Y",
            _UPLOADED,
            "text",
        ),
        Personal(
            "files.ParkedFile.original_name",
            _("name given by the sender"),
            _WORK,
            "consent",
            "P7D",
            _PARKED,
            "text",
        ),
    ),
    retention=(
        Retention("files.Attachment", "P5Y", "uploaded_at", "erase"),
        Retention("files.ParkedFile", "P7D", "parked_at", "erase"),
    ),
    subjects=(Subject("files.Attachment", "case_id", "case"),),
    nightly=(Nightly(_("remove files without a row"), "lianglin.files.tasks:SWEEP", 16),),
)
