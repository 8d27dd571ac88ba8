"""A weekly delivery through the JSON interface: two people, six files, from the plan to the end."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from archive.codes import codes
from archive.files import files
from archive.integrity import checks
from archive.kernel.store import Actor, Archive
from archive.models import Unit
from archive.places import places
from archive.vocabulary import PlaceKind, Protection, Role
from tests.api.programs import Program, Programs
from tests.builders import a_file, a_person
from tests.verbs.cover_checks.checking import lent_and_back
from tests.verbs.deliveries.delivering import Scene, a_scene

DAY = "2026-11-30"


@pytest.fixture
def scene(archive: Archive) -> Scene:
    """Give an archive with six files in an old room, and two crates there."""
    return a_scene(archive, routines=True)


@pytest.fixture
def programs(client: FlaskClient, archive: Archive, as_role: Callable[[Role], Actor]) -> Programs:
    """Give a program that acts as a role."""
    return lambda role: Program(client, archive, as_role(role))


def room(scene: Scene) -> str:
    """Return the code of the old room."""
    return scene.look(lambda work: places.get(work, scene.room).code)


def planned(scene: Scene, planner: Program, files: int = 0) -> None:
    """Plan a delivery from the old room."""
    scene.delivery = planner.post("deliveries", day=DAY, capacity=10, crate_files=4)["id"]
    sender = {"place": room(scene), **({"files": files} if files else {})}
    scene.sender = planner.post(f"deliveries/{scene.delivery}/senders", **sender)["id"]


def sent(scene: Scene, packer: Program) -> None:
    """Pack the first four files into two crates, seal one and let them leave."""
    task = f"pack:{scene.sender}"
    for number in range(4):
        packer.scan(task, scene.code(number), scene.crates[number % 2])
    second = packer.get(f"senders/{scene.sender}")["crates"][1]
    packer.post(f"crates/{second['id']}/seal", seal="a 17")
    packer.post(f"senders/{scene.sender}/dispatch", driver="Kim Karlsson")


def test_a_delivery_from_plan_to_end(scene: Scene, programs: Programs) -> None:
    archivist, packer = programs(Role.ARCHIVIST), programs(Role.ASSISTANT)
    planned(scene, archivist)
    _list_taken_over(scene, archivist)
    _packed(scene, packer)
    _received(scene, archivist)
    _explained(scene, archivist)
    _checked(scene, archivist)
    _closed(scene, archivist)
    assert scene.look(checks.everything) == []


def _list_taken_over(scene: Scene, archivist: Program) -> None:
    """Four of the six files and one that is in no register, as somebody else wrote them down."""
    references = [scene.file(number).reference for number in range(4)]
    content = "\n".join(["Aktnummer", *references, "1987-99"]).encode()
    path = f"senders/{scene.sender}/written-list"
    rows = archivist.send(f"{path}?preview=yes", content)["rows"]
    assert [row["sense"] for row in rows] == ["listed"] * 4 + ["unknown"]
    assert archivist.get(f"senders/{scene.sender}/lines")["lines"] == []
    assert archivist.send(path, content) == {"listed": 5, "left_out": 0}


def _packed(scene: Scene, packer: Program) -> None:
    """Three listed ones, one that is not; one is not on its shelf; a scan sent twice counts once."""
    task, scan_id = f"pack:{scene.sender}", str(uuid4())
    for number, crate in ((0, 0), (1, 0), (2, 1)):
        assert packer.scan(task, scene.code(number), scene.crates[crate])["outcome"] == "packed"
    assert packer.scan(task, scene.code(4), scene.crates[1], scan_id)["outcome"] == "packed_unlisted"
    assert packer.scan(task, scene.code(4), scene.crates[1], scan_id)["outcome"] == "packed_unlisted"
    lines = packer.get(f"senders/{scene.sender}/lines")["lines"]
    assert [(line["listed"], line["packed_crate"]) for line in lines] == [
        *((True, 1), (True, 1), (True, 2), (True, None), (True, None)),
        (False, 2),
    ]
    for line in lines[3:5]:
        packer.post(f"senders/{scene.sender}/lines/{line['line']}/not-found")
    share = packer.get(f"senders/{scene.sender}")
    assert share["figures"]["packed"] == 4
    packer.post(f"crates/{share['crates'][1]['id']}/seal", seal="a 17")
    sent = packer.post(f"senders/{scene.sender}/dispatch", driver="Kim Karlsson")
    assert (sent["status"], sent["driver"], sent["allowed"]) == (
        "on_the_way",
        "Kim Karlsson",
        ["recall", "sign"],
    )


def _received(scene: Scene, archivist: Program) -> None:
    """Blind: how many and which were packed is told crate by crate, once each is said to be empty."""
    share = archivist.get(f"senders/{scene.sender}")
    assert share["blind"]
    assert (share["figures"]["packed"], share["figures"]["listed"]) == (None, None)
    assert [crate["pieces"] for crate in share["crates"]] == [None, None]
    assert archivist.get(f"deliveries/{scene.delivery}")["figures"]["packed"] is None
    assert archivist.refused_to_show(f"senders/{scene.sender}/lines") == (409, "blind")
    first, second = (crate["id"] for crate in share["crates"])
    task = f"receive:{scene.delivery}"
    archivist.scan(task, scene.crates[0])
    archivist.scan(task, scene.code(0), scene.crates[0])
    assert archivist.post(f"crates/{first}/empty")["pieces"] == 2  # and one of them did not come
    arrived = archivist.post(f"crates/{second}/arrive")
    assert (arrived["sealed"], arrived["seal"]) == (True, None)
    assert archivist.refused(f"crates/{second}/empty") == (409, "seal_unseen")
    assert archivist.post(f"crates/{second}/seal-seen", seal="A18", whole=True)["seal"] == "A17"
    for number in (2, 4):
        archivist.scan(task, scene.code(number), scene.crates[1])
    emptied = archivist.post(f"crates/{second}/empty")
    assert (emptied["received"], emptied["pieces"]) == (2, 2)
    assert archivist.post(f"senders/{scene.sender}/sign")["status"] == "received"


def _explained(scene: Scene, archivist: Program) -> None:
    """The delivery does not close before each difference has its reason."""
    assert archivist.refused(f"deliveries/{scene.delivery}/close") == (409, "unexplained")
    found = {}
    for one in archivist.get(f"deliveries/{scene.delivery}/differences")["differences"]:
        found.setdefault(one["kind"], []).append(one)
    assert {kind: len(those) for kind, those in found.items()} == {
        "listed_not_found": 2,
        "on_shelf_not_listed": 1,
        "seal_differs": 1,
        "packed_not_received": 1,
    }
    gone = found["packed_not_received"][0]
    assert gone["piece"]["reference"] == scene.file(1).reference
    assert archivist.refused(f"differences/{gone['id']}/explain", reason="lent") == (422, "reason_unfit")
    assert archivist.refused(f"differences/{gone['id']}/explain", reason="vet inte") == (422, "term_wrong")
    assert (
        archivist.post(f"differences/{gone['id']}/explain", reason="left_behind")["reason"] == "left_behind"
    )
    reasons = {"on_shelf_not_listed": "list_old", "seal_differs": "seal_miswritten"}
    for kind, reason in reasons.items():
        archivist.post(f"differences/{found[kind][0]['id']}/explain", reason=reason)
    sought, never = found["listed_not_found"]
    archivist.post(f"differences/{never['id']}/explain", reason="no_such_file")
    assert archivist.post(f"differences/{sought['id']}/suspect", circumstances="Saknas.")["incident"] == 1


def _checked(scene: Scene, archivist: Program) -> None:
    """One cover right, one damaged; in the third lie papers of another, found and put right."""
    assert archivist.refused(f"deliveries/{scene.delivery}/close") == (409, "unchecked")
    waiting = archivist.get(f"covers?delivery={scene.delivery}")["checks"]
    assert [check["code"] for check in waiting] == [scene.code(number) for number in (0, 2, 4)]
    assert [check["needs"] for check in waiting] == [["cover", "contents"]] * 3
    right, damaged, mixed = (check["code"] for check in waiting)
    must_say = archivist.get(f"covers/{right}")
    assert must_say["persons"][0]["name"] == "Testsson, Test"
    archivist.post(f"covers/{damaged}/findings", point="whole", kind="damaged", note="Riven")
    archivist.post(f"covers/{mixed}/foreign", file=scene.code(0), whole=False)
    found = archivist.get("findings")["findings"]
    assert [(one["file"], one["kind"]) for one in found] == [(damaged, "damaged"), (mixed, "loose_papers")]
    assert archivist.refused(f"covers/{mixed}/confirm", what="contents")[0] == 409
    archivist.post(f"findings/{found[1]['id']}/correct", note="Tillbaka i rätt omslag")
    later = archivist.post(f"findings/{found[0]['id']}/hand-on", whom="Bokbinderiet", due_on="2026-12-18")
    assert (later["status"], later["whom"], later["due_on"]) == ("handed_on", "Bokbinderiet", "2026-12-18")
    for code in (right, damaged, mixed):
        _opened = archivist.post("covers/scans", id=str(uuid4()), text=code, task="check", context="")
        assert _opened["outcome"] == "check_opened"
        archivist.post(f"covers/{code}/confirm", what="cover")
        done = archivist.post(f"covers/{code}/confirm", what="contents")
    assert (done["status"], done["needs"]) == ("with_findings", [])
    assert archivist.get("covers")["checks"] == []


def _closed(scene: Scene, archivist: Program) -> None:
    """The last thing that keeps it open are files that still stand in crates."""
    assert archivist.refused(f"deliveries/{scene.delivery}/close") == (409, "unshelved")
    home = scene.look(lambda work: places.get(work, scene.home).code)
    for number in (0, 2, 4):
        archivist.scan("", scene.code(number), home)
    closed = archivist.post(f"deliveries/{scene.delivery}/close")
    assert (closed["status"], closed["figures"]["received"], closed["allowed"]) == ("closed", 3, [])
    assert archivist.refused(f"deliveries/{scene.delivery}/cancel", reason="Nej")[0] == 409
    assert [one["status"] for one in archivist.get("deliveries?state=closed")["deliveries"]] == ["closed"]


def test_what_comes_is_counted_before_it_is_told_and_never_by_who_packed(
    scene: Scene, programs: Programs
) -> None:
    archivist, packer = programs(Role.ARCHIVIST), programs(Role.ASSISTANT)
    planned(scene, archivist, 4)
    sent(scene, packer)
    assert packer.get(f"senders/{scene.sender}")["figures"]["packed"] == 4  # who packed it knows anyway
    said = str([archivist.get(path) for path in (f"deliveries/{scene.delivery}", f"senders/{scene.sender}")])
    assert not [number for number in range(4) if scene.file(number).reference in said]
    crate = archivist.get(f"senders/{scene.sender}")["crates"][0]["id"]
    assert packer.refused(f"crates/{crate}/arrive") == (409, "packer_receives")
    assert packer.refused(f"senders/{scene.sender}/sign") == (409, "packer_signs")


@pytest.mark.engines("sqlite")  # refusals of the way in, decided before anything is stored
def test_what_is_refused_says_why(scene: Scene, programs: Programs) -> None:
    archivist, packer, keeper = (
        programs(role) for role in (Role.ARCHIVIST, Role.ASSISTANT, Role.ROOM_KEEPER)
    )
    planned(scene, archivist, 2)
    share = f"senders/{scene.sender}"
    assert packer.refused("deliveries", day=DAY)[0] == 403
    assert keeper.refused(f"{share}/sign")[0] == 403
    assert programs(Role.AUDITOR).refused_to_show("deliveries")[0] == 403
    assert programs(Role.CASE_WORKER).refused_to_show("covers")[0] == 403
    assert archivist.refused("deliveries", day="i morgon") == (422, "day_wrong")
    assert archivist.refused("deliveries", day=DAY, capacity="tjugo") == (422, "number_wrong")
    assert archivist.refused("deliveries", day="2026-11-01") == (422, "day_passed")
    assert archivist.refused(f"deliveries/{scene.delivery}/close")[0] == 409
    assert archivist.refused_to_show("deliveries/99") == (404, "no_such_delivery")
    assert archivist.refused_to_show(f"covers/{scene.code(5)}") == (409, "not_in_queue")
    assert packer.refused(f"{share}/dispatch", driver="Kim")[0] == 409
    assert packer.refused(f"{share}/sheet", rows=[{"row": 9, "crate": 1}])[0] == 422
    assert packer.refused(f"{share}/sheet", rows="1") == (422, "rows_wrong")
    archivist.post("deliveries", day="2026-12-07")
    other = archivist.post("deliveries/2/senders", place=room(scene))["id"]
    line = archivist.get(f"{share}/lines")["lines"][0]["line"]
    assert archivist.refused(f"senders/{other}/lines/{line}/leave-out") == (422, "line_elsewhere")


@pytest.mark.engines("sqlite")  # what is shown is masked by the same functions on both
def test_a_sealed_envelope_is_a_code_without_name_number_or_place(
    scene: Scene, archive: Archive, programs: Programs
) -> None:
    def hide(work: Any) -> str:
        person = a_person(work, "Hemligsson", "Hanna", protection=Protection.MARKED)
        return a_file(work, places.get(work, scene.shelf), person, reference="S77-1").code

    code = scene.do(scene.receiver, hide)
    archivist, packer = programs(Role.ARCHIVIST), programs(Role.ASSISTANT)
    planned(scene, archivist, 7)
    packer.scan(f"pack:{scene.sender}", code, scene.crates[0])
    share, lines = packer.get(f"senders/{scene.sender}"), packer.get(f"senders/{scene.sender}/lines")
    packer.post(f"senders/{scene.sender}/dispatch", driver="Kim")
    archivist.scan(f"receive:{scene.delivery}", scene.crates[0])
    received = archivist.scan(f"receive:{scene.delivery}", code, scene.crates[0])
    queue, desk = archivist.get("covers"), archivist.get(f"covers/{code}")
    said = str((share, lines["lines"][6], received, queue, desk))
    assert not [secret for secret in ("Hemligsson", "Hanna", "S77", "hyllplan") if secret in said]
    assert lines["lines"][6]["code"] == code
    assert (desk["sealed"], desk["needs"]) == (True, ["seal"])
    cleared = programs(Role.SEALED_KEEPER).get(f"covers/{code}")
    assert (cleared["persons"][0]["name"], cleared["reference"]) == ("Hemligsson, Hanna", "S77-1")


@pytest.mark.engines("sqlite")  # figures and lists of verbs that are tested on both
def test_programme_rooms_samples_and_announcements(
    scene: Scene, archive: Archive, programs: Programs
) -> None:
    def more(work: Any) -> str:
        work.session.add(Unit(name="Barn och unga Söder"))
        empty = places.create(
            work,
            places.get(work, scene.look(lambda w: places.get(w, scene.room)).parent_id),
            PlaceKind.ROOM,
            "Källare K2",
        )
        return empty.code

    empty = scene.do(scene.receiver, more)
    archivist, packer = programs(Role.ARCHIVIST), programs(Role.ASSISTANT)
    first = archivist.post("programme/rooms", place=room(scene))["id"]
    second = archivist.post("programme/rooms", place=empty)["id"]
    assert archivist.refused("programme/rooms", place=empty) == (409, "in_programme")
    read = archivist.post("programme/order", order=[second, first])
    assert [(one["id"], one["left"]) for one in read["rooms"]] == [(second, 0), (first, 6)]
    assert (read["left"], read["forecast"]["likely"]) == (6, None)
    assert archivist.refused(f"rooms/{first}/begin") == (409, "files_remain")
    assert archivist.get(f"rooms/{first}")["recorded"]["standing"]["count"] == 6
    assert [one["code"] for one in archivist.post(f"rooms/{second}/begin")["unswept"]] == [empty]
    assert archivist.refused(f"rooms/{second}/finish") == (409, "shelves_unswept")
    assert archivist.scan(f"sweep:{second}", empty)["outcome"] == "swept"
    archivist.post(f"rooms/{second}/finish")
    assert packer.post(f"rooms/{second}/sign")["signed_by"] == "Arkivassistent"
    assert archivist.post(f"rooms/{second}/countersign")["status"] == "empty"

    announced = packer.post("announcements", unit="Barn och unga Söder", place=room(scene), files=12)
    assert archivist.get("announcements")["announcements"][0]["files"] == 12
    assert packer.post(f"announcements/{announced['id']}/withdraw")["open"] is False
    assert packer.refused("announcements", unit="Ingen", place=room(scene), files=1) == (422, "no_such_unit")

    sample = archivist.post("samples", place=room(scene), to_shelf=1, to_register=1, seed="tärning")["id"]
    items = archivist.get(f"samples/{sample}")["items"]
    assert [(one["direction"], one["file"] is None) for one in items] == [
        ("to_shelf", False),
        ("to_register", True),
    ]
    shelf = scene.look(lambda work: places.get(work, scene.shelf).code)
    assert packer.post(f"samples/{sample}/items/{items[0]['id']}", place=shelf)["answer"] == "right"
    assert packer.post(f"samples/{sample}/items/{items[1]['id']}", text=scene.code(3))["answer"] == "right"
    figures = archivist.get("samples")["samples"][0]
    assert (figures["to_shelf"]["hits"], figures["to_shelf"]["total"], figures["open"]) == (0, 1, 0)
    assert archivist.get("programme/double-checks")["missed"]["total"] == 0
    assert archivist.get("assessments")["assessments"] == []


@pytest.mark.engines("sqlite")
def test_the_interface_lists_itself(programs: Programs) -> None:
    listed = programs(Role.ASSISTANT).get("")["addresses"]
    by_path = {(one["method"], one["path"]): one for one in listed}
    close = by_path["POST", "/api/deliveries/<int:delivery_id>/close"]
    assert (close["needs"], close["allowed"]) == ("plan_deliveries", False)
    assert all(one["does"] for one in listed)


@pytest.mark.engines("sqlite")  # the verbs are tested on both
def test_pieces_without_a_register_entry_are_labelled_entered_by_sheet_and_registered(
    scene: Scene, programs: Programs
) -> None:
    archivist, packer = programs(Role.ARCHIVIST), programs(Role.ASSISTANT)
    blanks = scene.do(scene.receiver, lambda work: codes.print_blanks(work, 3, "test").codes)
    planned(scene, archivist, 1)
    packer.scan(f"pack:{scene.sender}", scene.crates[0])
    rows = [{"row": 1, "crate": 1}, {"reference": "Okänd 12", "crate": 1}, {"code": blanks[0], "crate": 1}]
    entered = packer.post(f"senders/{scene.sender}/sheet", rows=rows)
    assert entered["outcomes"] == ["packed", "packed_unlisted", "packed_unlisted"]
    unknown, blank = (line["line"] for line in packer.get(f"senders/{scene.sender}/lines")["lines"][1:])
    assert packer.post(f"pieces/{unknown}/label", code=blanks[1])["code"] == blanks[1]
    assert packer.refused(f"pieces/{unknown}/label", code=blanks[0]) == (409, "code_taken")
    known = packer.post(f"pieces/{blank}/identify", file=scene.code(3))
    assert (known["reference"], known["packed_crate"]) == (scene.file(3).reference, 1)
    packer.post(f"senders/{scene.sender}/dispatch", driver="Kim")
    crate = archivist.post(f"crates/{archivist.get(f'senders/{scene.sender}')['crates'][0]['id']}/arrive")[
        "id"
    ]
    sheet = [{"code": code} for code in (scene.code(0), scene.code(3), blanks[1])]
    assert archivist.post(f"crates/{crate}/sheet", rows=sheet)["outcomes"] == ["received"] * 3
    file = {"reference": "1988-4", "source": "sofia", "kind": "econ"}
    assert archivist.refused(f"pieces/{unknown}/register", **{**file, "kind": "?"}) == (422, "term_wrong")
    registered = archivist.post(f"pieces/{unknown}/register", **file)
    assert (registered["reference"], registered["code"]) == ("1988-4", blanks[1])
    archivist.post(f"crates/{crate}/empty")
    archivist.post(f"senders/{scene.sender}/sign")
    found = archivist.get(f"deliveries/{scene.delivery}/differences")["differences"]
    assert {one["kind"]: one["reason"] for one in found} == {
        "not_in_register": "registered",
        "on_shelf_not_listed": None,
    }
    assert len(archivist.get(f"covers?delivery={scene.delivery}")["checks"]) == 3


@pytest.mark.engines("sqlite")  # the verbs are tested on both
def test_papers_in_a_cover_that_had_been_lent_are_judged_by_whom_it_is_up_to(
    scene: Scene, programs: Programs
) -> None:
    holder, other = scene.code(0), scene.code(1)
    scene.do(scene.receiver, lambda work: lent_and_back(work, files.get(work, scene.files[0])))
    archivist, packer = programs(Role.ARCHIVIST), programs(Role.ASSISTANT)
    packer.post(f"covers/{holder}/queue")
    packer.post(f"covers/{holder}/foreign", unknown=True, whole=False)
    (found,) = packer.get("findings")["findings"]
    assert packer.post(f"findings/{found['id']}/identify", file=other)["foreign"] == other
    assert packer.refused_to_show("assessments")[0] == 403
    assert packer.get("assessments?mine=yes")["assessments"][0]["owner"] == "Arkivassistent"
    (one,) = archivist.get("assessments")["assessments"]
    assert (one["file"], one["finding"], len(one["loans"])) == (holder, found["id"], 1)
    path = f"assessments/{one['id']}"
    assert packer.refused(f"{path}/answer", answer="nobody")[0] == 403
    assert archivist.post(f"{path}/pass-on", owner="archivist")["owner"] == "Arkivarie"
    assert archivist.refused(f"{path}/answer", answer="nobody") == (422, "answer_incomplete")
    said = {"answer": "nobody", "readers": "Ingen", "decision": "Inget mer"}
    assert archivist.post(f"{path}/answer", **said)["decision"] == "Inget mer"
    assert archivist.get("assessments")["assessments"] == []
