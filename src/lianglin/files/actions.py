"""Attaching files to cases, and parking them until their form is sent."""

from __future__ import annotations

import errno
import logging
from collections.abc import Sequence

from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.files import queries, rules, store
from lianglin.files.models import Attachment, ParkedFile
from lianglin.files.prepare import FIELD, Prepared, prepare
from lianglin.kit import clock
from lianglin.kit.errors import HouseError, Refused

log = logging.getLogger("lianglin.files")


class NotStored(HouseError):
    """The disk did not take the file."""

    status = 503


def attach(
    *, case_id: int, scope_code: str, upload: UploadedFile | Prepared, by: Actor, public: bool = True
) -> Attachment:
    """Checks a file, stores it and attaches it to a case that the actor may work on.

    ``public``: the resident may see it. The file is on the disk before the row commits; with a rollback it loses
    its row and the nightly sweep takes it. :class:`Refused` says what is wrong with the file, or that six of the
    reporter (or of those who work on the case) are there already.
    """
    ready = prepare(upload)
    with together():
        _room_for(1, case_id, by)
        name = _store(ready)
        try:
            return _attach(name, ready, case_id=case_id, scope_code=scope_code, by=by, public=public)
        except BaseException:
            store.remove(name)
            raise


def park(*, upload: UploadedFile | Prepared, key: str) -> str:
    """Checks a file and keeps it for a form that is not sent yet; returns its stored name.

    ``key`` is the draft's secret key. Gone after a week. :class:`Refused` as :func:`attach`.
    """
    ready = prepare(upload)
    if len(queries.parked(key)) >= rules.MAX_FILES:
        raise _too_many()
    name = _store(ready)
    with connection.cursor() as cursor:
        cursor.execute(
            "select files_park(%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                queries.digest(key),
                name,
                ready.original_name,
                ready.content_type,
                len(ready.data),
                ready.sha256,
                ready.width,
                ready.height,
                clock.now(),
            ],
        )
    return name


def unpark(*, name: str, key: str) -> bool:
    """Takes a parked file out of its form again. False when it is not under this key."""
    with connection.cursor() as cursor:
        cursor.execute("select files_unpark(%s, %s)", [queries.digest(key), name])
        return cursor.fetchone()[0]


def attach_parked(
    *, key: str, case_id: int, scope_code: str, by: Actor, public: bool = True
) -> Sequence[Attachment]:
    """Attaches all files parked under a key to a case: the form is sent."""
    with together():
        waiting: list[ParkedFile] = [
            found for found in queries.parked(key) if unpark(name=found.name, key=key)
        ]
        if waiting:
            _room_for(len(waiting), case_id, by)
        return [
            _attach(found.name, found, case_id=case_id, scope_code=scope_code, by=by, public=public)
            for found in waiting
        ]


def _attach(
    name: str, what: Prepared | ParkedFile, *, case_id: int, scope_code: str, by: Actor, public: bool
) -> Attachment:
    made = Attachment(
        name=name,
        original_name=what.original_name,
        content_type=what.content_type,
        size=len(what.data) if isinstance(what, Prepared) else what.size,
        sha256=what.sha256,
        width=what.width,
        height=what.height,
        scope_code=scope_code,
        case_id=case_id,
        public=public,
        uploaded_at=clock.now(),
        post_id=by.post_id,
    )
    made.save(force_insert=True)
    audit.record(
        "files.attach",
        "files.Attachment",
        made.pk,
        scope_code=scope_code,
        values={"case": case_id, "sha256": what.sha256},
    )
    return made


def _room_for(more: int, case_id: int, by: Actor) -> None:
    """Who reported has six, and who works on it six: neither uses up the other's."""
    queries.lock_case(case_id)
    if queries.count(case_id, by, of_office=by.post_id is not None) + more > rules.MAX_FILES:
        raise _too_many()


def _too_many() -> Refused:
    return Refused(
        _("A report can have %(limit)s pictures or papers. Leave out the least important ones.")
        % {"limit": rules.MAX_FILES},
        field=FIELD,
        code="too_many",
    )


def _store(ready: Prepared) -> str:
    name = store.new_name()
    try:
        store.put(name, ready.data)
        if ready.small:
            store.put(name, ready.small, small=True)
    except OSError as error:
        store.remove(name)
        log.error("attachment not stored: %s", errno.errorcode.get(error.errno or 0, "unknown"))
        raise NotStored(
            _(
                "The picture could not be stored just now. Send the form without it, or try again in a few minutes."
            ),
            field=FIELD,
        ) from error
    return name
