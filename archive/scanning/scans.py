"""Scans: each is answered once, however often and in whatever order it is sent; nothing is ever dropped."""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, exists, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from archive.files import files, precedence, sightings, wanted
from archive.files.files import Held
from archive.history import history
from archive.kernel.errors import Conflict, DomainError, Invalid, NotFound, NotPermitted
from archive.kernel.lifecycle import FILE
from archive.kernel.store import Work
from archive.loans import loans
from archive.models import CaseFile, Event, Label, Place, Scan
from archive.places import places
from archive.places.places import Spot
from archive.scanning import contract
from archive.scanning.contract import ScanContext, ScanResult
from archive.vocabulary import (
    Custody,
    EventKind,
    Evidence,
    FileAction,
    LabelState,
    Permission,
    PlaceKind,
    ScanOutcome,
)
from archive.vocabulary.wording import N_
from labels import codes

REPEAT_WITHIN = timedelta(minutes=15)
_LONGEST = 4000  # characters looked at of what was read; a QR symbol holds no more
_CLOCKS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

_SCAN = Scan.__table__  # type: ignore[attr-defined]
_LABEL = Label.__table__  # type: ignore[attr-defined]
_EVENT = Event.__table__  # type: ignore[attr-defined]

_CLAIMS = {
    dialect.__name__.rpartition(".")[2]: dialect.insert(_SCAN)
    .on_conflict_do_nothing()
    .inline()
    .execution_options(preserve_rowcount=True)
    for dialect in (sqlite, postgresql)
}
_ANSWERED = ("outcome", "reason", "file_id", "place_id", "incident_id", "facts")
# What moved nothing, and yet somebody had the file in hand.
_SEEN_ANYWAY = frozenset({ScanOutcome.REFUSED, ScanOutcome.VOID_LABEL})
_ANSWER = (
    update(_SCAN)
    .where(_SCAN.c.id == bindparam("scan_id"))
    .values({name: bindparam(name) for name in _ANSWERED})
)
_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_LABELLED = (
    select(_LABEL.c.state, _LABEL.c.file_id, _LABEL.c.place_id, _FILE.c.status)
    .select_from(_LABEL.outerjoin(_FILE, _FILE.c.id == _LABEL.c.file_id))
    .where(_LABEL.c.code == bindparam("code"))
)
_BEFORE = (
    select(_SCAN.c.happened_at)
    .where(
        _SCAN.c.actor == bindparam("actor"),
        _SCAN.c.at > bindparam("since"),
        _SCAN.c.file_id == bindparam("file_id"),
        _SCAN.c.place_id == bindparam("place_id"),
        _SCAN.c.id != bindparam("scan_id"),
        ~_SCAN.c.undone,
    )
    .limit(1)
)
_LAST_PLACE_MOVE = (
    select(_EVENT.c.happened_at)
    .where(_EVENT.c.stream == bindparam("stream"), _EVENT.c.kind == EventKind.PLACE_MOVED.value)
    .order_by(_EVENT.c.seq.desc())
    .limit(1)
)
_last = func.max(_SCAN.c.at)
_UNKNOWN = (
    select(_SCAN.c.code, _last.label("at"), func.max(_SCAN.c.place_id).label("place_id"))
    .where(
        _SCAN.c.outcome == ScanOutcome.UNKNOWN_CODE,
        ~exists().where(_LABEL.c.code == _SCAN.c.code),
    )
    .group_by(_SCAN.c.code)
    .order_by(_last.desc())
    .limit(bindparam("limit"))
)


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scanner or a person sent: `context` is the code of the place chosen before, if any.

    `happened_at` and `sent_at` are the device's own times; `carry` says that a scanned box or crate is to be
    put down at the context, not chosen; `task` names what is being done, as `pack:7` or `receive:3`.
    """

    id: str
    text: str
    context: str | None = None
    happened_at: datetime | None = None
    sent_at: datetime | None = None
    carry: bool = False
    task: str = ""

    @classmethod
    def from_json(cls, body: Any) -> "Scanned":
        """Read a scan as programs send it; raises Invalid naming the field that is wrong."""
        if not isinstance(body, dict):
            raise Invalid("scan_body", N_("Send a scan as a JSON object with id and text."))
        for name in ("id", "text"):
            if not isinstance(body.get(name), str):
                raise Invalid("scan_field", N_("A scan needs “%(name)s” as text."), field=name, name=name)
        context = body.get("context")
        return cls(
            id=body["id"],
            text=body["text"][-_LONGEST:],
            context=str(context) if context else None,
            happened_at=_moment(body, "happened_at"),
            sent_at=_moment(body, "sent_at"),
            carry=body.get("carry") is True,
            task=str(body.get("task") or ""),
        )


def _moment(body: dict[str, Any], name: str) -> datetime | None:
    text = body.get(name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not _CLOCKS[0] <= moment < _CLOCKS[1]:
        raise Invalid(
            "scan_field", N_("“%(name)s” must be an ISO 8601 time with its zone."), field=name, name=name
        )
    return moment


@dataclass(frozen=True, slots=True)
class StoredScan:
    """A scan with its stored answer."""

    id: str
    actor: str
    at: datetime
    happened_at: datetime
    code: str | None
    outcome: ScanOutcome
    reason: str | None
    file_id: int | None
    place_id: int | None
    incident_id: int | None
    facts: dict[str, Any] | None
    undone: bool = False


_TAKEN = tuple(item.name for item in fields(StoredScan))


def take(work: Work, scanned: Scanned) -> StoredScan:
    """Answer a scan and keep the answer; raises Invalid for a bad id, Conflict for an id used otherwise."""
    work.require(Permission.READ_FILES)
    if not _UUID.fullmatch(scanned.id):
        raise Invalid("scan_id", N_("A scan needs an id of its own: a UUID in lower case."), field="id")
    happened_at = _when(work, scanned)
    content = _content(work, scanned)
    code = codes.parse(scanned.text)
    claim: dict[str, Any] = {
        "id": scanned.id,
        "actor": work.actor.id,
        "at": work.now,
        "happened_at": happened_at,
        "content": content,
        "code": code,
        "undone": False,
    }
    dialect = "sqlite" if work.sqlite else "postgresql"
    if work.connection.execute(_CLAIMS[dialect], claim).rowcount != 1:
        return _again(work, scanned.id, content)
    answer = ScanResult(ScanOutcome.REFUSED)
    try:
        with work.attempt():
            answer = _answer(work, scanned, code, happened_at)
    except DomainError as refusal:
        answer = ScanResult(ScanOutcome.REFUSED, *_standing_for(work, code))
        answer.reason, answer.facts = refusal.code, _said(refusal)
        if isinstance(refusal, NotPermitted) and work.actor.user_id is not None:
            stream, needed = f"user:{work.actor.user_id}", str(refusal.facts.get("needed", refusal.code))
            history.record(work, EventKind.USER_REFUSED, stream, permission=needed)
    if answer.file_id is not None and answer.outcome in _SEEN_ANYWAY:
        answer.incident_id = _seen_anyway(work, answer.file_id, scanned, happened_at)
    values = {name: getattr(answer, name) for name in _ANSWERED}
    work.connection.execute(_ANSWER, {"scan_id": scanned.id, **values})
    return StoredScan(scanned.id, work.actor.id, work.now, happened_at, code, **values)


def _seen_anyway(work: Work, file_id: int, scanned: Scanned, happened_at: datetime) -> int | None:
    """Record that a wanted file was seen, though nothing could be done with it or its label is an old one."""
    right = files.right_one(work, files.get(work, file_id))
    if right is None or right.id not in wanted.by_file(work, [right.id]):
        return None
    place_id = _lying_at(work, scanned)
    return sightings.record(
        work, right, place_id, how=Evidence.SCAN, happened_at=happened_at, scan_id=scanned.id
    )


def _said(refusal: DomainError) -> dict[str, Any]:
    """Keep a refusal's sentence and facts; the facts name states and places, never people."""
    plain = {name: fact for name, fact in refusal.facts.items() if isinstance(fact, (str, int))}
    return {"sentence": refusal.sentence, "said": plain}


def _when(work: Work, scanned: Scanned) -> datetime:
    """Place a scan on our clock: devices' clocks are wrong, but know how long a scan has waited."""
    if scanned.happened_at is None:
        return work.now
    return precedence.made_at(work.now, (scanned.sent_at or work.now) - scanned.happened_at)


def _content(work: Work, scanned: Scanned) -> str:
    """Tell contents apart without keeping them: what was read may be anything, a person's number too."""
    moment = history.stamp(scanned.happened_at) if scanned.happened_at else ""
    parts = (scanned.text, scanned.context or "", moment, str(scanned.carry), scanned.task)
    content = "\x1f".join(parts).encode(errors="surrogatepass")
    return hmac.digest(work.mac_key, b"scan\x1f" + content, "sha256").hex()


def _taken(scan: Scan) -> StoredScan:
    return StoredScan(*(getattr(scan, name) for name in _TAKEN))


def _again(work: Work, scan_id: str, content: str) -> StoredScan:
    known = get(work, scan_id)
    if known.actor != work.actor.id or known.content != content:
        raise Conflict("scan_id_taken", N_("This scan id was used for another scan. Scan again."))
    return _taken(known)


def get(work: Work, scan_id: str) -> Scan:
    """Return a scan by its id; raises NotFound."""
    known = work.session.get(Scan, scan_id)
    if known is None:
        raise NotFound("no_such_scan", N_("This scan has not reached the register. Scan again."))
    return known


def _standing_for(work: Work, code: str | None) -> tuple[int | None, int | None]:
    row = work.connection.execute(_LABELLED, {"code": code}).one_or_none()
    return (row.file_id, row.place_id) if row else (None, None)


def _answer(work: Work, scanned: Scanned, code: str | None, happened_at: datetime) -> ScanResult:
    label = work.connection.execute(_LABELLED, {"code": code}).one_or_none() if code else None
    if label is not None and label.state is LabelState.MARKER:
        return _marker(work, label.file_id)
    if scanned.task and (answer := _at_task(work, scanned, code, label, happened_at)):
        return answer
    if code is None:
        return ScanResult(ScanOutcome.NOT_A_CODE)
    if label is None:
        return ScanResult(ScanOutcome.UNKNOWN_CODE, place_id=_lying_at(work, scanned))
    if label.state is LabelState.VOID:
        return ScanResult(ScanOutcome.VOID_LABEL, file_id=label.file_id, place_id=label.place_id)
    if label.state is LabelState.BLANK:
        return ScanResult(ScanOutcome.BLANK)
    if label.file_id is None:
        return _place_scanned(work, places.get(work, label.place_id), scanned, happened_at)
    context = _context(work, scanned)
    if context is not None and (context.kind is PlaceKind.CRATE or label.status is Custody.IN_TRANSIT):
        read = _read(scanned, code, label, happened_at)
        if answer := contract.at_no_task(work, label.file_id, label.status, context, read):
            return answer
    return _file_scanned(work, files.held(work, label.file_id), context, scanned, happened_at)


def _marker(work: Work, file_id: int) -> ScanResult:
    """Say what a marker stands for: whoever scans it has not seen the file, so nothing is recorded of it."""
    found = wanted.by_file(work, [file_id]).get(file_id)
    return ScanResult(
        ScanOutcome.SHELF_MARKER, file_id=file_id, facts={"incident": found.incident_id if found else None}
    )


def _at_task(
    work: Work, scanned: Scanned, code: str | None, label: Row[Any] | None, happened_at: datetime
) -> ScanResult | None:
    doing = contract.doing(scanned.task)
    if code is None and not (doing and doing[0].commands):
        return None
    if doing is None:
        raise Invalid("task_unknown", N_("What you are doing is not known. Begin again from its page."))
    task, number = doing
    return task.take(work, number, _read(scanned, code or "", label, happened_at))


def _read(scanned: Scanned, code: str, label: Row[Any] | None, happened_at: datetime) -> ScanContext:
    return ScanContext(
        scanned.text,
        code,
        label.state if label else None,
        label.file_id if label else None,
        label.place_id if label else None,
        codes.parse(scanned.context) if scanned.context else None,
        happened_at,
        scanned.id,
    )


def _context(work: Work, scanned: Scanned) -> Spot | None:
    if not scanned.context:
        return None
    code = codes.parse(scanned.context)
    if code is None:
        raise Invalid("context_not_a_code", N_("The chosen place is not known. Scan the place again."))
    return places.spot(work, code)


def _lying_at(work: Work, scanned: Scanned) -> int | None:
    """Return where a thing with an unknown code lies, as far as the scan tells."""
    try:
        context = _context(work, scanned)
    except DomainError:
        return None
    return context.id if context else None


def _place_scanned(work: Work, place: Place, scanned: Scanned, happened_at: datetime) -> ScanResult:
    carries = scanned.carry and place.kind in places.CARRIED
    if carries:
        places.shape_alone(work)
    context = _context(work, scanned) if carries else None
    if context is None or place.id == context.id:
        places.refuse_closed(place)
        return ScanResult(ScanOutcome.PLACE_CHOSEN, place_id=place.id)
    if place.parent_id == context.id:
        return ScanResult(ScanOutcome.CONFIRMED, place_id=place.id)
    if _place_overtaken(work, place, happened_at):
        return ScanResult(ScanOutcome.SEEN_LATE, place_id=place.id)
    before = {"from": place.parent_id, "position": place.position}
    places.move(work, place, places.get(work, context.id), happened_at=happened_at)
    return ScanResult(ScanOutcome.PLACE_MOVED, place_id=place.id, facts={**before, "version": place.version})


def _place_overtaken(work: Work, place: Place, happened_at: datetime) -> bool:
    """Tell whether a place was moved after the scan was made."""
    if precedence.is_live(work, happened_at):
        return False
    moved_at = work.connection.execute(_LAST_PLACE_MOVE, {"stream": place.stream}).scalar()
    return precedence.is_older(work, happened_at, moved_at)


def _file_scanned(
    work: Work, file: Held, place: Spot | None, scanned: Scanned, happened_at: datetime
) -> ScanResult:
    seen: dict[str, Any] = {"how": Evidence.SCAN, "happened_at": happened_at, "scan_id": scanned.id}
    if place is None:
        incident_id = sightings.record(work, file, None, **seen)
        return ScanResult(ScanOutcome.FILE_SHOWN, file_id=file.id, incident_id=incident_id)
    if file.status is Custody.LOST:  # only its incident brings it back
        incident_id = sightings.record(work, file, place.id, **seen)
        return ScanResult(ScanOutcome.WANTED, file_id=file.id, place_id=place.id, incident_id=incident_id)
    work.require(Permission.MOVE)
    answer = ScanResult(ScanOutcome.MOVED, file_id=file.id, place_id=place.id)
    if file.place_id == place.id and file.status is not Custody.ON_LOAN:
        FILE.step(file.status, FileAction.MOVE)
        answer.outcome = _confirmed(work, file, place, scanned.id)
        repeated = answer.outcome is ScanOutcome.REPEATED
        answer.incident_id = sightings.record(work, file, place.id, told=repeated, **seen)
    elif precedence.overtaken(work, file, happened_at, loans.lent_at(work, file)):
        answer.incident_id = sightings.record(work, file, place.id, **seen)
        answer.outcome = ScanOutcome.SEEN_LATE
    elif file.status is Custody.ON_LOAN:
        loan = loans.take_back(work, file, place, **seen)
        answer.outcome, answer.facts = ScanOutcome.RETURNED, {"loan": loan.id}
        found = wanted.by_file(work, [file.id]).get(file.id)
        answer.incident_id = found.incident_id if found else None
    else:
        before = {"from": file.place_id, "position": file.position}
        files.move(work, file, place, how=Evidence.SCAN, happened_at=happened_at)
        answer.incident_id = sightings.record(work, file, place.id, told=True, **seen)
        answer.facts = {**before, "version": file.version}
    return answer


def _confirmed(work: Work, file: Held, place: Spot, scan_id: str) -> ScanOutcome:
    """Tell a second scan of the same file into the same place from a first confirmation."""
    parameters = {
        "actor": work.actor.id,
        "since": work.now - REPEAT_WITHIN,
        "file_id": file.id,
        "place_id": place.id,
        "scan_id": scan_id,
    }
    before = work.connection.execute(_BEFORE, parameters).first()
    return ScanOutcome.REPEATED if before else ScanOutcome.CONFIRMED


def undo(work: Work, scan_id: str) -> StoredScan:
    """Take back the move a scan made; raises Conflict when it moved nothing or the file has moved since."""
    scan = get(work, scan_id)
    if scan.actor != work.actor.id:
        raise NotFound("no_such_scan", N_("This scan has not reached the register. Scan again."))
    work.session.refresh(scan, with_for_update=True)
    if scan.undone:
        return _taken(scan)
    take_back = contract.row(scan.outcome).take_back if scan.outcome else None
    if take_back is None:
        raise contract.nothing_to_undo()
    take_back(work, scan)
    scan.undone = True
    work.session.flush()
    return _taken(scan)


def recent(work: Work, limit: int = 50) -> list[StoredScan]:
    """Return the actor's own scans, newest first."""
    scans = work.session.execute(
        select(Scan)
        .where(col(Scan.actor) == work.actor.id)
        .order_by(col(Scan.at).desc(), col(Scan.id))
        .limit(limit)
    ).scalars()
    return [_taken(scan) for scan in scans]


def unknown_codes(work: Work, limit: int = 50) -> Sequence[Row[Any]]:
    """Return well-formed codes somebody scanned that no label has, newest first: (code, at, place_id)."""
    return work.connection.execute(_UNKNOWN, {"limit": limit}).all()
