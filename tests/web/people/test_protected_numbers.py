"""Nobody learns from an answer whom the register protects: it is the same as for a number nobody has."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlmodel import col

from archive.accounts import users
from archive.files import files
from archive.kernel.store import Archive, operator
from archive.models import CaseFile, Event, EventPrivate, Message, Person, Task
from archive.people import people, same_persons
from archive.vocabulary import MessageKind, Protection, Role, TaskAnswer, TaskKind
from tests.builders import (
    NUMBERS,
    PASSWORD,
    SetClock,
    a_file,
    a_kind,
    a_person,
    a_shelf,
    a_source,
    user_in_role,
)
from tests.databases import SqliteDatabases
from tests.web.worlds import opener, plain

pytestmark = pytest.mark.engines("sqlite")  # the answers of pages; what the verbs do is tried on both engines

TRIED = "199006022397"
OTHER = NUMBERS[300]


@dataclass
class World:
    """An archive in which the number tried is nobody's, a protected person's or an open one's."""

    archive: Archive
    client: FlaskClient
    form: dict[str, Any]
    bystander: int  # a person everybody may know of
    masked: int  # a protected person with OTHER or TRIED as number
    file: str

    def say(self, path: str, **data: Any) -> tuple[int, str, str]:
        """Return status, place to go on to and text of an answer; codes, which are drawn, made alike."""
        answer = self.client.post(path, data=data) if data else self.client.get(path)
        self.last = answer.location or ""
        return answer.status_code, plain(self.archive, self.last), plain(self.archive, answer.text)

    def looked(self) -> list[tuple[str, Any, Any]]:
        """Return what stands in the stream of the user who asks: kind, facts and what was typed."""
        with self.archive.read(operator("tests")) as work:
            user = f"user:{user_in_role(self.archive, Role.ASSISTANT).user_id}"
            rows = work.session.execute(
                select(col(Event.kind), col(Event.body), col(EventPrivate.payload))
                .outerjoin(EventPrivate, col(EventPrivate.event_id) == col(Event.id))
                .where(col(Event.stream) == user)
                .order_by(col(Event.id))
            )
            return [(kind, json.loads(body)["facts"], private) for kind, body, private in rows]


@pytest.fixture
def world(
    sqlite_databases: SqliteDatabases, tmp_path: Path, clock: SetClock, app: Flask
) -> Callable[..., Any]:
    """Give worlds that differ in one thing: whose number the number tried is, and how protected that is."""
    opened = opener(sqlite_databases, tmp_path, clock, app)

    @contextmanager
    def made(
        number: str,
        protection: Protection = Protection.MARKED,
        roles: tuple[Role, ...] = (Role.ASSISTANT,),
    ) -> Iterator[World]:
        with opened() as archive:
            yield _filled(archive, app, number, protection, roles)

    return made


def _filled(
    archive: Archive, app: Flask, number: str, protection: Protection, roles: tuple[Role, ...]
) -> World:
    assistant, archivist = user_in_role(archive, Role.ASSISTANT), user_in_role(archive, Role.ARCHIVIST)
    for role in (Role.MANAGER, Role.SEALED_KEEPER):
        user_in_role(archive, role)
    with archive.write(archivist) as work:
        shelf = a_shelf(work)
        bystander = a_person(work, "Åkerström", "Birgitta", number=NUMBERS[10])
        a_file(work, shelf, bystander, reference="P1")
        # In both worlds somebody is protected, so that as much is drawn and counted.
        masked = a_person(work, "Hemlig", "Person", number=number, protection=protection)
        file = a_file(work, shelf, masked, reference="P2")
        form = {
            "number0": TRIED,
            "family_name0": "Påhittad",
            "given_name0": "Karin",
            "protection0": "none",
            "role0": "subject",
            "kind": a_kind(work).id,
            "source": a_source(work).id,
            "reference": "P0001234",
            "part": "1",
            "last_note_on": "2003-04-05",
            "place": shelf.code,
        }
    with archive.write(operator("tests")) as work:
        users.set_roles(work, users.user(work, assistant.user_id or 0), roles)
    client = _signed_in(app, Role.ASSISTANT)
    return World(archive, client, form, bystander.id, masked.id, file.code)


def _signed_in(app: Flask, role: Role) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    assert client.post("/sign-in", data={"login": role.value, "password": PASSWORD}).status_code == 303
    return client


def check(world: World) -> Any:
    return [
        world.say("/files/new/check", **world.form),
        world.say("/files/new/check", **world.form | {"family_name0": "Hemlig", "given_name0": "Person"}),
        world.say("/files/new/check", **world.form | {"number0": TRIED[2:]}),
        world.say("/files/new/check", **world.form | {"number0": TRIED[:9], "same0": "2"}),
        world.say("/files/new/check", **world.form | {"same0": str(world.masked)}),
    ]


def save(world: World) -> Any:
    said = [world.say("/files/new", **world.form)]
    page = world.last
    said += [world.say(page), world.say(page.split("?")[0] + "/history")]
    said += [world.say(path) for path in ("/", "/tasks/", "/tasks/?kind=same_person", "/messages")]
    return said + [world.say("/find", term=term) for term in (TRIED, "Påhittad", "P0001234")]


def save_again(world: World) -> Any:
    """Register two files of the same number, the second of which meets the first."""
    world.say("/files/new", **world.form)
    again = world.form | {"reference": "P0009", "part": "2", "parts": "2"}
    return [world.say("/files/new/check", **again), world.say("/files/new", **again), world.say(world.last)]


def save_by_its_name(world: World) -> Any:
    """Register with the name the protected person has, and with none."""
    named = world.form | {"family_name0": "Hemlig", "given_name0": "Person"}
    nameless = world.form | {"family_name0": "", "given_name0": "", "protection0": "", "reference": "P77"}
    return [world.say("/files/new", **named), world.say("/files/new", **nameless)]


def add_number(world: World) -> Any:
    path = f"/people/{world.bystander}"
    said = [world.say(f"{path}/number", version="1", number=TRIED, source="omslaget", current="yes")]
    said += [world.say(path), world.say(f"{path}/number", version="2", number=TRIED)]
    return [*said, world.say("/find", term=TRIED)]


def guess_the_masked(world: World) -> Any:
    """Try number and name on the page of a masked person, where a right guess must not be told."""
    path = f"/people/{world.masked}"
    return [
        world.say(f"{path}/number", version="1", number=TRIED, current="yes"),
        world.say(path),
        world.say(f"{path}/name", version="2", family_name="Hemlig", given_name="Person"),
        world.say(path),
        world.say(f"{path}/name", version="3", birth_date="1990-06-02"),
        world.say(path),
    ]


def add_person(world: World) -> Any:
    path = f"/files/{world.file}/persons"
    row = {name: world.form[name] for name in world.form if name.endswith("0")}
    return [world.say(path, **row), world.say(path), world.say(path.removesuffix("/persons"))]


def _difference(expected: tuple[int, str, str], answered: tuple[int, str, str]) -> list[str]:
    lines = ("\n".join(map(str, answer)).splitlines() for answer in (expected, answered))
    return [line for line in unified_diff(*lines, n=0, lineterm="") if not line.startswith(("---", "+++"))]


PROBES = [check, save, save_again, save_by_its_name, add_number, guess_the_masked, add_person]


@pytest.mark.parametrize("probe", PROBES)
@pytest.mark.parametrize("protection", [Protection.MARKED, Protection.UNKNOWN])
def test_a_protected_number_is_answered_as_one_nobody_has(
    world: Callable[..., Any], probe: Callable[[World], Any], protection: Protection
) -> None:
    with world(OTHER, protection) as unknown:
        expected, expected_looks = probe(unknown), unknown.looked()
    with world(TRIED, protection) as known:
        answered, looks = probe(known), known.looked()
    assert [_difference(*pair) for pair in zip(expected, answered, strict=True)] == [[]] * len(expected)
    assert looks == expected_looks


@pytest.mark.parametrize("probe", [check, save, save_again, save_by_its_name, add_number])
def test_the_number_of_somebody_open_is_answered_otherwise(
    world: Callable[..., Any], probe: Callable[[World], Any]
) -> None:
    with world(OTHER) as unknown:
        expected = probe(unknown)
    with world(TRIED, Protection.NONE) as known:
        assert probe(known) != expected


@pytest.mark.parametrize("probe", [check, save, save_by_its_name, add_number])
def test_who_is_cleared_for_sealed_files_sees_the_difference(
    world: Callable[..., Any], probe: Callable[[World], Any]
) -> None:
    cleared = (Role.ASSISTANT, Role.SEALED_KEEPER)
    with world(OTHER, roles=cleared) as unknown:
        expected = probe(unknown)
    with world(TRIED, roles=cleared) as known:
        assert probe(known) != expected


def test_the_sentence_denies_nothing_and_says_whom_to_ring(world: Callable[..., Any]) -> None:
    with world(TRIED) as known:
        said = known.say("/files/new/check", **known.form)[2]
        assert "Registret kan inte svara på detta nummer." in said
        assert "skyddade uppgifter" in said
        assert "ring" in said


def test_who_is_cleared_is_told_whose_number_it_is(world: Callable[..., Any]) -> None:
    with world(TRIED, roles=(Role.ASSISTANT, Role.SEALED_KEEPER)) as known:
        said = known.say("/files/new/check", **known.form)[2]
        assert "Hemlig, Person" in said
        assert "kan inte svara" not in said


@pytest.mark.parametrize("number", [OTHER, TRIED])
def test_trying_a_number_leaves_a_look_with_the_number(world: Callable[..., Any], number: str) -> None:
    with world(number) as one:
        one.say("/files/new/check", **one.form)
        kind, facts, private = one.looked()[-1]
        assert (kind, facts["by"]) == ("look.find", "number")
        assert TRIED in private


def test_the_look_names_the_protected_person_to_those_who_review_it(world: Callable[..., Any]) -> None:
    with world(TRIED) as known:
        known.say("/files/new/check", **known.form)
        with known.archive.read(operator("tests")) as work:
            last = work.session.scalar(select(Event).order_by(col(Event.id).desc()).limit(1))
            assert f"person:{known.masked}" in json.loads(last.body)["subjects"]


def _question(one: World) -> Task | None:
    with one.archive.read(operator("tests")) as work:
        found = work.session.scalars(select(Task).where(col(Task.kind) == TaskKind.SAME_PERSON)).all()
        assert len(found) <= 1
        return found[0] if found else None


@pytest.mark.parametrize("probe", [save, add_number, add_person])
def test_a_protected_number_is_a_question_to_those_cleared_and_to_nobody_else(
    world: Callable[..., Any], probe: Callable[[World], Any]
) -> None:
    with world(OTHER) as unknown:
        probe(unknown)
        assert _question(unknown) is None
    with world(TRIED) as known:
        probe(known)
        task = _question(known)
        assert task is not None
        assert task.facts["protected"] == known.masked
        with known.archive.read(operator("tests")) as work:
            told = work.session.scalars(select(col(Message.user_id))).all()
            keeper = users.user_named(work, Role.SEALED_KEEPER.value)
            assert told == [keeper.id]
        assert known.say("/protected-persons/questions")[0] == 403


def test_where_nobody_is_cleared_the_heads_are_told_that_a_question_waits(world: Callable[..., Any]) -> None:
    with world(TRIED) as known:
        with known.archive.write(operator("tests")) as work:
            users.set_active(work, users.user_named(work, Role.SEALED_KEEPER.value), False)
        save(known)
        with known.archive.read(operator("tests")) as work:
            (message,) = work.session.scalars(select(Message)).all()
            assert message.user_id == users.user_named(work, Role.MANAGER.value).id
            assert message.kind is MessageKind.PERSON_IN_QUESTION


def test_the_same_person_has_the_file_from_then_on_and_it_is_masked(
    world: Callable[..., Any], app: Flask
) -> None:
    with world(TRIED) as known:
        save(known)
        task, keeper = _question(known), _signed_in(app, Role.SEALED_KEEPER)
        assert task is not None
        page = keeper.get("/protected-persons/questions").text
        for told in ("Hemlig, Person", "Påhittad, Karin", "P0001234", "Arkivassistent"):
            assert told in page
        assert keeper.post(f"/protected-persons/questions/{task.id}", data={}).status_code == 422
        answered = keeper.post(f"/protected-persons/questions/{task.id}", data={"answer": "one_person"})
        assert answered.status_code == 303
        with known.archive.read(operator("tests")) as work:
            file = work.session.scalar(select(CaseFile).where(col(CaseFile.reference) == "P0001234"))
            assert file.protected
            assert [one.id for one in people.with_number(work, TRIED)] == [known.masked]
            left = work.session.get_one(Person, task.facts["person"])
            assert left.protection is Protection.MARKED
            assert set(people.files_of(work, people.get(work, known.masked))) >= {file.id}
        assert "Påhittad" not in known.say("/find", term="Påhittad")[2].split("<main")[1].replace(
            'value="Påhittad"', ""
        )
        again = keeper.post(f"/protected-persons/questions/{task.id}", data={"answer": "one_person"})
        assert again.status_code == 409


def test_different_persons_stay_as_they_are_and_are_not_asked_about_again(
    world: Callable[..., Any],
) -> None:
    with world(TRIED) as known:
        save(known)
        task = _question(known)
        assert task is not None
        with known.archive.write(user_in_role(known.archive, Role.SEALED_KEEPER)) as work:
            same_persons.settle(work, task.id, TaskAnswer.TWO_PERSONS)
        save_again(known)
        assert _question(known).id == task.id  # type: ignore[union-attr]
        with known.archive.read(operator("tests")) as work:
            assert not files.get(work, task.file_id).protected
