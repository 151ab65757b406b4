"""The knowledge base is written, reviewed by a second person, published as a version for good, and taken out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError
from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.governance import deciding
from lianglin.access.transaction import together
from lianglin.appeals.models import KnowledgeDraft, KnowledgeEntry, KnowledgeUse, KnowledgeVersion
from lianglin.appeals.queries import catalogue
from lianglin.appeals.queries import knowledge as queries
from lianglin.cases.models import Case
from lianglin.kit import clock, held
from lianglin.kit.errors import Conflict, Forbidden, Refused

WRITE, APPROVE = "appeals.knowledge", "appeals.approve_knowledge"
LONGEST_YEARS = 3
SUBJECT = "appeals.KnowledgeEntry"
State = KnowledgeDraft.State


@dataclass(frozen=True)
class Said:
    """What an entry is to say. ``items``: codes of the catalogue in force; none: of any matter."""

    question: str
    answer: str
    basis: str
    valid_until: date
    items: Sequence[str] = ()


def begin(*, by: Actor, said: Said) -> KnowledgeDraft:
    """Begins an entry for the area of the post, as a draft."""
    by.require(WRITE)
    with together():
        entry = KnowledgeEntry(scope_code=by.low, question=said.question.strip(), created_at=clock.now())
        entry.save(force_insert=True)
        return _draft(entry, by, said)


def revise(entry_id: int, *, by: Actor, said: Said) -> KnowledgeDraft:
    """Begins the next version of an entry; Conflict while another draft of it is open."""
    by.require(WRITE)
    with together():
        entry = _own(entry_id, by)
        if entry.retired_at is not None:
            raise Conflict(_("This entry was taken out. Begin a new one."))
        return _draft(entry, by, said)


def _draft(entry: KnowledgeEntry, by: Actor, said: Said) -> KnowledgeDraft:
    made = KnowledgeDraft(
        entry=entry, scope_code=entry.scope_code, written_at=clock.now(), written_by_id=by.account_id,
        written_post_id=by.post_id,
    )  # fmt: skip
    _write(made, said)
    try:
        with together():
            made.save(force_insert=True)
            audit.record("appeals.knowledge.draft", SUBJECT, entry.pk, scope_code=entry.scope_code)
    except IntegrityError as error:
        raise Conflict(_("Somebody is writing the next version already. Go on with that one.")) from error
    return made


def _write(draft: KnowledgeDraft, said: Said) -> None:
    known = catalogue.choices().by_code
    unknown = [code for code in said.items if code not in known]
    if unknown:
        raise Refused(
            _("The catalogue in force has no code “%(code)s”. Correct the condition.") % {"code": unknown[0]},
            field="items",
        )
    today = clock.today()
    if not today < said.valid_until <= today + timedelta(days=366 * LONGEST_YEARS):
        raise Refused(
            _("The last day lies ahead, within %(n)d years.") % {"n": LONGEST_YEARS}, field="valid_until"
        )
    for name in ("question", "answer", "basis"):
        if not getattr(said, name).strip():
            raise Refused(_("Fill this in."), field=name)
    draft.question, draft.answer, draft.basis = said.question.strip(), said.answer.strip(), said.basis.strip()
    draft.items, draft.valid_until = list(said.items), said.valid_until


def write(entry_id: int, *, by: Actor, said: Said) -> KnowledgeDraft:
    """Writes the open draft of an entry anew; who writes last is its author. One that waits is not changed."""
    by.require(WRITE)
    with together():
        entry = _own(entry_id, by)
        draft = _open(entry)
        if draft.state == State.WAITING:
            raise Conflict(_("It waits for the second person and is not changed meanwhile."))
        _write(draft, said)
        draft.state, draft.written_at = State.DRAFT, clock.now()
        draft.written_by_id, draft.written_post_id = by.account_id or 0, by.post_id or 0
        draft.decided_by = draft.decided_post = draft.decided_at = None
        draft.save()
        audit.record("appeals.knowledge.write", SUBJECT, entry.pk, scope_code=entry.scope_code)
    return draft


def propose(entry_id: int, *, by: Actor) -> KnowledgeDraft:
    """Puts the draft before a second person."""
    by.require(WRITE)
    with together():
        entry = _own(entry_id, by)
        draft = _open(entry)
        if draft.state != State.DRAFT:
            raise Conflict(_("Only a draft is put before a second person. Look at it again."))
        draft.state = State.WAITING
        draft.save(update_fields=["state"])
        audit.record("appeals.knowledge.propose", SUBJECT, entry.pk, scope_code=entry.scope_code)
    return draft


def decide(entry_id: int, *, by: Actor, approve: bool, note: str = "") -> KnowledgeDraft:
    """The second person publishes the draft as the next version, or refuses it with a reason."""
    by.require(APPROVE)
    with together():
        entry = _own(entry_id, by)
        draft = _open(entry)
        deciding.decide(draft, by=by, approve=approve, note=note)
        draft.save(update_fields=draft.decision())
        if approve:
            _publish(entry, draft)
        verb = "publish" if approve else "refuse"
        audit.record(f"appeals.knowledge.{verb}", SUBJECT, entry.pk, scope_code=entry.scope_code)
    held.forget()
    return draft


def _publish(entry: KnowledgeEntry, draft: KnowledgeDraft) -> None:
    entry.version, entry.question, entry.valid_until = entry.version + 1, draft.question, draft.valid_until
    entry.save(update_fields=["version", "question", "valid_until"])
    KnowledgeVersion(
        entry=entry, scope_code=entry.scope_code, version=entry.version, question=draft.question, answer=draft.answer,
        basis=draft.basis, items=draft.items, valid_until=draft.valid_until, published_at=clock.now(),
        written_post_id=draft.written_post_id, reviewed_post_id=draft.decided_post_id,
    ).save(force_insert=True)  # fmt: skip


def retire(entry_id: int, *, by: Actor) -> KnowledgeEntry:
    """Takes an entry out: it is found no more. What was answered with it keeps its version."""
    by.require(APPROVE)
    with together():
        entry = _own(entry_id, by)
        if entry.retired_at is not None:
            raise Conflict(_("This was done already. Look at it again."))
        entry.retired_at = clock.now()
        entry.save(update_fields=["retired_at"])
        audit.record("appeals.knowledge.retire", SUBJECT, entry.pk, scope_code=entry.scope_code)
    held.forget()
    return entry


def note_use(case: Case, version_id: int | None, note: str) -> dict[str, int]:
    """Keeps with an answer on the spot on which version it rests; what the step keeps of it."""
    if not version_id:
        return {}
    version = queries.version(version_id)
    if version is None or not case.scope_code.startswith(version.scope_code):
        raise Refused(
            _("This entry has been changed, taken out, or has run out. Choose again."), field="entry"
        )
    KnowledgeUse(
        case=case, scope_code=case.scope_code, version=version, reworded=note.strip() != version.answer.strip(),
        at=clock.now(),
    ).save(force_insert=True)  # fmt: skip
    return {"knowledge": version.pk}


def _own(entry_id: int, by: Actor) -> KnowledgeEntry:
    found = KnowledgeEntry.objects.select_for_update(no_key=True).filter(pk=entry_id).first()
    if found is None or not by.covers(found.scope_code):
        raise Forbidden(_("This entry is not of the area of your current post."))
    return found


def _open(entry: KnowledgeEntry) -> KnowledgeDraft:
    draft = queries.open_draft(entry.pk)
    if draft is None:
        raise Conflict(_("Nothing is being written here any more. Look at it again."))
    return draft
