"""Papers kept as evidence of a step: beside an event, sealed with it, shredded by disposal alone."""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from sqlalchemy import select

from archive.history import history, private_data
from archive.kernel.errors import Invalid, NotFound
from archive.kernel.store import Work
from archive.models import Event
from archive.vocabulary import EventKind, PaperKind
from archive.vocabulary.wording import N_

LARGEST = 5 * 2**20  # bytes
LONGEST_NAME = 120
_SIGNATURES = {
    b"%PDF-": PaperKind.PDF,
    b"\x89PNG\r\n\x1a\n": PaperKind.PNG,
    b"\xff\xd8\xff": PaperKind.JPEG,
}
_KINDS = {kind.value: kind for kind in PaperKind}
_MEDIA = {PaperKind.PDF: "application/pdf", PaperKind.PNG: "image/png", PaperKind.JPEG: "image/jpeg"}

_EVENT = Event.__table__  # type: ignore[attr-defined]
_KEPT = select(_EVENT.c.id, _EVENT.c.stream, _EVENT.c.body).where(_EVENT.c.kind == EventKind.STEP_PAPER_KEPT)


@dataclass(frozen=True, slots=True)
class ReceivedPaper:
    """A paper as it came: as which evidence, under which name."""

    evidence: str
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Attachment:
    """One paper: which step's evidence it is, its kind, its bytes in number and their check value."""

    id: int
    step: str
    occurrence: int
    evidence: str
    kind: PaperKind
    size: int
    sha256: str

    @property
    def file_name(self) -> str:
        """Return a neutral name to save it under: the one it came with may name somebody."""
        return f"{self.step}-{self.evidence}-{self.id}.{self.kind.value}"

    @property
    def media(self) -> str:
        """Return its media type, told from its content and not from its name."""
        return _MEDIA[self.kind]


def keep(work: Work, run: str, step: str, occurrence: int, paper: ReceivedPaper) -> str:
    """Keep a paper as evidence of a step that is open, and return the line that names it in the answer.

    Raises Invalid for what is neither a PDF nor a picture, and for more than five megabytes. Whoever calls
    this completes the step in the same transaction, which checks who may.
    """
    content, field = paper.content, paper.evidence
    if len(content) > LARGEST:
        raise Invalid("paper_too_large", TOO_LARGE, field=field, most=LARGEST // 2**20)
    kind = next((kind for start, kind in _SIGNATURES.items() if content.startswith(start)), None)
    if kind is None:
        raise Invalid("paper_kind", N_("Attach a PDF, or a picture in PNG or JPEG."), field=field)
    called = PurePath(paper.name.replace("\\", "/")).name[-LONGEST_NAME:] or f"{field}.{kind.value}"
    digest = hashlib.sha256(content).hexdigest()
    history.record(
        work,
        EventKind.STEP_PAPER_KEPT,
        run,
        private={"name": called, "content": base64.b64encode(content).decode()},
        step=step,
        occurrence=occurrence,
        evidence=field,
        paper=kind.value,
        size=len(content),
        sha256=digest,
    )
    return f"{called} ({-(-len(content) // 1024)} kB, SHA-256 {digest[:16]})"


TOO_LARGE = N_("The paper is larger than %(most)s MB. Scan it more coarsely, or write where it is kept.")


def for_run(work: Work, run: str) -> Sequence[Attachment]:
    """Return the papers of a case, oldest first, without what stands in them."""
    rows = work.connection.execute(_KEPT.where(_EVENT.c.stream == run).order_by(_EVENT.c.seq))
    return [_attachment(row) for row in rows]


def content(work: Work, run: str, event_id: int) -> tuple[Attachment, bytes]:
    """Return a paper of a case and its bytes; raises NotFound also for one that was shredded.

    Whoever calls this has made sure that the actor may read what people wrote in the case.
    """
    row = work.connection.execute(_KEPT.where(_EVENT.c.stream == run, _EVENT.c.id == event_id)).first()
    beside = private_data.by_event(work, [event_id]).get(event_id) if row is not None else None
    if row is None or beside is None:
        raise NotFound("no_such_paper", N_("There is no such paper here, or it has been disposed of."))
    return _attachment(row), base64.b64decode(beside["content"])


def _attachment(row: Any) -> Attachment:
    facts = json.loads(row.body)["facts"]
    kind = _KINDS[facts["paper"]]
    told = {name: facts[name] for name in ("step", "occurrence", "evidence", "size", "sha256")}
    return Attachment(id=row.id, kind=kind, **told)
