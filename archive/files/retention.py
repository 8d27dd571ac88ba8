"""What is to become of a file: the rules of archive/rules/retention.py with what the register knows of it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select, union

from archive.kernel.clock import local_date
from archive.kernel.partial_date import PartialDate
from archive.kernel.store import Work
from archive.models import CaseFile, FileKind, FilePerson, Person, PersonNumber
from archive.rules import identity, retention
from archive.rules.retention import FLAGS, BirthDate, Grounds, KindRule, Retention
from archive.vocabulary import Custody, Outcome

_FILE = CaseFile.__table__  # type: ignore[attr-defined]
_KIND = FileKind.__table__  # type: ignore[attr-defined]
_ROLE = FilePerson.__table__  # type: ignore[attr-defined]
_PERSON = Person.__table__  # type: ignore[attr-defined]
_NUMBER = PersonNumber.__table__  # type: ignore[attr-defined]

_GONE = (Custody.DISPOSED, Custody.HANDED_OVER)

_DATED = (_FILE.c.last_note_on, _FILE.c.closed_on, _FILE.c.partly, _FILE.c.kept)
_OF_SAME_PERSONS = select(_ROLE.c.file_id).where(_ROLE.c.person_id.in_(bindparam("persons", expanding=True)))
_PART = _FILE.alias("part")
_PARTS = select(_PART.c.id).where(
    _PART.c.reference_key == bindparam("key"), _PART.c.source_id == bindparam("source")
)
_RELATED = (
    select(
        _FILE.c.id,
        _FILE.c.code,
        _FILE.c.reference_key,
        _FILE.c.source_id,
        _FILE.c.part,
        _FILE.c.status,
        _FILE.c.protected,
        _KIND.c.retention_rule,
        *_DATED,
        *(_FILE.c[flag] for flag in FLAGS),
    )
    .join(_KIND, _KIND.c.id == _FILE.c.kind_id)
    .where(
        _FILE.c.id.in_(union(_OF_SAME_PERSONS, _PARTS)),
        _FILE.c.id != bindparam("file"),
        _FILE.c.status != Custody.VOID,
    )
    .order_by(_FILE.c.part, _FILE.c.id)
)
_BIRTHS = (
    select(_ROLE.c.file_id, _ROLE.c.role, _PERSON.c.birth_date, _NUMBER.c.number)
    .join(_PERSON, _PERSON.c.id == _ROLE.c.person_id)
    .outerjoin(_NUMBER, (_NUMBER.c.person_id == _PERSON.c.id) & _NUMBER.c.current)
    .where(_ROLE.c.file_id.in_(bindparam("files", expanding=True)))
)


def related(
    work: Work, persons: Iterable[int], *, key: str, source_id: int, file_id: int = 0
) -> Sequence[Any]:
    """Return the other parts of a file, and every other file that concerns its persons."""
    parameters = {"persons": sorted(persons), "key": key, "source": source_id, "file": file_id}
    return work.connection.execute(_RELATED, parameters).all()


def birth(role: Any, born: PartialDate | None, number: str, today: date) -> BirthDate:
    """Return a person's birth date for the rules, and whether the number says the same."""
    if born is not None and born.whole and number.startswith(str(born).replace("-", "")):
        return BirthDate(born, True, role)  # what else the number says does not matter
    said = identity.read(number, today=today).birth_date if number else None
    agrees = said is None or born is None or born.earliest() <= said <= born.latest()
    return BirthDate(born or (PartialDate.from_date(said) if said else None), agrees, role)


def compute(
    work: Work, file: Any, rule: str, births: Sequence[BirthDate], others: Sequence[Any] = ()
) -> Retention:
    """Compute a file's retention; `file` has its dates and flags, `others` what `related` returned."""
    parts = [one for one in others if same(one, file)]
    grounds = replace(_grounds(file, rule, births), last_note=_last_note(file, parts))
    own = retention.compute(grounds)
    rest = [one for one in others if not same(one, file) and one.status not in _GONE]
    if not rest or own.duty_from is None:
        return own
    untils = _untils(work, rest)
    latest = None if None in untils else max((until for until in untils if until), default=own.duty_from)
    if latest is not None and latest <= own.duty_from:
        return own
    waits = retention.compute(replace(grounds, other_undisposed=True, other_until=latest))
    if latest is None or latest > local_date(work.now):
        return waits
    # Nothing forbids to dispose of both now.
    return replace(waits, outcome=own.outcome, duty_from=latest, latest=date(latest.year + 1, 12, 31))


def same(one: Any, file: Any) -> bool:
    """Tell whether two files are parts of one: then the last note of any of them counts for all."""
    return bool(one.reference_key == file.reference_key and one.source_id == file.source_id)


def _last_note(file: Any, parts: Sequence[Any]) -> PartialDate | None:
    known: dict[int, PartialDate | None] = {one.part: one.last_note_on for one in (*parts, file)}
    if known[max(known)] is None:
        return None
    return max(note for note in known.values() if note)


def _grounds(file: Any, rule: str, births: Sequence[BirthDate]) -> Grounds:
    flags: dict[str, Any] = {flag: getattr(file, flag) for flag in FLAGS}
    return Grounds(
        KindRule.parse(rule),
        file.last_note_on,
        file.closed_on,
        tuple(births),
        partly=file.partly,
        decided=file.kept,
        **flags,
    )


def _untils(work: Work, others: Sequence[Any]) -> list[date | None]:
    """Return from when each other file may go, None where nobody can tell; not of those kept for good."""
    today = local_date(work.now)
    births: dict[int, list[BirthDate]] = {}
    for row in work.connection.execute(_BIRTHS, {"files": [one.id for one in others]}):
        births.setdefault(row.file_id, []).append(birth(row.role, row.birth_date, row.number or "", today))
    computed = [
        retention.compute(_grounds(one, one.retention_rule, births.get(one.id, []))) for one in others
    ]
    return [each.duty_from for each in computed if each.outcome is not Outcome.PRESERVE]
