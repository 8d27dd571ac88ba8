"""Name what a column of a list can hold and what can be said about a cell of it."""

from collections.abc import Collection
from dataclasses import dataclass

from archive.imports.lists.formats.notes import RowNote
from archive.vocabulary import Term
from archive.vocabulary.wording import _


class ListField(Term):
    """What a column of a list is registered as."""

    REFERENCE = "reference", "aktnummer", "reference"
    PART = "part", "del", "part"
    PARTS = "parts", "antal delar", "number of parts"
    PART_TEXT = "part_text", "del i text", "part in words"
    KIND = "kind", "akttyp", "kind of file"
    NUMBER = "number", "personnummer", "personal number"
    BIRTH_DATE = "birth_date", "födelsedatum", "birth date"
    NAME = "name", "namn", "name"
    FAMILY_NAME = "family_name", "efternamn", "family name"
    GIVEN_NAME = "given_name", "förnamn", "given name"
    CO_PERSONS = "co_persons", "medpersoner", "other persons"
    OPENED = "opened", "öppnad", "opened"
    CLOSED = "closed", "avslutad", "closed"
    PERIOD = "period", "öppnad–avslutad", "opened–closed"
    LAST_NOTE = "last_note", "sista anteckning", "last note"
    PLACE = "place", "plats i text", "place in words"
    SITE = "site", "adress", "site"
    ROOM = "room", "arkivlokal", "room"
    RACK = "rack", "hyllsektion", "rack"
    SHELF = "shelf", "hyllplan", "shelf"
    BOX = "box", "arkivbox", "box"
    POSITION = "position", "ordning i boxen", "position in the box"
    UNIT = "unit", "enhet", "unit"
    PROTECTION = "protection", "skyddade personuppgifter", "protected personal data"
    PLACED_CHILD = "placed_child", "placerat barn", "placed child"
    ADOPTION = "adoption", "adoption", "adoption"
    PARENTHOOD = "parenthood", "föräldraskap", "parenthood"
    CHILD_INVESTIGATION = "child_investigation", "barnutredning", "child investigation"
    CUSTODY_AGREEMENT = "custody_agreement", "vårdnadsavtal", "custody agreement"
    CHECKED_DATE = "checked_date", "kontrollerad före systemet, datum", "checked before the system, date"
    CHECKED_BY = "checked_by", "kontrollerad före systemet, signatur", "checked before the system, sign"
    SOURCE_SYSTEM = "source_system", "källsystem", "source system"
    FREE_TEXT = "free_text", "fritext, registreras inte", "free text, not registered"
    IGNORED = "ignored", "registreras inte", "not registered"


FACTS = (
    ListField.PLACED_CHILD,
    ListField.ADOPTION,
    ListField.PARENTHOOD,
    ListField.CHILD_INVESTIGATION,
    ListField.CUSTODY_AGREEMENT,
)
"""The yes-or-no facts that decide what is kept (16 kap. 2-3 §§ SoL)."""


class FlagCode(Term):
    """What is odd about a cell that is registered all the same, for a person to look at."""

    NUMBER_NO_CENTURY = "number_no_century", "århundrade saknas", "century missing", "yellow"
    NUMBER_NO_CHECK_DIGIT = "number_no_check_digit", "kontrollsiffra saknas", "check digit missing", "yellow"
    NUMBER_WRONG_CHECK_DIGIT = (
        "number_wrong_check_digit",
        "kontrollsiffran stämmer inte",
        "wrong check digit",
        "yellow",
    )
    NUMBER_IMPOSSIBLE_DATE = (
        "number_impossible_date",
        "datumet i numret finns inte",
        "impossible date",
        "yellow",
    )
    NUMBER_UNREADABLE = "number_unreadable", "numret kan inte läsas", "the number cannot be read", "yellow"
    NUMBER_ZERO_RESTORED = (
        "number_zero_restored",
        "en nolla i början hade fallit bort",
        "a leading zero had been lost",
        "yellow",
    )
    NUMBER_ROUNDED = (
        "number_rounded",
        "kalkylprogrammet har avrundat numret, siffror saknas",
        "the spreadsheet has rounded the number, digits are lost",
        "yellow",
    )
    NUMBERS_AND_NAMES_DIFFER = (
        "numbers_and_names_differ",
        "olika många namn och nummer",
        "names and numbers differ in count",
        "yellow",
    )
    NAME_INHERITED = (
        "name_inherited",
        "efternamnet är taget från personen före",
        "the family name is taken from the person before",
        "yellow",
    )
    NAME_UNCLEAR = (
        "name_unclear",
        "namnet kan läsas på flera sätt",
        "the name can be read in several ways",
        "yellow",
    )
    BORN_IN_NAME = (
        "born_in_name",
        "födelsedatumet stod i namnet",
        "the birth date stood in the name",
        "yellow",
    )
    SEVERAL_PERSONS = (
        "several_persons",
        "cellen gäller fler personer än den namnger",
        "the cell is about more persons than it names",
        "yellow",
    )
    DATE_UNREADABLE = "date_unreadable", "datumet kan inte läsas", "the date cannot be read", "yellow"
    DATE_AMBIGUOUS = (
        "date_ambiguous",
        "datumet kan läsas på flera sätt",
        "the date can be read in several ways",
        "yellow",
    )
    DATE_CENTURY_ASSUMED = (
        "date_century_assumed",
        "århundradet är antaget",
        "the century is assumed",
        "yellow",
    )
    DATE_CENTURY_MISSING = "date_century_missing", "århundrade saknas", "century missing", "yellow"
    DATE_IMPOSSIBLE = (
        "date_impossible",
        "dagen finns inte, bara år eller månad är registrerat",
        "no such day, only year or month is registered",
        "yellow",
    )
    DATE_PARTLY_READ = (
        "date_partly_read",
        "bara en del av texten kunde läsas som datum",
        "only a part of the text could be read as a date",
        "yellow",
    )
    DATE_UNCERTAIN = "date_uncertain", "listan anger datumet som osäkert", "uncertain in the list", "yellow"
    DATE_RANGE = "date_range", "listan anger en period", "the list gives a period", "yellow"
    DATE_IN_FUTURE = (
        "date_in_future",
        "datumet ligger efter listans datum",
        "the date is after that of the list",
        "yellow",
    )
    DATE_WAS_SERIAL = (
        "date_was_serial",
        "läst som kalkylprogrammets dagnummer",
        "read as the day number of a spreadsheet",
        "yellow",
    )
    DATE_STILL_OPEN = "date_still_open", "ärendet anges som pågående", "the case is said to be open", "yellow"
    CLOSED_BEFORE_OPENED = "closed_before_opened", "före öppnandet", "before it was opened", "yellow"
    BEFORE_BIRTH = "before_birth", "före födelsedatum", "before the birth date", "yellow"
    BIRTH_DATES_DIFFER = (
        "birth_dates_differ",
        "födelsedatum och nummer stämmer inte överens",
        "birth date and number do not agree",
        "yellow",
    )
    PART_UNREADABLE = "part_unreadable", "delen kan inte läsas", "the part cannot be read", "yellow"
    PART_WAS_DATE = (
        "part_was_date",
        "kalkylprogrammet hade gjort delen till ett datum",
        "the spreadsheet had made the part a date",
        "yellow",
    )
    SEVERAL_PARTS = (
        "several_parts",
        "raden gäller flera delar",
        "the row stands for several parts",
        "yellow",
    )
    KIND_UNKNOWN = "kind_unknown", "okänd akttyp", "unknown kind", "yellow"
    REFERENCE_MISSING = "reference_missing", "aktnummer saknas", "no reference", "yellow"
    REFERENCE_LOOKS_LIKE_DATE = (
        "reference_looks_like_date",
        "ser ut som ett datum",
        "looks like a date",
        "yellow",
    )
    SEVERAL_REFERENCES = (
        "several_references",
        "ser ut att gälla flera akter",
        "seems to be about several files",
        "yellow",
    )
    REFERENCE_ELSEWHERE = (
        "reference_elsewhere",
        "hänvisar till en annan akt",
        "points to another file",
        "yellow",
    )
    REFERENCE_ALIKE = (
        "reference_alike",
        "ett annat aktnummer i listan skiljer bara i nollor",
        "another reference of the list differs in noughts alone",
        "yellow",
    )
    PERSON_MISSING = "person_missing", "ingen person angiven", "no person stated", "yellow"
    PROTECTION_UNCLEAR = "protection_unclear", "oklart slag av skydd", "kind of protection unclear", "red"
    PROTECTION_IN_TEXT = (
        "protection_in_text",
        "ord om skydd utanför kolumnen för skydd",
        "words of protection outside their column",
        "red",
    )
    PERHAPS_MARKED = (
        "perhaps_marked",
        "ett tecken som kan betyda att någon är skyddad",
        "a sign that may mean that somebody is protected",
        "red",
    )
    KEPT_APART = (
        "kept_apart",
        "förvaras särskilt, kanske för att någon är skyddad",
        "kept apart, perhaps since somebody is protected",
        "red",
    )
    FACT_UNCLEAR = (
        "fact_unclear",
        "varken ja eller nej, läst som ja",
        "neither yes nor no, read as yes",
        "yellow",
    )
    PLACE_PARTLY_READ = (
        "place_partly_read",
        "platsen kunde bara läsas delvis",
        "the place could only be read in part",
        "yellow",
    )
    PLACE_UNCLEAR = (
        "place_unclear",
        "kan vara flera platser eller en annan",
        "may be several places or another one",
        "yellow",
    )
    PLACE_NOT_KNOWN = (
        "place_not_known",
        "listan säger att platsen är okänd",
        "the list says that the place is unknown",
        "yellow",
    )
    FILLED_FROM_ABOVE = "filled_from_above", "hämtat från en rad ovanför", "taken from a row above", "yellow"
    NOTHING_ABOVE = (
        "nothing_above",
        "upprepar raden ovanför, men där står inget",
        "repeats the row above, which has nothing there",
        "yellow",
    )
    PERHAPS_GONE = (
        "perhaps_gone",
        "listan säger att akten är gallrad, makulerad, utlånad eller saknas",
        "the list says that the file is destroyed, void, lent or missing",
        "red",
    )
    POSITION_UNREADABLE = "position_unreadable", "kan inte läsas", "cannot be read", "yellow"
    CELL_ERROR = "cell_error", "felvärde från kalkylprogrammet", "an error value of the spreadsheet", "yellow"
    FORMULA = "formula", "formel, läst som text", "a formula, read as text", "yellow"
    LETTERS_BROKEN = (
        "letters_broken",
        "bokstäver har blivit fel, som i ”MalmÃ¶” eller ”Bj?rk”",
        "letters have gone wrong, as in “MalmÃ¶” or “Bj?rk”",
        "yellow",
    )
    LETTERS_REPAIRED = (
        "letters_repaired",
        "bokstäver hade blivit fel och är rättade, som i ”MalmÃ¶” eller ”H{gg”",
        "letters had gone wrong and are put right, as in “MalmÃ¶” or “H{gg”",
        "yellow",
    )
    QUOTE_STRAY = (
        "quote_stray",
        "ett citattecken öppnas eller stängs inte, raden är läst som den står",
        "a quotation mark is not opened or closed, the row is read as it stands",
        "yellow",
    )
    ROW_HIDDEN = "row_hidden", "raden är dold i listan", "the row is hidden in the list", "yellow"
    ROW_STRUCK = (
        "row_struck",
        "raden är överstruken i listan",
        "the row is struck through in the list",
        "yellow",
    )
    ROW_SHORT = "row_short", "raden har färre celler än rubrikraden", "fewer cells than the header", "yellow"


@dataclass(frozen=True, slots=True)
class Flag:
    """Say what is odd about a row, or about one field of it."""

    code: FlagCode
    field: ListField | None

    def say(self) -> str:
        """Return it in words, in the language in use."""
        return f"{self.field.label}: {self.code.label}" if self.field else self.code.label


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Say why a row cannot be registered; the sentence is an English catalogue text."""

    code: str
    sentence: str
    facts: tuple[tuple[str, object], ...] = ()

    def say(self) -> str:
        """Return it in words, in the language in use."""
        words = {key: value.label if isinstance(value, Term) else value for key, value in self.facts}
        return _(self.sentence, **words)


_NOTED = {note: Flag(code, None) for code in FlagCode for note in RowNote if code.value == note.value}


def flags_of(notes: Collection[RowNote]) -> list[Flag]:
    """Return the flags for how a row stood in its file."""
    return [_NOTED[note] for note in sorted(notes)]
