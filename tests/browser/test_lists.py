"""Lists in a real browser, with the keyboard alone: taken in, corrected, registered, settled, compared."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from archive.imports.driver import work_off
from archive.kernel.store import Actor, Archive
from archive.places import places
from archive.vocabulary import PlaceKind, Role
from tests.browser import keyboard
from tests.browser.axe import violations
from tests.builders import PASSWORD, user_in_role
from tests.verbs.imports.taking_in import CENTRAL, OLD, a_list, file_of, prepared, row, take_in

ANNA, BERTIL = "195005050512", "200001052380"


@pytest.fixture
def archive(archive: Archive, archivist: Actor) -> Archive:
    """Give an archive with reference data, and a room at the old address."""
    prepared(archive)
    with archive.write(archivist) as work:
        site = next(one for one in places.roots(work) if one.name == OLD)
        places.create(work, site, PlaceKind.ROOM, "Valvet")
    return archive


@pytest.fixture
def enter(archive: Archive, served: str, page: Page) -> Callable[[Role], None]:
    """Sign a role in with the keyboard."""

    def enter(role: Role) -> None:
        user_in_role(archive, role)
        page.goto(f"{served}/sign-in")
        for field, text in (("#login", role.value), ("#password", PASSWORD)):
            keyboard.to(page, field)
            page.keyboard.type(text)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{served}/")

    return enter


def press(page: Page, selector: str, key: str = "Enter") -> None:
    """Tab to a control and press a key on it."""
    keyboard.to(page, selector)
    page.keyboard.press(key)


def upload(page: Page, name: str, content: bytes) -> None:
    """Choose a list with the keyboard and send it."""
    with (
        page.expect_file_chooser() as chooser
    ):  # from the first key on: the browser is told so on its own way
        press(page, "#list", "Space")
    chooser.value.set_files({"name": name, "mimeType": "text/csv", "buffer": content})
    keyboard.to(page, "main form button")
    with page.expect_navigation():
        page.keyboard.press("Enter")


def choose(page: Page, selector: str, word: str) -> None:
    """Tab to a list of choices and type the beginning of one, no faster than a hand: else it were a scan."""
    keyboard.to(page, selector)
    page.keyboard.type(word, delay=60)


def to_words(page: Page, words: str) -> None:
    """Tab to the button or link with these words."""
    for _press in range(150):
        text = page.evaluate("() => document.activeElement.closest('a, button')?.textContent ?? ''")
        if " ".join(text.split()) == words:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"“{words}” is not reached with Tab")


def go(page: Page, words: str) -> None:
    """Go where the button or link with these words leads."""
    to_words(page, words)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def download(page: Page, words: str) -> bytes:
    """Take away what the button or link with these words gives."""
    to_words(page, words)
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    return download.value.path().read_bytes()


def test_a_list_is_taken_in_corrected_registered_and_settled_by_keyboard(
    page: Page, archive: Archive, archivist: Actor, enter: Callable[[Role], None]
) -> None:
    heading = ("Summa: 2 akter",) + ("",) * (len(row("P1")) - 1)
    rows = [
        row("P1", ANNA, "Åkesson, Anna", room="Valvet", closed="någon gång"),
        row("P2", BERTIL, "Borg, Bo", room="Vinden", kind="?!"),
        heading,
    ]
    enter(Role.ARCHIVIST)
    go(page, "Inläsning")
    upload(page, "lista.csv", a_list(rows))
    expect(page.get_by_text("någon gång").first).to_be_visible()
    choose(page, "#source", "Prova")
    choose(page, "#site", OLD.split()[0])
    press(page, "[name=unstated_protection]", "Space")
    go(page, "Titta igen")
    expect(page.get_by_text(f"{OLD} / Valvet")).to_be_visible()
    expect(page.get_by_role("radio", name="Den är kontrollerad")).to_be_checked()
    press(page, "[name=confirmed]", "Space")  # half of the kinds are none
    go(page, "Kontrollera hela listan")
    expect(page.get_by_text("Väntar på sin tur")).to_be_visible()
    work_off(archive)
    expect(page.get_by_text("Det här skulle hända.")).to_be_visible()  # the page loads itself anew
    assert violations(page, language="sv") == []

    go(page, "Ändra kolumnerna")
    choose(page, "#default_kind", "Eko")
    go(page, "Titta igen")
    go(page, "Tillbaka till rapporten")
    expect(page.get_by_text("Kolumnerna har ändrats efter kontrollen")).to_be_visible()
    assert violations(page, language="sv") == []
    go(page, "Kontrollera igen")
    work_off(archive)
    expect(page.get_by_role("button", name="Registrera", exact=True)).to_be_visible()
    press(page, "form[action$='/apply'] button")
    expect(page.get_by_text("Väntar på sin tur")).to_be_visible()
    work_off(archive)
    expect(page.get_by_role("table", name="Ej registrerade")).to_be_visible()
    go(page, "ej registrerade rader")
    page.wait_for_url("**/tasks/rows?run=1")
    press(page, "input[name=row]", "Space")
    choose(page, "#answer", "raden")
    go(page, "Avgör de valda")
    expect(page.get_by_text("1 rad avgjord.")).to_be_visible()
    assert file_of(archive, archivist, "P2").reference == "P2"


def test_flagged_rows_are_looked_at_and_taken_away_as_csv_by_keyboard(
    page: Page, archive: Archive, archivist: Actor, enter: Callable[[Role], None]
) -> None:
    take_in(archive, archivist, [row("P1", "19500505-051X", "Åkesson, Anna"), row("P2", BERTIL)])
    enter(Role.ARCHIVIST)
    go(page, "Inläsning")
    go(page, "lista.csv")
    go(page, "Numret kan inte läsas")
    expect(page.get_by_text("19500505-051X")).to_be_visible()
    assert b"19500505-051X" in download(page, "Som CSV")


def test_a_question_about_a_place_is_settled_by_keyboard(
    page: Page, archive: Archive, archivist: Actor, enter: Callable[[Role], None]
) -> None:
    take_in(archive, archivist, [row("P1", ANNA, room="Valvet")], "den ena.csv")
    take_in(archive, archivist, [row("P1", ANNA, room="Vinden")], "den andra.csv", site="Lillgatan 2")
    enter(Role.ASSISTANT)
    go(page, "Att göra")
    for told in ("Listan den ena.csv", "Listan den andra.csv", "Lillgatan 2 / Vinden"):
        expect(page.get_by_text(told).first).to_be_visible()
    go(page, "Avgör")  # nothing chosen: the refusal stands at this question
    expect(page.get_by_role("alert")).to_contain_text("Välj ett av svaren.")
    to_words(page, "Välj ett av svaren.")
    expect(page.get_by_text("Be arkivarien skapa den")).to_be_visible()  # the list's place is in no register
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    go(page, "Avgör")
    page.complaints.clear()  # of the refusal
    expect(page.get_by_text("Inget av det här slaget väntar")).to_be_visible()


def test_closed_cases_are_compared_and_taken_away_on_paper_by_keyboard(
    page: Page, archive: Archive, archivist: Actor, enter: Callable[[Role], None]
) -> None:
    take_in(archive, archivist, [row("P1", ANNA)], site=CENTRAL)
    enter(Role.MANAGER)
    go(page, "Jämför")
    upload(page, "avslutade.csv", a_list([row("P1", ANNA), row("P9", BERTIL, "Borg, Bo")]))
    expect(page.get_by_text("Välj vilket system").first).to_be_visible()
    choose(page, "#source", "Prova")
    go(page, "Jämför")
    expect(page.get_by_text("Väntar på sin tur")).to_be_visible()
    work_off(archive)
    expect(page.get_by_role("rowheader", name="P9")).to_be_visible()
    assert violations(page, language="sv") == []
    for words, begins in (("Som PDF", b"%PDF"), ("Som CSV", "\ufeff".encode())):
        assert download(page, words).startswith(begins)
    expect(page.get_by_role("rowheader", name="P9")).to_be_visible()
