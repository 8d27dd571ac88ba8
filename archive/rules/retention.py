"""Tell when a file must be disposed of, must wait or must be kept: pure rules, each with its section of law.

Socialtjänstlagen (SoL) 16 kap., socialtjänstförordningen (SoF) 13 kap., LSS 21 c–21 d §§.
What is uncertain never speaks for destruction: the file is kept and the reason says what to find out.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, cast

from archive.kernel.partial_date import PartialDate
from archive.vocabulary import Outcome, PersonRole
from archive.vocabulary.wording import N_, _

SAMPLE_DAYS = frozenset({5, 15, 25})
"""Research sample of most municipalities, so of Malmö: born on these days of a month (13 kap. 1 § SoF)."""
EVERY_DAY = frozenset(range(1, 32))
"""Research sample of Östergötlands, Gotlands and Västernorrlands län and of Göteborg: every file is kept."""

Statute = Literal["sol", "lss"]
FLAGS = ("parenthood", "adoption", "placed_child", "child_investigation", "custody_agreement")

_YEARS_AFTER_LAST_NOTE = 5
_INVESTIGATED_CHILD_UNTIL = 30
_CUSTODY_CHILD_UNTIL = 18
_CARE_OF_THE_YOUNG_ENDS = 21


@dataclass(frozen=True, slots=True)
class KindRule:
    """Say by which law a kind of file is kept, and which flags every file of the kind carries."""

    statute: Statute = "sol"
    implies: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.statute not in _DUTY:
            raise ValueError(f"no such statute: {self.statute}")
        if unknown := self.implies - set(FLAGS):
            raise ValueError(f"no such flag: {', '.join(sorted(unknown))}")

    @classmethod
    def parse(cls, text: str) -> "KindRule":
        """Read the stored form, `sol` or `sol:adoption,placed_child`; raises ValueError for any other."""
        statute, _colon, flags = text.partition(":")
        return cls(cast("Statute", statute), frozenset(flags.split(",")) - {""})

    def __str__(self) -> str:
        return ":".join(filter(None, (self.statute, ",".join(sorted(self.implies)))))


@dataclass(frozen=True, slots=True)
class BirthDate:
    """Hold a person's true birth date; not sure when date and identity number disagree."""

    born: PartialDate | None
    sure: bool = True
    role: PersonRole = PersonRole.SUBJECT


@dataclass(frozen=True, slots=True)
class Grounds:
    """Hold all that decides a file's retention.

    `partly`: the flags concern only some of the documents. `decided`: somebody has decided that the file is
    kept (PRESERVE) or that part of it is (PARTLY). `other_undisposed`: another file on the same person
    remains; it may go at `other_until`.
    """

    rule: KindRule
    last_note: PartialDate | None
    closed: PartialDate | None = None
    births: tuple[BirthDate, ...] = ()
    parenthood: bool = False
    adoption: bool = False
    placed_child: bool = False
    child_investigation: bool = False
    custody_agreement: bool = False
    partly: bool = False
    decided: Outcome | None = None
    other_undisposed: bool = False
    other_until: date | None = None


@dataclass(frozen=True, slots=True)
class RetentionReason:
    """Say why, with the section of law it follows."""

    sentence: str
    law: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def say(self) -> str:
        """Return the sentence in the language in use."""
        return _(self.sentence, **self.facts)


@dataclass(frozen=True, slots=True)
class Retention:
    """Say what is to become of a file.

    `duty_from` to `latest`: when it (or, if kept in part, the rest) must be disposed of. `not_before`: the
    day before which a special rule forbids it; part of `duty_from` already. None where it cannot be computed.
    """

    outcome: Outcome
    duty_from: date | None
    latest: date | None
    not_before: date | None
    reasons: tuple[RetentionReason, ...]


@dataclass(frozen=True, slots=True)
class _Limit:
    """A rule that forbids disposal until a day, or for as long as its outcome says."""

    reason: RetentionReason
    until: date | None = None
    outcome: Outcome = Outcome.DISPOSE


_STRICTER = (Outcome.DISPOSE, Outcome.WAIT, Outcome.UNKNOWN)
_DUTY = {"sol": "16 kap. 1 § SoL", "lss": "21 c § LSS"}
_DECISION = "16 kap. 2–4 §§ SoL"
_PLACED = {"sol": "16 kap. 2 § SoL", "lss": "21 d § LSS"}
_SAMPLE = {"sol": "16 kap. 4 § SoL, 13 kap. 1 § SoF", "lss": "21 d § LSS, 12 § LSS-förordningen"}


def compute(grounds: Grounds, *, sample: frozenset[int] = SAMPLE_DAYS) -> Retention:
    """Apply every rule; `sample` holds the days of birth whose files the municipality keeps for research."""
    kept, sampled = [*_never_disposed(grounds)], [*_research_sample(grounds, sample)]
    if grounds.decided is Outcome.PRESERVE:
        kept.append(RetentionReason(N_("It has been decided that the whole file is kept."), _DECISION))
    if sampled or grounds.decided is Outcome.PRESERVE or (kept and not grounds.partly):
        return Retention(Outcome.PRESERVE, None, None, None, (*kept, *sampled))
    part = [*_part(grounds, kept)]
    duty, holds = _duty(grounds), [*_holds(grounds)]
    outcome = max((limit.outcome for limit in (duty, *holds)), key=_STRICTER.index)
    ends = [limit.until for limit in (duty, *holds) if limit.until]
    duty_from = max(ends) if outcome is Outcome.DISPOSE else None
    return Retention(
        outcome=Outcome.PARTLY if part else outcome,
        duty_from=duty_from,
        latest=date(duty_from.year + 1, 12, 31) if duty_from else None,
        not_before=max((hold.until for hold in holds if hold.until), default=None),
        reasons=(*kept, *part, duty.reason, *(hold.reason for hold in holds)),
    )


def _carries(grounds: Grounds, flag: str) -> bool:
    return bool(getattr(grounds, flag)) or flag in grounds.rule.implies


def _never_disposed(grounds: Grounds) -> Iterator[RetentionReason]:
    if _carries(grounds, "parenthood"):
        yield RetentionReason(
            N_("Documents on paternity or parenthood are never disposed of."), "16 kap. 2 § SoL"
        )
    if _carries(grounds, "adoption"):
        yield RetentionReason(N_("Documents on adoption are never disposed of."), "16 kap. 2 § SoL")
    if _carries(grounds, "placed_child"):
        sentence = N_("Documents on a child placed outside its own home are never disposed of.")
        yield RetentionReason(sentence, _PLACED[grounds.rule.statute])


def _part(grounds: Grounds, kept: list[RetentionReason]) -> Iterator[RetentionReason]:
    law = kept[0].law if kept else "16 kap. 2 § SoL"
    if kept:
        yield RetentionReason(
            N_("This concerns only some of the documents: they are kept, the rest is disposed of."), law
        )
    if grounds.decided is Outcome.PARTLY:
        yield RetentionReason(N_("It has been decided that part of the file is kept."), _DECISION)


def _research_sample(grounds: Grounds, days: frozenset[int]) -> Iterator[RetentionReason]:
    """The true birth date decides: a personal number may carry a neighbouring day (prop. 2008/09:111)."""
    law = _SAMPLE[grounds.rule.statute]
    if days >= EVERY_DAY:
        yield RetentionReason(N_("Every file in this municipality belongs to the research sample."), law)
    elif days:
        persons = [birth for birth in grounds.births if birth.role in _FILE_IS_ABOUT]
        if not persons:
            sentence = N_(
                "No person is registered, so the research sample cannot be ruled out: keep and find out."
            )
            yield RetentionReason(sentence, law)
        for person in persons:
            yield from _sampled(person, days, law)


def born_on_sample_day(births: Iterable[BirthDate], days: frozenset[int] = SAMPLE_DAYS) -> bool:
    """Tell whether the cover bears the mark of the research sample: somebody it is about was born then."""
    return any(
        birth.born is not None and birth.born.day in days and birth.role in _FILE_IS_ABOUT for birth in births
    )


_FILE_IS_ABOUT = (PersonRole.SUBJECT, PersonRole.CHILD, PersonRole.PARTNER)


def _sampled(person: BirthDate, days: frozenset[int], law: str) -> Iterator[RetentionReason]:
    if person.born is None or person.born.day is None:
        sentence = N_(
            "The day of birth is not known, so the research sample cannot be ruled out: keep and find out."
        )
        yield RetentionReason(sentence, law)
    elif not person.sure:
        yield RetentionReason(
            N_("The birth date and the identity number disagree: keep and find out which is right."), law
        )
    elif person.born.day in days:
        sentence = N_("Born on %(born)s, a day of the research sample: the whole file is kept.")
        yield RetentionReason(sentence, law, {"born": str(person.born)})


def _duty(grounds: Grounds) -> _Limit:
    law, note = _DUTY[grounds.rule.statute], grounds.last_note
    if note is None:
        if grounds.closed is None:
            return _cannot(N_("Cannot be computed because the date of the last note is missing."), law)
        sentence = N_(
            "Cannot be computed because the date of the last note is missing; "
            "the closing date (%(closed)s) cannot stand in for it."
        )
        return _cannot(sentence, law, closed=str(grounds.closed))
    until = _years_after(note.latest(), _YEARS_AFTER_LAST_NOTE)
    if note.whole:
        sentence = N_("Is disposed of five years after the last note (%(note)s): from %(until)s.")
    else:
        sentence = N_(
            "Is disposed of five years after the last note; of that only %(note)s is known, so five years "
            "are counted from the latest day it can mean: from %(until)s."
        )
    return _Limit(RetentionReason(sentence, law, {"note": str(note), "until": str(until)}), until)


def _holds(grounds: Grounds) -> Iterator[_Limit]:
    if _carries(grounds, "child_investigation"):
        sentence = N_(
            "Documents of an investigation of a child's need of protection or support are kept "
            "until the child turns thirty (%(until)s)."
        )
        yield _until_age(grounds, _INVESTIGATED_CHILD_UNTIL, sentence, "16 kap. 2 a § SoL")
    if _carries(grounds, "custody_agreement"):
        sentence = N_(
            "An approved agreement on custody, residence or contact is kept "
            "until the child turns eighteen (%(until)s)."
        )
        yield _until_age(grounds, _CUSTODY_CHILD_UNTIL, sentence, "16 kap. 3 § SoL")
    if grounds.other_undisposed:
        yield _other_file(grounds)


def _other_file(grounds: Grounds) -> _Limit:
    law, until = _DUTY[grounds.rule.statute], grounds.other_until
    if until is None:
        sentence = N_("Another file on the same person has not been disposed of: this one waits for it.")
        return _Limit(RetentionReason(sentence, law), None, Outcome.WAIT)
    sentence = N_(
        "Another file on the same person has not been disposed of and may not be before %(until)s: "
        "this one waits for it."
    )
    return _Limit(RetentionReason(sentence, law, {"until": str(until)}), until, Outcome.WAIT)


def _until_age(grounds: Grounds, age: int, sentence: str, law: str) -> _Limit:
    children = [*_children(grounds)]
    if not children:
        return _cannot(N_("Cannot be computed because the child it concerns is not registered."), law)
    born = [child.born.latest() for child in children if child.born]
    if len(born) < len(children):
        return _cannot(N_("Cannot be computed because the child's birth date is missing."), law)
    until = _years_after(max(born), age)
    return _Limit(RetentionReason(sentence, law, {"until": str(until)}), until)


def _children(grounds: Grounds) -> Iterator[BirthDate]:
    """Find those registered as children; else the main person, unless grown up: it may be a parent."""
    children = [birth for birth in grounds.births if birth.role is PersonRole.CHILD]
    if children:
        yield from children
        return
    for birth in grounds.births:
        grown_up = (
            birth.born is not None
            and grounds.last_note is not None
            and _years_after(birth.born.latest(), _CARE_OF_THE_YOUNG_ENDS) < grounds.last_note.earliest()
        )
        if birth.role is PersonRole.SUBJECT and not grown_up:
            yield birth


def _cannot(sentence: str, law: str, **facts: object) -> _Limit:
    return _Limit(RetentionReason(sentence, law, facts), None, Outcome.UNKNOWN)


def _years_after(day: date, years: int) -> date:
    """Return the same day years later; 29 February becomes 1 March, so that it is never too early."""
    year = min(day.year + years, date.max.year - 1)
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 3, 1)
