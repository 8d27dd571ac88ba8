"""Cards: what a file looks like to the one who looks."""

from collections.abc import Callable

import pytest
from sqlalchemy import event

from archive.files import masking
from archive.kernel.store import Actor, Archive, Work
from archive.models import CaseFile
from archive.vocabulary import PersonRole, Protection, Role
from archive.vocabulary.wording import _, speaking
from tests.builders import a_box, a_file, a_kind, a_person, a_shelf


def test_a_card_says_where_and_about_whom(work: Work) -> None:
    box = a_box(work, a_shelf(work))
    card = masking.one(work, a_file(work, box, a_person(work, "Andersson", "Birgitta")))
    assert card.place == "Centralarkivet / Rum 1 / hyllsektion A / hyllplan 1 / Box 1"
    assert [place.name for place in card.trail][-1] == "Box 1"
    assert card.name == "Andersson, Birgitta"


def test_a_part_is_named_only_where_there_are_several(work: Work) -> None:
    shelf = a_shelf(work)
    assert masking.one(work, a_file(work, shelf)).part == ""
    with speaking("sv"):
        assert masking.one(work, a_file(work, shelf, part=2, parts=3)).part == "del 2 av 3"


def test_the_place_of_a_protected_file_is_not_shown(work: Work) -> None:
    card = masking.one(work, a_file(work, a_shelf(work), a_person(work, protection=Protection.UNKNOWN)))
    assert (card.place, card.trail, card.name) == (_("Protected"), (), _("Protected"))


def test_a_delicate_kind_is_shown_by_need_only(archive: Archive, as_role: Callable[[Role], Actor]) -> None:
    with archive.write(as_role(Role.ARCHIVIST)) as work:
        kind = a_kind(work, delicate=True)
        file = a_file(work, a_shelf(work))
        assert masking.one(work, file).letter == kind.letter
    with archive.read(as_role(Role.ROOM_KEEPER)) as work:
        card = masking.one(work, work.session.get_one(CaseFile, file.id))
    assert (card.kind, card.letter) == (_("Kind not shown"), "")


def test_the_auditor_sees_no_names(archive: Archive, as_role: Callable[[Role], Actor]) -> None:
    with archive.write(as_role(Role.ARCHIVIST)) as work:
        file = a_file(work, a_shelf(work), a_person(work, "Andersson", "Birgitta"))
    with archive.read(as_role(Role.AUDITOR)) as work:
        (person,) = masking.one(work, work.session.get_one(CaseFile, file.id)).persons
    assert (person.name, person.number) == (_("Name not shown"), _("Number not shown"))


def test_the_subject_comes_first(work: Work) -> None:
    file = a_file(work, a_shelf(work))
    subject = masking.one(work, file).persons[0].id
    other = a_person(work)
    from archive.files import files

    files.add_person(work, file, other, PersonRole.PARENT)
    assert [person.id for person in masking.one(work, file).persons] == [subject, other.id]


def test_a_look_at_cards_concerns_files_and_persons(work: Work) -> None:
    card = masking.one(work, a_file(work, a_shelf(work)))
    assert masking.subjects([card, card]) == [card.file.stream, f"person:{card.persons[0].id}"]


@pytest.mark.engines("sqlite")  # it counts what we ask, not what the database makes of it
def test_ten_cards_cost_as_many_statements_as_one(archive: Archive, archivist: Actor) -> None:
    with archive.write(archivist) as work:
        made = [
            a_file(work, a_box(work, shelf, f"Box {n}")).id for shelf in [a_shelf(work)] for n in range(10)
        ]
    counted = {}
    for many in (1, 10):
        with archive.read(archivist) as work:
            found = [work.session.get_one(CaseFile, number) for number in made[:many]]
            asked: list[str] = []
            event.listen(
                work.connection, "before_cursor_execute", lambda *told, asked=asked: asked.append(told[2])
            )
            assert len(masking.cards(work, found)) == many
            counted[many] = len(asked)
    assert counted[10] == counted[1]
