"""Decide what a row of a list means: a file new, unchanged or changed, a duplicate, a question, or none.

The check and the registering ask the same function, so that the dry run tells what the real one will do.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from archive.imports.lists.meaning.fields import FlagCode, RowProblem
from archive.imports.lists.meaning.reading import PersonReading, Reading
from archive.imports.rows import names
from archive.imports.rows.agreeing import (
    coarser,
    contradicts,
    dates_said,
    doubt,
    meets,
    names_of,
    other_number,
    pairs,
    plain_person,
)
from archive.imports.rows.items import (
    Background,
    Item,
    PartVerdict,
    PersonChange,
    Terms,
    Verdict,
    fingerprint,
)
from archive.imports.rows.matching import KnownFile, KnownPerson
from archive.imports.rows.places import ListedPlace
from archive.vocabulary import Custody, Evidence, NumberQuality, PersonRole, Protection, RowState, TaskKind
from archive.vocabulary.wording import N_

PLACE_CLOSED = N_("The place is closed, so nothing can be recorded there. Reopen it or correct the row.")
REPEATS = N_("The same file stands in row %(row)s already.")
DOUBT_ROW = N_(
    "Row %(row)s has the reference “%(reference)s” too, but something differs. Say on the worklist whether "
    "it is the same file."
)
DOUBT_FILE = N_(
    "A file with the reference “%(reference)s” is registered, but something differs. Say on the worklist "
    "whether it is the same file."
)
SEALED = RowProblem("sealed", N_("The file is protected: only those cleared see what the row says of it."))
_SAYS_PROTECTED = frozenset({FlagCode.PROTECTION_UNCLEAR, FlagCode.PROTECTION_IN_TEXT})
OTHER_ROW = "other_row"  # in what is doubtful of a row: what the row before says instead
DAYS = frozenset({"opened_on", "closed_on", "last_note_on"})
FACTS = ("placed_child", "adoption", "parenthood", "child_investigation", "custody_agreement")


def judge(item: Item, background: Background) -> Verdict:
    """Decide what a row means."""
    if item.problem:
        return Verdict(item, RowState.REJECTED, problem=item.problem)
    if row := _repeated(item, background):
        return _duplicate(item, row)
    verdicts = [_part(item, part, background) for part in item.parts]
    if any(one.doubt for one in verdicts):
        return Verdict(item, RowState.ASKED, verdicts, _asks(item, verdicts, background))
    states = {one.state for one in verdicts}
    sealed = SEALED if any(one.sealed for one in verdicts) else None
    if RowState.NEW in states:
        spot = background.spots[item.steps]
        closed = RowProblem("place_closed", PLACE_CLOSED) if spot and spot.closed else None
        if lacks := item.lacking or closed:
            return Verdict(item, RowState.REJECTED, problem=lacks)
        return Verdict(item, RowState.NEW, verdicts, sealed)
    if states == {RowState.UNCHANGED} and (row := _said_before(item, verdicts, background)):
        return _duplicate(item, row)
    state = RowState.CHANGED if RowState.CHANGED in states else RowState.UNCHANGED
    return Verdict(item, state, verdicts, sealed)


def _duplicate(item: Item, row: int) -> Verdict:
    return Verdict(item, RowState.DUPLICATE, problem=RowProblem("repeats", REPEATS, (("row", row),)))


def _repeated(item: Item, background: Background) -> int:
    """Return the row that says the same, word for word, of each part of a row; 0 if there is none."""
    rows = []
    for part in item.parts:
        before = [one for one, _file in background.earlier.get((item.key, part), ())]
        before += background.asked.get((item.key, part), [])
        same = [one.row for one in before if one.said() == item.said()]
        same = [] if marked(item.reading) and not any(marked(one.reading) for one in before) else same
        rows.append(min(same, default=0))
    return rows[0] if all(rows) else 0


def _said_before(item: Item, verdicts: Sequence[PartVerdict], background: Background) -> int:
    """Return the first row of the list about the same file, where a row adds nothing to it; else 0."""
    if any(one.conflicts or one.persons or one.sealed for one in verdicts):
        return 0
    rows = [
        min(
            (
                one.row
                for one, file in _earlier(item, verdict.part, background)
                if file is verdict.known and _names_all(one, item)
            ),
            default=0,
        )
        for verdict in verdicts
    ]
    return rows[0] if all(rows) else 0


def _names_all(before: Item, item: Item) -> bool:
    """Tell whether a row names nobody but whom a row before it names: others of a household repeat nobody."""
    named = [_called(said) for said in before.reading.persons]
    return all(any(_called(said) & one for one in named) for said in item.reading.persons)


def _called(said: PersonReading) -> set[frozenset[str]]:
    number = said.number.number[-10:] if said.number else ""
    return {frozenset({number} - {""}), names_of(said.family, said.given)} - {frozenset()}


def _earlier(item: Item, part: int, background: Background) -> Sequence[tuple[Item, KnownFile]]:
    return background.earlier.get((item.key, part), ())


def _asks(item: Item, verdicts: Sequence[PartVerdict], background: Background) -> RowProblem:
    """Say what a row in doubt is to be told from: the row before it, else the file that is registered."""
    part = next(one for one in verdicts if one.doubt)
    what: tuple[tuple[str, object], ...] = (("reference", item.reading.reference), ("doubt", part.doubt))
    before = [one.row for one, file in _earlier(item, part.part, background) if file is part.known]
    if before:
        return RowProblem("in_doubt", DOUBT_ROW, (("row", min(before)), *what))
    return RowProblem("in_doubt", DOUBT_FILE, what)


def _part(item: Item, part: int, background: Background) -> PartVerdict:
    known, doubt = about(item, part, background)
    verdict = PartVerdict(part, known, doubt=doubt)
    if doubt and verdict.sealed and len(item.parts) > 1:  # its other parts are registered all the same
        verdict.ask(**{name: said for name, said in doubt.items() if name != "reference"})
        verdict.doubt = {}
        return verdict
    if known is not None and not doubt:
        compare(item, known, background, verdict)
    if verdict.sealed and verdict.check:  # its masked page would show it
        verdict.check = False
        if (check := item.reading.check) and len(item.parts) == 1:
            verdict.doubt = {"words": f"{check.on or ''} {check.sign}".strip()}
    if not doubt and not verdict.sealed:
        said = item.reading.persons if known is None else verdict.added
        names.compare_bearers(said, background, verdict)
    return verdict


def about(item: Item, part: int, background: Background) -> tuple[KnownFile | None, dict[str, Any]]:
    """Return the file a row is about, and what speaks against it; of several the one least in doubt."""
    first = background.known.get(item.key, {}).get(part)
    files = ([first] if first else []) + list(background.twins.get(item.key, {}).get(part, ()))
    sealed = [file for file in files if file.sealed]
    if len(files) > 1:
        told = background.told_apart.get(fingerprint(item, background.terms.mac_key))
        if own := next((file for file in files if file.id == told), None):
            return own, {}  # somebody said so, when the row was read before
    open_ = [file for file in files if not file.sealed]
    found, sure, met = _weigh(item, part, open_, background)
    if met or (sure and not sealed):
        return (met or sure)[0], {}
    if sealed:  # whichever facts of theirs agree, so that nobody learns them from what else it might be
        return _of_sealed(item, part, sealed, background)
    void, doubt = _merged(item, part, background)
    return (void, doubt) if void and not (doubt and found) else found[0] if found else (None, {})


def _weigh(
    item: Item, part: int, files: Sequence[KnownFile], background: Background
) -> tuple[list[tuple[KnownFile, dict[str, Any]]], list[KnownFile], list[KnownFile]]:
    """Return files with what speaks against each, those with nothing, and of these those of its persons."""
    found = [(file, _waits(item, file, background) or _doubt(item, part, file, background)) for file in files]
    sure = [file for file, doubt in found if not doubt]
    return found, sure, [file for file in sure if meets(item.reading, file)]


def _of_sealed(
    item: Item, part: int, files: Sequence[KnownFile], background: Background
) -> tuple[KnownFile, dict[str, Any]]:
    """Return which sealed file a row is about, and what speaks against it, of which no check is told."""
    if files[0].masked:
        return files[0], {}
    found, sure, met = _weigh(item, part, files, background)
    if sure:
        return (met or sure)[0], {}
    void, doubt = _merged(item, part, background)
    return (void, {}) if void and void.sealed and not doubt else found[0]


def _merged(item: Item, part: int, background: Background) -> tuple[KnownFile | None, dict[str, Any]]:
    """Return the file a void registration of a row's person is, and what speaks against that registration."""
    found: tuple[KnownFile | None, dict[str, Any]] = None, {}
    for void, right in background.merged.get(item.key, {}).get(part, ()):
        if void.masked or right.masked:
            return right, {}
        if not meets(item.reading, void):
            if void.sealed:
                found = found if found[0] else (right, {"reference": item.reading.reference})
            continue
        spot, stated = background.spots[item.steps], background.terms.stated(item)
        here = bool(spot and spot.holds(void.place_path))
        fine = len(item.steps) > 1
        against = doubt(item.reading, stated, void, here=here, fine=fine, one_list=False)
        if not against:
            return right, {}
        found = found if found[0] else (right, against)
    return found


def _waits(item: Item, known: KnownFile, background: Background) -> dict[str, Any]:
    """Return what is asked already of a row that is read again; until that is answered nothing of it acts."""
    return known.waiting.get(fingerprint(item, background.terms.mac_key), {}) if known.waiting else {}


def _doubt(item: Item, part: int, known: KnownFile, background: Background) -> dict[str, Any]:
    before = [one for one, file in _earlier(item, part, background) if file is known]
    spot = background.spots[item.steps]
    said = item.standing  # of a place that is still to be created nothing else is known
    here = bool(spot and spot.holds(known.place_path))
    here |= bool(said) and any(one.standing[: len(said)] == said for one in before)
    found = doubt(
        item.reading,
        background.terms.stated(item),
        known,
        here=here,
        fine=len(item.steps) > 1,
        one_list=bool(before),
    )
    if before and item.steps and not here:  # within one list a file stands in one place
        found["place"] = [[step.kind.value, step.name] for step in item.steps]
    other: dict[str, str] = {}  # what the row before says of it: the register has neither
    if before and all(one.part_text != item.part_text for one in before):
        found["part"], other["part"] = item.part_text or "–", before[0].part_text
    another = item.reading.persons and not meets(item.reading, known)
    if before and not another and all(one.rest != item.rest for one in before):
        found["words"], other["words"] = " · ".join(item.rest) or "–", " · ".join(before[0].rest)
    return found | ({OTHER_ROW: other} if any(other.values()) else {})


def compare(
    item: Item, known: KnownFile, background: Background, verdict: PartVerdict, *, told: bool = False
) -> None:
    """Note what a row brings to a file it is about; `told`: somebody said so, though something differs."""
    if known.masked or (not told and _told_before(item, known, background)):
        return
    differs = _compare_fields(item, known, background.terms, verdict, told=told)
    differs |= _compare_persons(item.reading, known, verdict, told=told)
    if marked(item.reading) and not names_subject(item.reading):
        mark(known, item.reading, verdict)
    if differs:
        verdict.ask(**differs)
    spot = background.spots[item.steps]
    if spot and known.id:
        _compare_place(item, known, spot, background, verdict, told=told)
    check = item.reading.check
    verdict.check = bool(check and (str(check.on or ""), check.sign) not in known.checks)


def _told_before(item: Item, known: KnownFile, background: Background) -> bool:
    """Tell whether a row says no more than a registration did that was made void for a file."""
    pairs = [pair for parts in background.merged.get(item.key, {}).values() for pair in parts]
    for void in (pair.void for pair in pairs if pair.right.id == known.id and not pair.void.masked):
        verdict = PartVerdict(void.part, void)
        compare(item, void, background, verdict)
        if verdict.state is RowState.UNCHANGED and not (verdict.conflicts or verdict.persons):
            return True
    return False


def told(item: Item, file: KnownFile, background: Background, *, adding: bool) -> Verdict:
    """Decide what a row means of which somebody said it is about a file: gaps are filled, the rest is asked.

    `adding`: the file is about the row's persons too; otherwise a person it does not know is asked about.
    """
    parts = background.known.get(item.key, {})
    verdicts = [PartVerdict(part, file if part == file.part else parts.get(part)) for part in item.parts]
    for verdict in verdicts:
        if verdict.known is None:
            continue
        compare(item, verdict.known, background, verdict, told=True)
        if verdict.added and not adding and verdict.known.persons:
            verdict.ask(person=plain_person(verdict.added[0]))
            verdict.added = []
            if marked(item.reading):
                mark(verdict.known, item.reading, verdict)
    states = {one.state for one in verdicts}
    state = next(one for one in (RowState.NEW, RowState.CHANGED, RowState.UNCHANGED) if one in states)
    return Verdict(item, state, verdicts)


def _compare_fields(
    item: Item, known: KnownFile, terms: Terms, verdict: PartVerdict, *, told: bool
) -> dict[str, Any]:
    reading, mapping = item.reading, terms.mapping
    said: dict[str, Any] = {
        name: day for name, day in dates_said(reading).items() if not coarser(day, getattr(known, name))
    }
    if terms.stated(item) not in (0, known.kind_id):
        said["kind_id"] = item.kind_id
    unit = terms.unit(reading.unit)
    if reading.unit and unit != known.unit_id and (known.unit_id is None or reading.unit != mapping.unit):
        said["unit"] = reading.unit
    said |= {name: True for name in FACTS if getattr(reading, name) and not getattr(known, name)}
    if reading.parts and reading.parts > known.parts:
        said["parts"] = reading.parts
    differs = {
        name: _plain(value)
        for name, value in said.items()
        if (f"{name}_id" if name == "unit" else name) in known.corrected
        or known.sealed  # its masked page would show it
        or (told and (name == "kind_id" or (name in DAYS and contradicts(value, getattr(known, name)))))
    }
    if reading.parts and reading.parts < known.parts:
        differs["parts"] = reading.parts
    began, ended = (said.get(name, getattr(known, name)) for name in ("opened_on", "closed_on"))
    if began and ended and began.earliest() > ended.latest():  # they cannot both be right
        differs |= {name: _plain(said[name]) for name in ("opened_on", "closed_on") if name in said}
    verdict.values = {name: value for name, value in said.items() if name not in differs}
    return differs


def _compare_persons(
    reading: Reading, known: KnownFile, verdict: PartVerdict, *, told: bool
) -> dict[str, Any]:
    differs: dict[str, Any] = {}
    for said, person in pairs([person for person, _role in known.persons], reading.persons):
        if person is None and known.sealed and known.persons:  # whom it hides then, their files would show
            differs["person"] = plain_person(said)
            verdict.kept_back.append(said)
        elif person is None:
            verdict.added.append(said)
        else:
            differs |= compare_person(person, said, reading, verdict, told=told)
    return differs


def compare_person(
    person: KnownPerson, said: PersonReading, reading: Reading, verdict: PartVerdict, *, told: bool = False
) -> dict[str, Any]:
    """Note what a list adds to a person; return what it says otherwise than the register."""
    change = PersonChange(person, verdict.known.id if verdict.known else None)
    differs: dict[str, Any] = {}
    nameless = not names_of(person.family_name, person.given_name)
    name = said.family, said.given
    if nameless and names_of(*name) and not {"family_name", "given_name"} & set(person.corrected):
        change.values |= {"family_name": said.family, "given_name": said.given}
        person.family_name, person.given_name = name  # for the rows after this one
    elif names.differs(person, said):
        if verdict.known is None or verdict.known.names_asked.get(name, True):  # nobody has answered yet
            differs |= names.asked(name, (person.family_name, person.given_name))
        change.protection = hidden_by(person.stated, reading)
        if change.protection:
            verdict.persons.append(change)
        return differs  # perhaps somebody else: nothing else of the row acts on the person
    if told and said.number and other_number(person, said):
        differs["number"] = said.number.raw
    if said.born and person.birth_date is None and "birth_date" not in person.corrected:
        change.values["birth_date"] = said.born
    number = said.number
    if number and number.quality is NumberQuality.SOUND:
        held = {one.number for one in person.numbers if one.quality is NumberQuality.SOUND}
        if not held:
            change.number = number
    differs |= _kept_back(change, said) if verdict.sealed else {}
    change.protection = _protection(person.stated, reading)
    if change.values or change.number or change.protection:
        verdict.persons.append(change)
    return differs


def _kept_back(change: PersonChange, said: PersonReading) -> dict[str, Any]:
    """Take back what a row adds to a person of a sealed file, to be asked: their open files would show it."""
    if not (change.values or change.number):
        return {}
    change.values, change.number = {}, None
    return {"person": [said.family, said.given, said.number.raw if said.number else str(said.born or "")]}


def marked(reading: Reading) -> bool:
    """Tell whether a row says that somebody is protected; that nothing was said is another thing."""
    if reading.case_marked or any(flag.code in _SAYS_PROTECTED for flag in reading.flags):
        return True
    return reading.protection not in (Protection.NONE, Protection.UNKNOWN)


def names_subject(reading: Reading) -> bool:
    """Tell whether a row names whom its file is about, and not relatives alone."""
    return any(one.role is PersonRole.SUBJECT for one in reading.persons)


def mark(known: KnownFile, reading: Reading, verdict: PartVerdict) -> None:
    """Hide a file and everybody it is about, where a row that is marked does not tell who is meant."""
    verdict.mask = not (known.protected or known.persons)
    levels = [(person, hidden_by(person.stated, reading)) for person, _role in known.persons]
    verdict.persons += [PersonChange(person, known.id, protection=level) for person, level in levels if level]


def stricter(one: Protection, other: Protection) -> Protection:
    """Return which of two levels hides more."""
    return other if one.lowers(other) else one


def hidden_by(ours: Protection, reading: Reading) -> Protection | None:
    """Return the level a list gives a person if it hides more: that waits for no answer."""
    theirs = _protection(ours, reading)
    return theirs if theirs and stricter(ours, theirs) is theirs else None


def _protection(ours: Protection, reading: Reading) -> Protection | None:
    """Return the level a list gives a registered person, if it is a stricter one: no list lifts anything."""
    theirs = reading.protection
    if theirs is Protection.UNKNOWN:
        return theirs if marked(reading) and ours is Protection.NONE else None
    return theirs if stricter(ours, theirs) is not ours else None


def _compare_place(
    item: Item,
    known: KnownFile,
    spot: ListedPlace,
    background: Background,
    verdict: PartVerdict,
    *,
    told: bool,
) -> None:
    """Let a newer list win over an older, the central archive's over others; never over scans and hands."""
    ours, theirs = background.terms.mapping.list_date, known.placed_day
    if spot.holds(known.place_path) or _answered(item, known, spot, ours):
        return
    older = ours is not None and theirs is not None and ours < theirs
    to_central = spot.central and not known.central
    by_list = known.placed_how is Evidence.LIST and known.status is Custody.ON_PLACE
    same_site = known.place_path == spot.site or known.place_path.startswith(f"{spot.site}.")
    held = False
    if known.central and not spot.central:
        conflict = _both_present(known, background)
    else:
        moves = by_list and not spot.closed and (spot.central or bool(same_site and spot.site)) and not told
        moves = moves and not known.sealed
        moves = moves and not older and (to_central or _decides(ours, known, spot))
        held = moves and known.place_asked  # it would overtake a question that is still open
        verdict.move = moves and not held
        overtaken = older and not to_central  # where the file stood before: its history, as expected
        conflict = not verdict.move and not overtaken
        conflict |= not known.central and spot.central and _both_present(known, background)
    if conflict:
        said = [[step.kind.value, step.name] for step in item.steps]
        was = {"was": known.place_id} if verdict.move else {"held": True} if held else {}
        verdict.conflicts[TaskKind.PLACE_CONFLICT] = {"place": said, **was}


def _answered(item: Item, known: KnownFile, spot: ListedPlace, ours: date | None) -> bool:
    """Tell whether somebody has answered what this list, or one no newer, says of where a file stands."""
    said = tuple((kind.value, name) for kind, name in item.standing)
    for one in known.place_answers:
        no_newer = ours is not None and one.day is not None and ours <= one.day
        if one.said == said and (no_newer or ours is one.day is None):
            return True
        if spot.id and one.register == spot.id and (no_newer or ours is None):
            return True
    return False


def _decides(ours: date | None, known: KnownFile, spot: ListedPlace) -> bool:
    """Tell whether a list is newer than all a file's place rests on, or says only more of that place."""
    if known.place_confirmed:
        return ours is not None and ours > known.place_confirmed
    newer = ours is not None and known.placed_day is not None and ours > known.placed_day
    return newer or spot.path == known.place_path or spot.path.startswith(f"{known.place_path}.")


def _both_present(known: KnownFile, background: Background) -> bool:
    """Tell whether an old list no older than that of the central archive still claims a file.

    An older one tells where the file stood before it was received: its history, as expected.
    """
    ours = background.terms.mapping.list_date
    others = [claim for claim in background.claims.get(known.id, ()) if claim.central is known.central]
    days = [claim.day for claim in others if claim.day]
    if ours is None or not days:
        return False
    return max(days) <= ours if known.central else max(days) >= ours


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int, bool)) else str(value)
