"""The weekly delivery on the command line: planned, listed, printed, watched and closed by an operator."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive.cli import main
from archive.cover_checks import checks, findings
from archive.cover_checks.findings import SeenWrong
from archive.kernel.store import Archive, Work
from archive.places import places
from archive.programme import forecast
from archive.vocabulary import DeliveryState, DifferenceKind, DifferenceReason, FindingKind, PlaceKind
from tests.builders import SetClock, a_place
from tests.verbs.deliveries.delivering import Scene, a_scene

Aktspar = Callable[..., Result]
pytestmark = pytest.mark.engines("sqlite")  # the same verbs as elsewhere; only how they are called differs


@pytest.fixture
def aktspar(archive: Archive, clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> Aktspar:
    """Give the command line on the test's database: `aktspar("deliveries", "list")`."""
    for name, value in {
        "DATABASE_URL": archive.settings.database_url,
        "MAC_KEY": archive.settings.mac_key.hex(),
        "SECRET_KEY": archive.settings.secret_key,
    }.items():
        monkeypatch.setenv(f"AKTSPAR_{name}", value)
    monkeypatch.setattr("archive.commands.Archive", lambda settings: Archive(settings, clock))
    return lambda *words: CliRunner().invoke(main, [str(word) for word in words])


def said(result: Result) -> str:
    """Return what a command that went well printed."""
    assert result.exit_code == 0, result.output
    return result.stdout.strip()


def test_a_delivery_from_plan_to_end(archive: Archive, aktspar: Aktspar, tmp_path: Path) -> None:
    scene = a_scene(archive)
    _planned(scene, aktspar, tmp_path)
    _printed(scene, aktspar, tmp_path)
    scene.pack_all(0, 1)
    scene.dispatch()
    scene.receive_all(0)
    scene.sign()
    differences = said(aktspar("deliveries", "differences", scene.delivery)).splitlines()
    assert [line.split("\t")[1] for line in differences] == ["listed, not packed", "packed, not received"]
    assert scene.file(1).reference in differences[1]
    refused = aktspar("deliveries", "close", scene.delivery)
    assert (refused.exit_code, "2" in refused.stderr) == (1, True)
    scene.explain(DifferenceKind.LISTED_NOT_PACKED, DifferenceReason.NO_SUCH_FILE)
    scene.explain(DifferenceKind.PACKED_NOT_RECEIVED, DifferenceReason.LEFT_BEHIND)
    _checked(scene, aktspar)
    scene.shelve()
    said(aktspar("deliveries", "close", scene.delivery))
    shown = json.loads(said(aktspar("deliveries", "show", scene.delivery, "--json")))
    assert (shown["status"], shown["figures"]["received"], shown["unshelved"]) == ("closed", 1, 0)
    assert said(aktspar("deliveries", "list", "--state", DeliveryState.CLOSED.value)).endswith("closed")


def _planned(scene: Scene, aktspar: Aktspar, tmp_path: Path) -> None:
    """Plan, let the room send, and make a written list its pick list once it was looked at."""
    scene.delivery = int(said(aktspar("deliveries", "plan", "2026-11-30", "--crates", 5)))
    room = scene.look(lambda work: places.get(work, scene.room).code)
    scene.sender = int(said(aktspar("deliveries", "add-sender", scene.delivery, room, "--files", 6)))
    references = [scene.file(number).reference for number in (0, 1, 0)]
    written = tmp_path / "lista.csv"
    written.write_text("\n".join(["Aktnummer", *references, "1987-99"]))
    rows = said(aktspar("deliveries", "take-list", scene.sender, written, "--dry-run")).splitlines()
    assert rows[0] == f"4\t{references[2]}\tlisted above already"
    assert rows[1] == "5\t1987-99\tnot in the register"
    assert len(scene.look(scene.lines)) == 6  # the list there was stands
    taken = json.loads(said(aktspar("deliveries", "take-list", scene.sender, written, "--json")))
    assert taken["taken"]
    assert [line.reference for line in scene.look(scene.lines)] == ["", "", "1987-99"]


def _printed(scene: Scene, aktspar: Aktspar, tmp_path: Path) -> None:
    pdf, csv = tmp_path / "lista.pdf", tmp_path / "lista.csv"
    said(aktspar("--language", "sv", "deliveries", "pick-list", scene.sender, "--out", pdf))
    text = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, check=True).stdout.decode()
    assert "Plocklista" in text
    said(aktspar("deliveries", "pick-list", scene.sender, "--out", csv))
    assert csv.read_text("utf-8-sig").splitlines()[1].split(";")[2] == f'"{scene.file(0).reference}"'


def _checked(scene: Scene, aktspar: Aktspar) -> None:
    """One cover waits; it is damaged, handed on, then put right."""
    (row,) = json.loads(said(aktspar("covers", "queue", "--delivery", scene.delivery, "--json")))
    assert (row["reference"], row["status"]) == (scene.file(0).reference, "waiting")

    def damaged(work: Work) -> int:
        check = checks.get(work, row["id"])
        return findings.find(work, check, SeenWrong(FindingKind.DAMAGED, "whole")).id

    finding = scene.do(scene.receiver, damaged)
    said(aktspar("covers", "hand-on", finding, "--to", "Bokbinderiet", "--by", "2026-12-18"))
    assert said(aktspar("covers", "findings", "--state", "handed_on")).endswith("Bokbinderiet 2026-12-18")
    assert said(aktspar("covers", "findings", "--state", "found")) == ""
    said(aktspar("covers", "correct", finding))
    assert said(aktspar("covers", "findings")) == ""
    scene.check_covers()


def test_the_programme_in_figures_and_tables(archive: Archive, aktspar: Aktspar, tmp_path: Path) -> None:
    scene = a_scene(archive)
    room = scene.look(lambda work: places.get(work, scene.room).code)
    empty = scene.do(
        scene.receiver, lambda work: a_place(work, (PlaceKind.SITE, "Väg 1"), (PlaceKind.ROOM, "K2")).code
    )
    first, second = (said(aktspar("rooms", "enter", code)) for code in (room, empty))
    said(aktspar("rooms", "order", second, first))
    scene.do(scene.receiver, lambda work: forecast.count(work, work.now.date()))
    rows = said(aktspar("programme")).splitlines()
    assert [line.split("\t")[:2] for line in rows[:2]] == [[second, "      0"], [first, "      6"]]
    told = json.loads(said(aktspar("programme", "--json")))
    assert (told["left"], told["findings"], told["rooms"][1]["counts"][0]["files"]) == (6, [], 6)
    out = tmp_path / "lokaler.csv"
    said(aktspar("programme", "--csv", "rooms", "--out", out))
    assert "Källare K1" in out.read_text("utf-8-sig")
    assert aktspar("programme", "--csv", "rooms").exit_code == 2
    assert said(aktspar("rooms", "show", first)).splitlines()[1].split() == ["6", "Stands", "there"]
    assert aktspar("rooms", "certificate", first, "--out", tmp_path / "intyg.pdf").exit_code == 1
