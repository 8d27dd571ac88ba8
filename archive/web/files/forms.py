"""What is typed about a case file: read it, say what is wrong with it, and carry it to the verbs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from archive.access_log import access_log
from archive.access_log.access_log import Look
from archive.files import files
from archive.files.files import NewFile
from archive.imports.lists.meaning.dates import DateReader
from archive.kernel.clock import local_date
from archive.kernel.errors import Invalid
from archive.kernel.partial_date import PartialDate
from archive.kernel.store import Work
from archive.models import CaseFile, FileKind, Label, Person, SourceSystem, Unit
from archive.organisation import kinds, source_systems, units
from archive.people import people
from archive.people.people import NewPerson
from archive.rules import identity
from archive.rules.identity import Identity, Written
from archive.rules.retention import FLAGS
from archive.vocabulary import LabelState, Outcome, PersonRole, Protection, Term
from archive.vocabulary.collation import swedish
from archive.vocabulary.wording import N_, _, locale
from archive.web.kit.answers import Refusals
from archive.web.places.places import chosen_place
from labels import codes

MOST_PERSONS = 12
DATES = ("opened_on", "closed_on", "last_note_on")
KEPT = (Outcome.PRESERVE, Outcome.PARTLY)  # what somebody may have decided
FLAG_WORDS = {
    "placed_child": N_("A child placed outside its own home"),
    "adoption": N_("Adoption"),
    "parenthood": N_("Paternity or parenthood"),
    "child_investigation": N_("Investigation of a child's need of protection or support"),
    "custody_agreement": N_("Approved agreement on custody, residence or contact"),
}


@dataclass(frozen=True, slots=True)
class Choices:
    """What a file's kind, source and unit can be."""

    kinds: Sequence[FileKind]
    sources: Sequence[SourceSystem]
    units: Sequence[Unit]

    @classmethod
    def load(cls, work: Work, file: CaseFile | None = None) -> "Choices":
        """Fetch what there is to choose from, with what a file has already though it is closed."""
        had = [kinds.get(work, file.kind_id)] if file and file.kind_id else []
        offered = [*had, *(kind for kind in files.kinds(work) if kind not in had)]
        by_name = sorted(offered, key=lambda kind: swedish(shown_kind(kind)))
        sources = source_systems.in_use(work, also=file.source_id if file else None)
        own_units = units.in_use(work, also=file.unit_id if file else None)
        return cls(by_name, sources, own_units)

    def options(self) -> dict[str, list[dict[str, Any]]]:
        """Return them as controls show them."""
        return {
            "kinds": [{"value": kind.id, "label": shown_kind(kind)} for kind in self.kinds],
            "sources": [{"value": source.id, "label": source.name} for source in self.sources],
            "units": [{"value": unit.id, "label": unit.name} for unit in self.units],
        }


def shown_kind(kind: FileKind) -> str:
    """Return the name of a kind in the language in use."""
    return kind.name_sv if locale() == "sv" else kind.name_en


def field_choices(work: Work, file: CaseFile | None = None) -> dict[str, Any]:
    """Return what the controls of a file's fields offer."""
    return {
        **Choices.load(work, file).options(),
        "flag_options": [{"value": flag, "label": _(FLAG_WORDS[flag])} for flag in FLAGS],
        "kept_options": [
            {"value": "", "label": _("No decision: the rules decide")},
            {"value": KEPT[0].value, "label": _("The whole file is kept")},
            {"value": KEPT[1].value, "label": _("Part of the file is kept")},
        ],
        "protections": list(Protection),
        "roles": list(PersonRole),
    }


@dataclass(slots=True)
class Typed:
    """Read one form's fields; what cannot be used is refused with its field and left out."""

    form: Mapping[str, str]
    today: date
    refused: Refusals

    def text(self, name: str) -> str:
        """Return a field without blanks around it."""
        return self.form.get(name, "").strip()

    def whole(self, name: str, otherwise: int) -> int:
        """Return a whole number."""
        text = self.text(name)
        if not text:
            return otherwise
        if not text.isdecimal() or len(text) > 6:
            self.refused.refuse(name, _("Write a whole number."))
            return otherwise
        return int(text)

    def date(self, name: str) -> PartialDate | None:
        """Return a date as covers carry it; a doubtful one is refused, since here one can ask."""
        text = self.text(name)
        read = DateReader(self.today).read(text)
        if not text or (read.flag is None and read.first is not None):
            return read.first
        self.refused.refuse(
            name,
            _(
                "“%(text)s” cannot be read for certain as a date up to today. "
                "Write it as 2003-04-05, 2003-04 or only 2003.",
                text=text,
            ),
        )
        return None

    def chosen(self, name: str, among: Sequence[Any], sentence: str | None) -> int | None:
        """Return the id of the thing chosen; a sentence makes the choice required."""
        text = self.text(name)
        found = next((one.id for one in among if str(one.id) == text), None)
        if found is None and sentence is not None:
            self.refused.refuse(name, sentence)
        return found

    def term(self, name: str, terms: type[Term]) -> Any:
        """Return the chosen term of a vocabulary, or nothing."""
        return next((term for term in terms if term.value == self.text(name)), None)

    def fields(self, choices: Choices) -> dict[str, Any]:
        """Return every field of a file but its persons and its place."""
        if not self.text("reference"):
            self.refused.refuse("reference", _("Give the file its reference, as on the cover."))
        part = self.whole("part", 1)
        return {
            "reference": self.text("reference"),
            "source_id": self.chosen("source", choices.sources, _("Choose where the reference comes from.")),
            "kind_id": self.chosen("kind", choices.kinds, _("Choose the kind of file.")),
            "unit_id": self.chosen("unit", choices.units, None),
            "part": part,
            "parts": self.whole("parts", max(part, 1)),
            **{name: self.date(name) for name in DATES},
            **{flag: flag in self.flags() for flag in FLAGS},
            "partly": self.text("partly") == "yes",
            "kept": next((kept for kept in KEPT if kept.value == self.text("kept")), None),
        }

    def flags(self) -> set[str]:
        """Return the flags that are ticked."""
        ticked = self.form.getlist("flags") if hasattr(self.form, "getlist") else []
        return set(ticked) & set(FLAGS)


@dataclass(slots=True)
class PersonRow:
    """One person as typed, what the number says, and who in the register has it."""

    index: int
    number: str = ""
    family_name: str = ""
    given_name: str = ""
    role: PersonRole = PersonRole.SUBJECT
    protection: Protection | None = None
    same: str = ""
    read: Identity | None = None
    known: Person | None = None
    known_name: str = ""
    alike: list[tuple[Person, str]] = field(default_factory=list)
    unseen: list[Person] = field(default_factory=list)  # of whom nothing is shown, only noted who tried

    @property
    def unanswered(self) -> bool:
        """Tell whether the register says nothing of the number: nobody has it, or somebody protected."""
        return not (self.blank or self.known or self.alike) and bool(self.number)

    @property
    def blank(self) -> bool:
        """Tell whether nothing is written in the row."""
        return not (self.number or self.family_name or self.given_name)

    @property
    def shown_number(self) -> str:
        """Return the number as it was understood, else as it was written."""
        return identity.shown(self.read.number) if self.read and self.read.number else self.number

    @property
    def question(self) -> str:
        """Return what is to be asked about the number: its century, where only a sign claims one."""
        if self.known is not None or self.read is None or not identity.century_unclear(self.read):
            return ""
        return _(people.CENTURY_UNCLEAR, number=self.number)

    @property
    def names_differ(self) -> bool:
        """Tell whether the name written has no word in common with the name the number has."""
        if self.known is None:
            return False
        written = set(people.tokens(self.family_name, self.given_name))
        registered = set(people.tokens(self.known.family_name, self.known.given_name))
        return bool(written and registered) and not written & registered

    def new(self) -> NewPerson:
        """Return the person to register."""
        return NewPerson(
            self.family_name,
            self.given_name,
            self.read,
            protection=self.protection or Protection.UNKNOWN,
        )


def person_rows(
    work: Work, form: Mapping[str, str], least: int = 1, file: CaseFile | None = None
) -> list[PersonRow]:
    """Read the rows of persons, and see who of them is registered.

    When a number was written is told by the dates of the file: those beside it in the form, or its own.
    """
    count = max(least, 1 + max((n for n in range(MOST_PERSONS) if f"number{n}" in form), default=0))
    days = _certain_days(work, form) if file is None else _shown_days(file)
    return [
        _row(work, form, index, Written.by_dates(*days, subject=index == 0 and file is None))
        for index in range(min(count, MOST_PERSONS))
    ]


def _shown_days(file: CaseFile) -> list[PartialDate | None]:
    """Return the dates of a file; how a number is read must not tell those of a protected one."""
    return [None if file.protected else getattr(file, name) for name in DATES]


def _certain_days(work: Work, form: Mapping[str, str]) -> list[PartialDate | None]:
    read = [DateReader(local_date(work.now)).read(form.get(name, "")) for name in DATES]
    return [one.first if one.flag is None else None for one in read]


def _row(work: Work, form: Mapping[str, str], index: int, written: Written) -> PersonRow:
    def text(name: str) -> str:
        return " ".join(form.get(f"{name}{index}", "").split())

    row = PersonRow(
        index,
        text("number"),
        text("family_name"),
        text("given_name"),
        next((role for role in PersonRole if role.value == text("role")), PersonRole.SUBJECT),
        next((each for each in Protection if each.value == text("protection")), None),
        text("same"),
    )
    if row.number:
        row.read = people.read_number(work, row.number, written=written)
        everyone = people.with_number(work, row.read.number)
        shown = people.visible(work, everyone)
        row.unseen = [one for one in everyone if one not in shown]
        row.known = people.same_person(work, row.new())
        if row.known is None and row.read.number:
            row.alike = [(one, people.shown_name(one, work.actor, in_hand=True)) for one in shown]
            row.known = next((person for person in shown if str(person.id) == row.same), None)
        # Who holds a cover and may know is told the name; nobody else has got a protected person here.
        row.known_name = people.shown_name(row.known, work.actor, in_hand=True) if row.known else ""
    return row


def tried(rows: Sequence[PersonRow]) -> list[Look]:
    """Return a look for each number, at everybody who has it: also where nothing is shown, trying is seen."""
    found = []
    for row in rows:
        shown = [row.known, *(person for person, _name in row.alike), *row.unseen]
        subjects = dict.fromkeys(f"person:{person.id}" for person in shown if person)
        found += [access_log.looked_for("number", row.number, subjects)] if row.number else []
    return found


def check_persons(rows: Sequence[PersonRow], refused: Refusals) -> None:
    """Refuse rows that say too little, or that put a name to another person's number."""
    if all(row.blank for row in rows):
        refused.refuse("number0", _("Write the number or the name of the person the file is about."))
    known: set[int] = set()
    for row in rows:
        if row.blank:
            continue
        if row.known is None and row.protection is None:
            refused.refuse(f"protection{row.index}", _("Say whether the person's data are protected."))
        if row.question:
            refused.refuse(f"number{row.index}", row.question)
        if row.names_differ and row.same != str(row.known.id if row.known else ""):
            refused.refuse(f"number{row.index}", _said_of_another(row))
        if row.known and row.known.id in known:
            refused.refuse(f"number{row.index}", _("The same person stands here twice."))
        known |= {row.known.id} if row.known else set()


def _said_of_another(row: PersonRow) -> str:
    return _("The register has this number for %(name)s. Look at the cover again.", name=row.known_name)


def save_persons(work: Work, rows: Sequence[PersonRow]) -> tuple[tuple[int, PersonRole], ...]:
    """Register the persons who are new; a known person's protection is raised if need be, never lowered."""
    persons = []
    for row in rows:
        if row.blank:
            continue
        person = row.known or people.register(work, row.new())
        if row.known and row.protection and row.protection.protected and not person.protection.protected:
            people.protect(work, person, row.protection, "")
        persons.append((person.id, row.role))
    return tuple(persons)


def blank_label(work: Work, text: str, refused: Refusals) -> str:
    """Return the code of the blank label stuck on the cover, empty where none was typed."""
    code = codes.parse(text) if text else ""
    label = work.session.get(Label, code) if code else None
    if text and (label is None or label.state is not LabelState.BLANK):
        sentence = _("This is no blank label. Scan the one that is stuck on the cover, or leave this empty.")
        refused.refuse("label", sentence)
    return code or ""


def read_new(
    work: Work, form: Mapping[str, str], rows: Sequence[PersonRow], refused: Refusals
) -> NewFile | None:
    """Return the file to register, without its persons; nothing when something was refused."""
    typed = Typed(form, local_date(work.now), refused)
    fields = typed.fields(Choices.load(work))
    check_persons(rows, refused)
    place = None
    try:
        place = chosen_place(work, typed.text("place"), "place")
    except Invalid as error:
        refused.refuse("place", error.say())
    code = blank_label(work, typed.text("label"), refused)
    return None if refused.errors or place is None else NewFile(place=place, code=code, **fields)
