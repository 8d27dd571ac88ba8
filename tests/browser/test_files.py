"""Case files in a real browser: keyboard alone, in the hand, without JavaScript, for everyone."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from archive.codes import codes
from archive.files import files
from archive.kernel.partial_date import PartialDate
from archive.kernel.store import Actor, Archive
from archive.loans import loans
from archive.loans.loans import Request
from archive.models import CaseFile
from archive.places import places
from archive.vocabulary import LoanPurpose, Protection, Role
from archive.web.kit.bidi import isolated
from tests.browser import keyboard
from tests.browser.axe import violations, widest
from tests.browser.browser import DESK, HAND, swedish
from tests.browser.test_wedge import Scanner
from tests.builders import NUMBERS, PASSWORD, a_box, a_file, a_person, a_shelf, user_in_role

A_HAND = 70  # ms between two keys: quicker were a scan, and the list would not move


@pytest.fixture
def stock(archive: Archive, archivist: Actor) -> dict[str, CaseFile]:
    """Register a file of every sort: usual, lent and overdue, protected, void, one of several parts."""
    with archive.write(archivist) as work:
        shelf = a_shelf(work)
        box = a_box(work, shelf, "Box 7")
        usual = a_file(work, box, a_person(work, "Åkerström", "Birgitta"), reference="P0001234")
        files.correct(work, usual, 1, last_note_on=PartialDate(2003, 4, 5), adoption=True, partly=True)
        lent = a_file(work, box, a_person(work, "Holm", "Per"), reference="IFO-2014-000123")
        due = work.now.date() - timedelta(days=3)
        loan = loans.hand_out(work, lent, Request("Karin Berg", LoanPurpose.COURT, work.now.date()))
        loan.due_on = due
        hidden = a_file(work, box, a_person(work, protection=Protection.MARKED), reference="H1")
        part = a_file(work, box, reference="S17-000105", part=2, parts=4)
        void = a_file(work, box, reference="V1")
        files.void(work, void, usual)
        return {"usual": usual, "lent": lent, "hidden": hidden, "part": part, "void": void}


@pytest.fixture
def enter(archive: Archive, served: str) -> Callable[[Page, Role], None]:
    """Sign a role in, as its user does."""

    def enter(page: Page, role: Role = Role.ARCHIVIST) -> None:
        user_in_role(archive, role)
        page.goto(f"{served}/sign-in")
        page.fill("#login", role.value)
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_url(f"{served}/")

    return enter


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """Yield a page in a browser without JavaScript."""
    context = swedish(browser, viewport=DESK, java_script_enabled=False)
    yield context.new_page()
    context.close()


def pages(stock: dict[str, CaseFile]) -> list[str]:
    """Return the addresses of every page about files."""
    usual, lent = stock["usual"].code, stock["lent"].code
    forms = ("history", "correct", "move", "persons", "void", "lend")
    return [
        *(f"/files/{file.code}" for file in stock.values()),
        *(f"/files/{usual}/{form}" for form in forms),
        f"/files/{lent}/take-back",
        f"/files/{stock['void'].code}/reinstate",
        "/files/?status=on_place",
        f"/files/new?like={usual}",
        "/find",
        "/loans",
        "/loans?overdue=1",
        "/loans/1/borrower",
        "/loans/1/slip",
        "/people/1",
        "/people/3",
    ]


# In Swedish `test_every_page` looks at all of them; of the English ones one in three, all when thorough.
@pytest.mark.parametrize("language", [pytest.param("sv", marks=pytest.mark.thorough), "en"])
@pytest.mark.parametrize(
    "size", [pytest.param(DESK, marks=pytest.mark.thorough, id="desk"), pytest.param(HAND, id="hand")]
)
def test_every_page_passes_axe_and_fits_the_hand(
    page: Page,
    served: str,
    enter: Callable[[Page], None],
    stock: dict[str, CaseFile],
    size: dict[str, int],
    language: str,
) -> None:
    page.set_viewport_size(size)
    enter(page)
    if language == "en":
        page.get_by_role("button", name="English").click()
    wrong = {}
    for address in pages(stock)[:: 3 if language == "en" and size is HAND else 1]:
        answer = page.goto(served + address)
        assert answer is not None
        assert answer.status == 200, address
        if found := violations(page, language=language):
            wrong[address] = found
        if beyond := widest(page):
            wrong[address + " scrolls"] = [beyond]
    assert wrong == {}


def test_a_file_is_registered_with_the_keyboard_alone(
    page: Page,
    served: str,
    archive: Archive,
    archivist: Actor,
    enter: Callable[[Page], None],
    stock: dict[str, CaseFile],
) -> None:
    with archive.write(archivist) as work:
        box = places.get(work, stock["usual"].place_id).code
        blank = codes.print_blanks(work, 1, "test").codes[0]
    enter(page)
    page.goto(f"{served}/files/new")
    keys = page.keyboard
    expect(page.locator("#number0")).to_be_focused()
    keys.type(f"{NUMBERS[50][:8]}-{NUMBERS[50][8:]}")
    for word in ("Lundqvist", "Sven"):
        keys.press("Tab")
        keys.type(word)
    keys.press("Tab")
    keys.type("ing", delay=A_HAND)  # "ingen" protection, as one types in a list of choices
    keyboard.to(page, "#kind")
    keys.type("Eko", delay=A_HAND)
    keyboard.to(page, "#source")
    keys.press("ArrowDown")
    keyboard.to(page, "#reference")
    keys.type("P0007777")
    keyboard.to(page, "#last_note_on")
    keys.type("5/4 2003")
    keyboard.to(page, "#place")
    scan(box, page)
    keys.press("Tab")
    scan(blank, page)
    keys.press("Enter")
    page.wait_for_url("**/files/*?new=1")
    expect(page.locator("h1")).to_have_text("P0007777")
    expect(page.get_by_role("link", name="Lundqvist, Sven")).to_be_visible()
    expect(page.locator("#messages, main").get_by_role("link", name="Registrera nästa")).to_be_visible()


def scan(code: str, page: Page) -> None:
    """Type as a scanner does, at its pace however busy the machine is; the next key comes from a hand."""
    Scanner(page.context.new_cdp_session(page)).scan(code, after=120)
    page.wait_for_timeout(300)


def test_the_form_is_checked_while_one_goes_on_typing(
    page: Page, served: str, enter: Callable[[Page], None], stock: dict[str, CaseFile]
) -> None:
    enter(page)
    page.goto(f"{served}/files/new")
    page.keyboard.type("19900602-2397")
    page.keyboard.press("Tab")
    check = page.locator("#check")
    page.keyboard.type("Lund")
    expect(check).to_contain_text("Född 2 juni 1990")
    page.keyboard.type("qvist")
    expect(page.locator("#family_name0")).to_be_focused()
    expect(page.locator("#family_name0")).to_have_value("Lundqvist")


def test_an_alike_file_is_shown_before_saving_and_the_choice_stays(
    page: Page, served: str, enter: Callable[[Page], None], stock: dict[str, CaseFile]
) -> None:
    enter(page)
    page.goto(f"{served}/files/new")
    page.select_option("#kind", index=1)
    page.fill("#reference", "P0001234")
    page.keyboard.press("Tab")
    box = page.get_by_label("Det är en annan akt: registrera den ändå")
    expect(box).to_be_visible()
    box.focus()
    page.keyboard.press("Space")
    page.wait_for_timeout(500)  # the check answers once more
    expect(box).to_be_checked()
    expect(box).to_be_focused()
    assert violations(page, language="sv") == []


def test_finding_answers_while_one_types(
    page: Page, served: str, enter: Callable[[Page], None], stock: dict[str, CaseFile]
) -> None:
    enter(page)
    page.goto(f"{served}/find")
    page.keyboard.type("akerstöm", delay=20)
    expect(page.locator("#found")).to_contain_text("Menade du Åkerström?")
    expect(page.locator("#found").get_by_role("link", name="P0001234")).to_be_visible()
    expect(page.locator("#term")).to_be_focused()
    assert "akerst" not in page.url
    assert violations(page, language="sv") == []


def test_a_scanned_code_goes_into_the_field_that_waits_for_one(
    page: Page, served: str, enter: Callable[[Page], None], stock: dict[str, CaseFile]
) -> None:
    enter(page)
    page.goto(f"{served}/files/{stock['usual'].code}/void")
    page.focus("#right")
    scan(stock["part"].code, page)
    expect(page.locator("#right")).to_have_value(stock["part"].code)


def test_everything_is_done_without_javascript(
    plain: Page,
    served: str,
    archive: Archive,
    archivist: Actor,
    enter: Callable[[Page], None],
    stock: dict[str, CaseFile],
) -> None:
    enter(plain)
    plain.goto(f"{served}/files/new")
    plain.fill("#number0", NUMBERS[60])
    plain.fill("#family_name0", "Lundqvist")
    plain.select_option("#protection0", "none")
    plain.get_by_role("button", name="En person till").click()
    expect(plain.locator("#number1")).to_be_focused()
    plain.select_option("#kind", index=1)
    plain.select_option("#source", index=1)
    plain.fill("#reference", "P0001234")
    plain.fill("#part", "2")
    plain.fill("#parts", "2")
    plain.fill("#place", "box 7")
    plain.get_by_role("button", name="Registrera", exact=True).click()
    expect(plain.locator("h1")).to_have_text("P0001234")
    plain.get_by_role("link", name="Flytta för hand").or_(
        plain.get_by_role("button", name="Flytta för hand")
    ).click()
    plain.fill("#place", "rum 1 hyllplan 1")
    plain.get_by_role("button", name="Registrera platsen").click()
    plain.get_by_role("button", name="Lämna ut").click()
    plain.fill("#borrower", "Karin Berg")
    plain.get_by_role("button", name="Lämna ut").click()
    expect(plain.locator(".ak-slip")).to_contain_text("Karin Berg")
    plain.goto(f"{served}/find")
    plain.fill("#term", "lundqvist")
    plain.get_by_role("button", name="Sök", exact=True).click()  # one hit opens
    plain.get_by_role("button", name="Ta tillbaka").click()
    plain.get_by_role("button", name="Ta tillbaka").click()
    expect(plain.get_by_text("På plats").first).to_be_visible()


def test_a_printed_page_bears_its_head_and_no_buttons(
    page: Page, served: str, enter: Callable[[Page], None], stock: dict[str, CaseFile]
) -> None:
    enter(page)
    page.goto(f"{served}/files/{stock['usual'].code}")
    page.emulate_media(media="print")
    expect(page.get_by_text("Förstörs efter användning.")).to_be_visible()
    expect(page.locator(".ak-actions")).to_be_hidden()
    page.goto(f"{served}/loans/1/slip")
    expect(page.locator(".ak-slip")).to_be_visible()
    expect(page.locator(".ak-no-print")).to_be_hidden()


def test_a_number_beside_an_arabic_name_is_drawn_from_its_first_digit(page: Page) -> None:
    sentence = "<p>الأحمد, محمد علي 19900602-2397: utlånad</p>"
    for shown, rightly in ((sentence, False), (isolated(sentence), True)):
        page.set_content(shown)
        (signs,) = page.evaluate(DRAWN, "19900602-2397")
        assert (signs == sorted(signs)) is rightly


DRAWN = """number => {
  const found = [], texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const at = texts.currentNode.textContent.indexOf(number);
    if (at < 0 || !texts.currentNode.parentElement.checkVisibility()) continue;
    found.push([...number].map((_, place) => {
      const range = document.createRange();
      range.setStart(texts.currentNode, at + place);
      range.setEnd(texts.currentNode, at + place + 1);
      return range.getBoundingClientRect().left;
    }));
  }
  return found;
}"""  # where each sign of a number stands, wherever it is shown
