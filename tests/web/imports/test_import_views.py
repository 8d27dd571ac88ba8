"""A list looked at from all sides: before the check, after it and back, and its flagged rows."""

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook

from archive.files import files
from archive.imports.driver import work_off
from archive.kernel.store import Actor, Archive
from archive.models import ImportRun
from archive.places import places
from archive.vocabulary import Evidence, ImportPurpose, ImportState, PlaceKind, Protection, Role
from tests.builders import a_person
from tests.verbs.imports.taking_in import (
    CENTRAL,
    HEADER,
    OLD,
    a_list,
    check,
    file_of,
    mapping,
    prepared,
    register,
    row,
    take_in,
)
from tests.web.imports.test_imports import ANNA, columns, run_of, send

SignIn = Callable[[Role], FlaskClient]
BERTIL = "200001052380"


@pytest.fixture
def archive(archive: Archive) -> Archive:
    """Give an archive with reference data, two old addresses and the central one."""
    return prepared(archive)


def checked(archive: Archive, actor: Actor, *rows: tuple[str, ...]) -> ImportRun:
    """Take in a list and check it, as far as the report."""
    return check(archive, actor, a_list(rows), mapping())


def test_the_preview_says_where_each_file_would_stand(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    with archive.write(archivist) as work:
        site = next(one for one in places.roots(work) if one.name == OLD)
        places.create(work, site, PlaceKind.ROOM, "Källaren")
    client = sign_in(Role.ARCHIVIST)
    sent = send(client, a_list([row("P1", ANNA, room="Källaren", box=""), row("P2", BERTIL, room="Vinden")]))
    client.post("/imports/1/columns", data=columns(unstated_protection="none", go="look"))
    page = client.get(sent.location).text
    assert f"{OLD} / Källaren" in page
    assert page.count("Skapas</strong>") + page.count("skapas</strong>") == 1  # only the room there is not
    assert f"{OLD} / Vinden" in page


def test_the_preview_marks_a_date_it_cannot_read(sign_in: SignIn) -> None:
    client = sign_in(Role.ARCHIVIST)
    sent = send(
        client, a_list([row("P1", ANNA, closed="någon gång"), row("P2", BERTIL, closed="2003-04-05")])
    )
    page = client.get(sent.location).text
    assert "<q>någon gång</q>" in page
    assert page.count("kan inte läsas</strong>") == 1
    assert '<span class="ak-number">2003-04-05</span>' in page


def test_the_preview_does_not_tell_whom_the_register_protects(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    with archive.write(archivist) as work:
        a_person(work, "Borg", "Hanna", number=ANNA, protection=Protection.MARKED)
    client = sign_in(Role.ARCHIVIST)
    sent = send(client, a_list([row("P1", ANNA, "Borg, Hanna"), row("P2", BERTIL, "Öppen, Olle")]))
    client.post("/imports/1/columns", data=columns(unstated_protection="none", go="look"))
    page = client.get(sent.location).text
    for shown in ("Öppen", "Borg", ANNA):  # what stands in the list; hiding one would tell
        assert shown in page


def test_what_a_column_says_need_not_be_chosen_and_what_none_says_must(sign_in: SignIn) -> None:
    client = sign_in(Role.ARCHIVIST)
    sent = send(client, a_list([row("P1", ANNA)]))
    client.post("/imports/1/columns", data=columns(unstated_protection="none", source="", go="look"))
    page = client.get(sent.location).text
    assert "System som aktnumren hör till</label>" in page  # nowhere "(frivilligt)"
    kinds = page.partition('id="default_kind"')[2]
    systems = page.partition('id="source"')[2]
    assert kinds.index("enligt en kolumn") < kinds.index("</select>")
    assert "enligt en kolumn" not in systems.partition("</select>")[0]


def test_corrected_columns_wait_beside_the_report_until_the_list_is_checked_again(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    checked(archive, archivist, row("P1", ANNA, kind="?!"), row("P2", BERTIL))
    client = sign_in(Role.ARCHIVIST)
    assert run_of(archive, archivist).counts["rejected"] == 1
    corrected = columns(unstated_protection="none", default_kind="EB", go="look")
    back = client.post("/imports/1/columns", data=corrected)
    assert "Tillbaka till rapporten" in client.get(back.location).text
    report = client.get("/imports/1").text
    assert "Kolumnerna har ändrats efter kontrollen" in report
    assert 'action="/imports/1/apply"' not in report
    refused = client.post("/imports/1/apply")  # pressed on an older page
    assert refused.status_code == 409
    assert run_of(archive, archivist).status is ImportState.STAGED
    client.post("/imports/1/check")
    work_off(archive)
    assert run_of(archive, archivist).counts["rejected"] == 0
    assert '<option value="EB" selected>' in client.get("/imports/1?view=columns").text


def test_the_columns_a_list_was_checked_with_can_be_kept(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    checked(archive, archivist, row("P1", ANNA))
    client = sign_in(Role.ARCHIVIST)
    client.post("/imports/1/columns", data=columns(unstated_protection="none", source="SOCIA", go="look"))
    client.post("/imports/1/columns/keep")
    client.post("/imports/1/apply")
    work_off(archive)
    assert run_of(archive, archivist).mapping["source"] == "PROVA"
    assert run_of(archive, archivist).status is ImportState.APPLIED


def test_what_was_answered_about_protection_is_still_answered_on_the_way_back(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    client = sign_in(Role.ARCHIVIST)
    send(client, a_list([row("P1", ANNA)]))
    client.post("/imports/1/columns", data=columns(unstated_protection="unknown"))
    work_off(archive)
    page = client.get("/imports/1?view=columns").text
    assert 'value="unknown" checked' in page


def test_another_sheet_of_a_workbook_shows_its_own_columns(sign_in: SignIn, archive: Archive) -> None:
    book = Workbook()
    book.active.title = "Akter"
    header = ("Aktnummer", "Personnummer", "Efternamn", "Förnamn", "Akttyp")
    for line in (header, ("P1", ANNA, "Ek", "Eva", "EB"), ("P2", BERTIL, "Alm", "Bo", "EB")):
        book.active.append(line)
    other = book.create_sheet("Äldre")
    for line in (("Akt nr", "Pnr", "Avslutad"), ("S1", ANNA, "2003"), ("S2", BERTIL, "2004")):
        other.append(line)
    out = BytesIO()
    book.save(out)
    client = sign_in(Role.ARCHIVIST)
    send(client, out.getvalue(), "listor.xlsx")
    turned = client.post("/imports/1/columns", data={"columns": "0", "sheet": "Äldre", "go": "look"})
    assert turned.status_code == 303, turned.text
    page = client.get(turned.location).text
    assert "Akt nr" in page
    assert "S1" in page


def test_sheets_that_are_not_read_are_named_before_and_after(sign_in: SignIn, archive: Archive) -> None:
    book = Workbook()
    for name, state in (("Akter", "visible"), ("Äldre", "visible"), ("Gömda", "hidden"), ("Tomt", "visible")):
        sheet = book.create_sheet(name)
        sheet.sheet_state = state
        for line in (("Aktnummer", "Personnummer"), ("P1", ANNA), ("P2", BERTIL)) if name != "Tomt" else ():
            sheet.append(line)
    book["Akter"].append(("P3", ""))
    out = BytesIO()
    book.save(out)
    client = sign_in(Role.ARCHIVIST)
    send(client, out.getvalue(), "listor.xlsx")
    before = client.get("/imports/1").text
    told = ("Äldre: 2 rader", "Gömda: 2 rader (dolt blad)")
    assert [before.count(one) for one in (*told, "Tomt:", "Akter:")] == [1, 1, 0, 0]
    assert 'value="Gömda"' in before
    client.post("/imports/1/columns", data={"columns": "0", "sheet": "Äldre", "go": "look"})
    page = client.get("/imports/1").text
    assert [page.count(one) for one in (told[0], told[1], "Akter: 3 rader")] == [0, 1, 1]
    said = {
        "field0": "reference",
        "header0": "Aktnummer",
        "occurrence0": "1",
        "columns": "1",
        "sheet": "Äldre",
    }
    said |= {
        "source": "PROVA",
        "site": OLD,
        "default_kind": "EB",
        "unstated_protection": "none",
        "go": "check",
    }
    asked = client.post("/imports/1/columns", data=said)
    assert (asked.status_code, "Kolumnen ”Personnummer” registreras inte" in asked.text) == (422, True)
    assert client.post("/imports/1/columns", data=said | {"confirmed": "yes"}).status_code == 303
    work_off(archive)
    report = client.get("/imports/1").text
    assert [report.count(one) for one in (told[0], told[1], "Akter: 3 rader")] == [0, 1, 1]


def test_every_sheet_like_the_list_is_read_when_chosen(sign_in: SignIn, archive: Archive) -> None:
    book = Workbook()
    for name in ("Akter", "Äldre"):
        sheet = book.create_sheet(name)
        for line in (("Aktnummer", "Personnummer"), (name, ANNA)):
            sheet.append(line)
    out = BytesIO()
    book.save(out)
    client = sign_in(Role.ARCHIVIST)
    send(client, out.getvalue(), "listor.xlsx")
    assert 'id="unread-sheets"' in client.get("/imports/1").text
    client.post("/imports/1/columns", data={"columns": "0", "sheet": "*", "go": "look"})
    page = client.get("/imports/1").text
    assert ('id="unread-sheets"' in page, 'id="doubts"' in page) == (False, False)
    assert "Bladet ”Äldre”: dess rad 1 kallas rad 1001" in page


def test_a_workbook_with_one_sheet_leaves_nothing_unread(sign_in: SignIn) -> None:
    client = sign_in(Role.ARCHIVIST)
    book = Workbook()
    for line in (("Aktnummer", "Personnummer"), ("P1", ANNA)):
        book.active.append(line)
    out = BytesIO()
    book.save(out)
    send(client, out.getvalue(), "lista.xlsx")
    page = client.get("/imports/1").text
    assert ("P1" in page, 'id="unread-sheets"' in page) == (True, False)


def test_flagged_rows_are_listed_by_flag_with_the_row_of_the_original(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    take_in(
        archive,
        archivist,
        [
            row("P1", "19500505-051X", "Åkesson, Anna"),
            row("P2", BERTIL, "Borg, Bo", closed="?? ??"),
            row("P3", BERTIL, "Borg, Bo"),
        ],
    )
    client = sign_in(Role.ARCHIVIST)
    assert "flag=number_unreadable" in client.get("/imports/1").text
    everything = client.get("/imports/1/flagged").text
    assert "19500505-051X" in everything
    assert "?? ??" in everything
    assert "P3" not in everything
    page = client.get("/imports/1/flagged?flag=number_unreadable").text
    assert "19500505-051X" in page
    assert "?? ??" not in page
    file = file_of(archive, archivist, "P1")
    assert f"/files/{file.code}" in page
    csv = client.get("/imports/1/flagged/csv?flag=number_unreadable")
    lines = csv.data.decode("utf-8-sig").splitlines()
    assert lines[0].startswith('"Rad";"Vad som är märkligt";"Aktnummer";"Kod";"Aktnr"')
    assert lines[1].startswith('"2";"personnummer: numret kan inte läsas";"P1"')
    assert len(lines) == 2


def test_flagged_rows_come_a_page_at_a_time(sign_in: SignIn, archive: Archive, archivist: Actor) -> None:
    take_in(archive, archivist, [row(f"P{n:03}", "19500505-051X") for n in range(75)])
    client = sign_in(Role.ARCHIVIST)
    seen, address = [], "/imports/1/flagged?flag=number_unreadable"
    while address:
        page = client.get(address).text
        seen += [n for n in range(75) if f">P{n:03}<" in page]
        address = (
            page.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
        )
        address = address if 'rel="next"' in page else ""
    assert seen == list(range(75))


def test_of_a_flagged_row_about_somebody_protected_only_the_flag_is_shown(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    take_in(
        archive,
        archivist,
        [row("P1", "19500505-051X", "Hemlig, Hanna")],
        unstated_protection=Protection.UNKNOWN,
    )
    client = sign_in(Role.ARCHIVIST)
    page = client.get("/imports/1/flagged").text
    csv = client.get("/imports/1/flagged/csv").data.decode()
    for shown in (page, csv):
        assert "numret kan inte läsas" in shown
        assert "Hemlig" not in shown
        assert "19500505" not in shown


def test_flags_are_shown_before_anything_is_registered_too(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    checked(archive, archivist, row("P1", "19500505-051X"))
    assert "19500505-051X" in sign_in(Role.ARCHIVIST).get("/imports/1/flagged").text


def test_progress_says_that_a_list_waits_until_somebody_works_on_it(
    sign_in: SignIn, archive: Archive
) -> None:
    client = sign_in(Role.ARCHIVIST)
    send(client, a_list([row("P1", ANNA)]))
    client.post("/imports/1/columns", data=columns(unstated_protection="none"))
    waiting = client.get("/imports/1").text
    assert "Väntar på sin tur" in waiting
    assert "0 av 100" not in waiting


def test_a_list_whose_system_nobody_knows_is_compared_once_it_is_chosen(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("P1", ANNA)], site=CENTRAL)
    client = sign_in(Role.MANAGER)
    sent = send(client, a_list([row("P1", ANNA), row("P9", BERTIL)]), page="/compare/")
    asked = client.get(sent.location).text
    assert "Välj vilket system" in asked
    client.post("/compare/2/columns", data=columns())
    work_off(archive)
    assert "P9" in client.get("/compare/2").text
    assert "Aktnr" in client.get("/compare/2?view=columns").text


def test_a_list_to_be_registered_is_no_comparison_and_the_reverse(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    checked(archive, archivist, row("P1", ANNA))
    check(archive, archivist, a_list([row("P1", ANNA)]), mapping(), purpose=ImportPurpose.COMPARE)
    assert sign_in(Role.MANAGER).get("/compare/1").status_code == 404
    assert sign_in(Role.ARCHIVIST).get("/imports/2").location == "/compare/2"


def test_a_place_conflict_names_both_lists_with_their_days(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    old, new = date(2025, 10, 31), date(2025, 11, 30)
    take_in(archive, archivist, [row("P1", ANNA, room="Valvet")], list_date=old)
    take_in(archive, archivist, [row("P1", ANNA, room="Vinden")], site="Lillgatan 2", list_date=new)
    page = " ".join(sign_in(Role.ARCHIVIST).get("/tasks/").text.split())
    assert page.count("Listan lista.csv") == 2
    _ours, _sep, theirs = page.partition("uppgjord 2025-11-30, inläst 2026-11-23")
    assert "uppgjord 2025-10-31, inläst 2026-11-23" in theirs
    assert theirs.index("Lillgatan 2 / Vinden") < theirs.index("uppgjord 2025-10-31")
    assert f"{OLD} / Valvet" in theirs.partition("uppgjord 2025-10-31")[2]


def test_a_place_conflict_the_central_list_won_names_the_list_that_lost(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    day = date(2025, 10, 31)
    take_in(archive, archivist, [row("P1", ANNA, room="Valvet")], list_date=day)
    take_in(archive, archivist, [row("P1", ANNA, room="Magasinet")], site=CENTRAL, list_date=day)
    page = sign_in(Role.ARCHIVIST).get("/tasks/").text
    assert "så hade registret det fram till den här listan" in page
    assert page.count("uppgjord 2025-10-31") == 2


def test_a_place_conflict_with_a_scan_says_who_scanned_and_when(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    take_in(archive, archivist, [row("P1", ANNA, room="Valvet")])
    with archive.write(archivist) as work:
        site = next(one for one in places.roots(work) if one.name == OLD)
        room = places.create(work, site, PlaceKind.ROOM, "Källaren")
        files.move(work, files.get(work, 1), room, how=Evidence.SCAN)
    take_in(archive, archivist, [row("P1", ANNA, room="Vinden")], site="Lillgatan 2")
    page = " ".join(sign_in(Role.ARCHIVIST).get("/tasks/").text.split())
    assert "Registret, skannad av Arkivarie" in page
    assert "2026-11-23" in page.partition("Registret, skannad av Arkivarie")[2][:200]


def test_the_worklist_says_by_what_two_files_may_be_one(
    archive: Archive, archivist: Actor, sign_in: SignIn
) -> None:
    numbered = row("2009/12345", "199006022397", "Åkerlund, Anna")
    take_in(archive, archivist, [numbered, row("2009/12346", "199006022397", "Åkerlund, Anna")])
    page = sign_in(Role.ARCHIVIST).get("/tasks/?kind=near_duplicate").text
    assert "Samma personnummer, namn och datum, aktnumret skiljer en siffra" in page


def test_the_report_tells_what_became_of_each_cell(
    sign_in: SignIn, archive: Archive, archivist: Actor
) -> None:
    content = a_list([(*row("P1", ANNA), "ring")], (*HEADER, "Handl"))
    register(archive, archivist, check(archive, archivist, content, mapping()))
    page = re.sub(r"\s+", " ", sign_in(Role.ARCHIVIST).get("/imports/1").text)
    cell = re.search(r"<th[^>]*>”Handl”: (.*?)</tr>", page)
    assert cell is not None
    assert [word in cell[1] for word in ("ignorerad kolumn", "ak-tag--yellow", ">1<")] == [True] * 3
    plain = re.search(r"<th[^>]*>”Aktnr”: (.*?)</tr>", page)
    assert plain is not None
    assert [word in plain[1] for word in ("registreras som aktnummer", "ak-tag")] == [True, False]
    cells = sum(bool(one) for cells in (*(HEADER, row("P1", ANNA)), ("Handl", "ring")) for one in cells)
    assert f"{cells} celler med text i filen" in page
