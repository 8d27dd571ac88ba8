"""Persons: registering, correcting, numbers, protection, and who may see a name."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlmodel import col

from archive.accounts import users
from archive.accounts.sessions import Proof
from archive.files import files, masking
from archive.integrity import checks
from archive.kernel.errors import ChangedMeanwhile, Conflict, DomainError, Invalid, NotFound, NotPermitted
from archive.kernel.partial_date import PartialDate
from archive.kernel.store import Actor, Archive, Work, operator
from archive.models import NameToken, NameWord, Person, Task
from archive.people import lifting, people, same_persons
from archive.people.people import NewPerson
from archive.vocabulary import NumberQuality, Protection, Role, TaskAnswer
from archive.vocabulary.wording import _
from tests.builders import NUMBERS, SetClock, a_file, a_person, a_shelf, lift


def tokens_of(work: Work, person: Person) -> set[str]:
    """Return the words a person is found by."""
    statement = select(col(NameToken.token)).where(col(NameToken.person_id) == person.id)
    return set(work.session.execute(statement).scalars())


def words(work: Work) -> set[str]:
    """Return every word a misspelt name can be taken for."""
    return set(work.session.execute(select(col(NameWord.word))).scalars())


def test_a_person_needs_a_name_or_a_number(work: Work) -> None:
    with pytest.raises(Invalid) as refusal:
        people.register(work, NewPerson(" ", ""))
    assert refusal.value.field == "number"


def test_the_birth_date_comes_from_the_number(work: Work) -> None:
    person = a_person(work, number="199006022397")
    assert person.birth_date == PartialDate(1990, 6, 2)


@pytest.mark.parametrize(
    ("written", "quality"),
    [
        ("900602-2397", NumberQuality.NO_CENTURY),
        ("19900602-2397", NumberQuality.SOUND),
        ("9006022397", NumberQuality.NO_CENTURY),
        ("19900602-2398", NumberQuality.WRONG_CHECK_DIGIT),
        ("oläsligt", NumberQuality.UNREADABLE),
    ],
)
def test_a_number_is_kept_as_written_whatever_it_is_worth(
    work: Work, written: str, quality: NumberQuality
) -> None:
    person = a_person(work, number=written)
    (number,) = people.numbers_of(work, [person.id])[person.id]
    assert (number.written, number.quality, number.current) == (written, quality, True)


def test_names_are_found_without_accents_case_and_hyphens(work: Work) -> None:
    person = a_person(work, "Åkerström-Ruiz", "Zoë")
    assert tokens_of(work, person) == {"akerstrom", "ruiz", "akerstromruiz=", "zoe"}


def test_a_corrected_name_is_found_by_the_new_words_alone(work: Work) -> None:
    person = a_person(work, "Andersson", "Birgitta")
    people.correct(work, person, family_name="Öman")
    assert tokens_of(work, person) == {"oman", "birgitta"}
    assert "andersson" not in words(work)


def test_a_word_another_person_bears_stays(work: Work) -> None:
    a_person(work, "Andersson", "Karl")
    people.correct(work, a_person(work, "Andersson", "Birgitta"), family_name="Öman")
    assert "andersson" in words(work)


def test_a_person_without_number_keeps_a_name(work: Work) -> None:
    person = people.register(work, NewPerson("Andersson", ""))
    with pytest.raises(Invalid):
        people.correct(work, person, family_name="")


def test_what_a_person_corrected_no_list_overwrites(work: Work) -> None:
    person = a_person(work, "Andersson", "Birgitta")
    people.correct(work, person, family_name="Öman")
    told = {"family_name": "Andersson", "given_name": "Birgit"}
    assert people.change(work, person, told, by_hand=False) == ["given_name"]
    assert person.family_name == "Öman"


def test_a_person_corrected_meanwhile_is_not_corrected_over(work: Work) -> None:
    person = a_person(work)
    seen = people.version(work, person)
    people.correct(work, person, given_name="Ny")
    with pytest.raises(ChangedMeanwhile):
        people.lock(work, person, seen)


def test_a_newer_number_makes_the_older_an_alias(work: Work) -> None:
    person = a_person(work, number=NUMBERS[0])
    people.add_number(work, person, people.read_number(work, NUMBERS[1]), "omslaget")
    numbers = people.numbers_of(work, [person.id])[person.id]
    assert [(n.number, n.current) for n in numbers] == [(NUMBERS[1], True), (NUMBERS[0], False)]
    assert people.with_number(work, NUMBERS[0]) == [person]


def test_an_older_number_does_not_replace_the_present_one(work: Work) -> None:
    person = a_person(work, number=NUMBERS[0])
    people.add_number(work, person, people.read_number(work, NUMBERS[1]), "omslaget", current=False)
    assert people.numbers_of(work, [person.id])[person.id][0].number == NUMBERS[0]


def test_a_number_is_not_given_twice(work: Work) -> None:
    person = a_person(work, number=NUMBERS[0])
    for written in (NUMBERS[0], f"{NUMBERS[0][:8]}-{NUMBERS[0][8:]}"):
        with pytest.raises(Conflict) as refusal:
            people.add_number(work, person, people.read_number(work, written), "")
        assert refusal.value.code == "number_known"


def test_a_sound_number_of_another_person_is_refused(work: Work) -> None:
    a_person(work, number=NUMBERS[0])
    person = a_person(work, number=NUMBERS[1])
    with pytest.raises(Conflict) as refusal:
        people.add_number(work, person, people.read_number(work, NUMBERS[0]), "")
    assert refusal.value.code == "number_of_another"


def test_a_person_is_recognised_by_a_sound_number_only(work: Work) -> None:
    known, vague = a_person(work, number=NUMBERS[0]), a_person(work, number="9006022397")

    def found(written: str) -> Person | None:
        return people.same_person(work, NewPerson("", "", people.read_number(work, written)))

    assert found(NUMBERS[0]) is known
    assert found("9006022397") is None
    assert people.with_number(work, "9006022397") == [vague]


def test_a_protected_person_leaves_the_index_and_masks_every_file(work: Work) -> None:
    person = a_person(work, "Andersson", "Birgitta")
    one = a_file(work, a_shelf(work), person)
    people.protect(work, person, Protection.PROTECTED_REGISTRATION, "beslut")
    assert one.protected
    assert tokens_of(work, person) == set()
    assert words(work) == set()
    people.correct(work, person, family_name="Öman")
    assert tokens_of(work, person) == set()


def test_protection_that_ends_brings_the_name_back(work: Work) -> None:
    person = a_person(work, "Andersson", "Birgitta", protection=Protection.MARKED)
    file = a_file(work, a_shelf(work), person)
    lift(work, person)
    assert not file.protected
    assert tokens_of(work, person) == {"andersson", "birgitta"}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("protection", [each for each in Protection if each.protected])
def test_nobody_sees_a_protected_name_or_number(
    archive: Archive, as_role: Callable[[Role], Actor], role: Role, protection: Protection
) -> None:
    with archive.write(as_role(Role.ARCHIVIST)) as work:
        person = a_person(work, "Andersson", "Birgitta", protection=protection)
        number = people.numbers_of(work, [person.id])[person.id][0]
    assert people.shown_name(person, as_role(role)) == _("Protected")
    assert people.shown_number(person, number, as_role(role)) == _("Protected")


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_may_not_see_names_sees_none(work: Work, as_role: Callable[[Role], Actor], role: Role) -> None:
    person = a_person(work, "Andersson", "Birgitta")
    viewer = Actor("user:9", "x", frozenset(), 9, (role,))
    assert "Andersson" not in people.shown_name(person, viewer)
    assert people.shown_number(person, None, viewer) == _("Number not shown")


def test_a_file_of_several_is_masked_person_by_person(work: Work) -> None:
    open_, hidden = a_person(work, "Andersson", "Birgitta"), a_person(work, protection=Protection.MARKED)
    shown = masking.one(work, a_file(work, a_shelf(work), open_, hidden)).persons
    assert [person.name for person in shown] == ["Andersson, Birgitta", _("Protected")]


@pytest.mark.parametrize("before", list(Protection))
@pytest.mark.parametrize("after", list(Protection))
def test_protecting_never_hides_less(work: Work, before: Protection, after: Protection) -> None:
    person = a_person(work, protection=before)
    if after.lowers(before):
        with pytest.raises(Conflict, match="protection_lower"):
            people.protect(work, person, after, "beslut")
        assert person.protection is before
    else:
        people.protect(work, person, after, "beslut")
        assert person.protection is after


def test_what_lowers_a_protection_is_refused_without_permission_proof_or_witness(
    archive: Archive, as_role: Callable[[Role], Actor], clock: SetClock
) -> None:
    archivist, assistant = as_role(Role.ARCHIVIST), as_role(Role.ASSISTANT)
    with archive.write(archivist) as work:
        person = a_person(work, protection=Protection.MARKED)
        file = a_file(work, a_shelf(work), person, a_person(work))

    def refused(who: Actor, proof: Proof | None) -> set[str]:
        codes = set()
        for verb in (
            lambda work, one: lifting.lift(work, one, Protection.NONE, "besked", proof),
            lambda work, one: lifting.take_off(work, files.get(work, file.id), one, "besked", proof),
        ):
            with pytest.raises(DomainError) as error, archive.write(who) as work:
                verb(work, people.get(work, person.id))
            codes.add(error.value.code)
        return codes

    fresh = Proof(archivist, clock.now)
    assert refused(archivist, fresh) == {"no_witness"}
    with archive.write(operator("tests")) as work:  # nobody is a witness of what they do themselves
        own = users.user(work, archivist.user_id or 0)
        users.set_roles(work, own, [Role.ARCHIVIST, Role.DATA_PROTECTION_OFFICER])
    assert refused(archivist, fresh) == {"no_witness"}
    as_role(Role.MANAGER)
    assert refused(archivist, None) == {"proof_needed"}
    assert refused(archivist, Proof(assistant, clock.now)) == {"proof_needed"}
    assert refused(assistant, Proof(assistant, clock.now)) == {"not_permitted"}
    clock.forward(minutes=6)
    assert refused(archivist, fresh) == {"proof_needed"}
    with archive.write(archivist) as work:
        lifting.lift(
            work, people.get(work, person.id), Protection.NONE, "besked", Proof(archivist, clock.now)
        )
        assert people.get(work, person.id).protection is Protection.NONE


@pytest.mark.parametrize("protection", [Protection.NONE, Protection.MARKED])
def test_a_question_goes_to_those_cleared_when_a_protected_number_is_written_again(
    work: Work, protection: Protection
) -> None:
    known = a_person(work, number="199006022397", protection=protection)
    a_file(work, a_shelf(work), known)
    new = people.register(work, NewPerson("Påhittad", "Karin", people.read_number(work, "19900602-2397")))
    same_persons.ask(work, [new.id])
    same_persons.ask(work, [new.id])
    asked = work.session.scalars(select(Task)).all()
    assert [one.facts["protected"] for one in asked] == ([known.id] if protection.protected else [])


def test_one_person_gets_the_files_and_the_numbers_and_the_history_holds(
    archive: Archive, as_role: Callable[[Role], Actor]
) -> None:
    with archive.write(as_role(Role.ARCHIVIST)) as work:
        known = a_person(work, number="199006022397", protection=Protection.MARKED)
        first = a_file(work, shelf := a_shelf(work), known)
        new = people.register(
            work,
            NewPerson("Påhittad", "K", people.read_number(work, "19900602-2397"), protection=Protection.NONE),
        )
        second = a_file(work, shelf, new)
        same_persons.ask(work, [new.id])
        assert not second.protected
    with archive.write(as_role(Role.SEALED_KEEPER)) as work:
        (task,) = same_persons.questions(work)
        same_persons.settle(work, task.id, TaskAnswer.ONE_PERSON)
    with archive.read(as_role(Role.ARCHIVIST)) as work:
        assert sorted(people.files_of(work, known)) == [first.id, second.id]
        assert files.get(work, second.id).protected
        assert people.get(work, new.id).protection is Protection.MARKED
        assert [one.id for one in people.with_number(work, "199006022397")] == [known.id]
        assert checks.everything(work) == []


def test_only_those_cleared_settle_such_a_question(
    archive: Archive, as_role: Callable[[Role], Actor]
) -> None:
    with pytest.raises(NotPermitted), archive.write(as_role(Role.ARCHIVIST)) as work:
        same_persons.settle(work, 1, TaskAnswer.ONE_PERSON)
    with pytest.raises(NotFound), archive.write(as_role(Role.SEALED_KEEPER)) as work:
        same_persons.settle(work, 1, TaskAnswer.ONE_PERSON)


def test_a_number_known_without_its_century_is_added_with_it(work: Work) -> None:
    written = "9006022397"
    new = NewPerson("Testsson", "Test", people.read_number(work, written), protection=Protection.NONE)
    person = people.register(work, new)
    dated = people.read_number(work, written, PartialDate(1990, 6, 2))
    people.add_number(work, person, dated, "lista")
    with pytest.raises(Conflict, match="number_known"):
        people.add_number(work, person, dated, "lista")
    held = people.numbers_of(work, [person.id])[person.id]
    assert [one.number for one in held] == ["199006022397", "9006022397"]
