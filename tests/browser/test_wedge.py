"""A hand-held scanner that types like a keyboard, played with real key events at exact times."""

import random
import re
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect
from stdnum.iso7064 import mod_37_2

from tests.browser.kit.site import Site

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SIGNS = {
    "-": "Minus",
    "/": "Slash",
    ":": "Semicolon",
    ".": "Period",
    ",": "Comma",
    " ": "Space",
    "+": "Equal",
}
SHIFTED = ":+"
# What a scanner set to a US keyboard makes a computer with a Swedish one write.
SWEDISH = {"-": "+", "/": "-", ":": "Ö"}
SUFFIXES = {"Enter": (13, "\r"), "Tab": (9, "")}


def code(seed: int = 1) -> str:
    """Make a code whose check character lies inside the alphabet."""
    draw = random.Random(seed)
    while True:
        number = "".join(draw.choices(ALPHABET, k=9))
        check = mod_37_2.calc_check_digit(number)
        if check in ALPHABET:
            return number + str(check)


CODE = code()
LABEL = f"HTTPS://ARKIV.EXEMPEL.SE/S/{CODE}"


@dataclass
class Scanner:
    """Send keys as a keyboard does; the times are those the keys carry, not those of the test."""

    session: CDPSession
    at: float = 0.0

    def __post_init__(self) -> None:
        self.at = self._now()

    def _now(self) -> float:
        """Return the seconds the browser's own clock shows."""
        said = self.session.send("Runtime.evaluate", {"expression": "Date.now()"})
        return float(said["result"]["value"]) / 1000

    def waited(self) -> float:
        """Return the milliseconds since the last key, as the browser counts them."""
        return max(0.0, (self._now() - self.at) * 1000)

    def key(self, gap: float, **facts: Any) -> None:
        self.at += gap / 1000
        down = "keyDown" if facts.get("text") else "rawKeyDown"
        self.session.send("Input.dispatchKeyEvent", {"type": down, "timestamp": self.at, **facts})
        self.session.send(
            "Input.dispatchKeyEvent", {"type": "keyUp", "timestamp": self.at, **facts, "text": ""}
        )

    def scan(
        self,
        text: str,
        *,
        after: float = 1000,
        gap: float = 3,
        suffix: str = "Enter",
        layout: dict[str, str] | None = None,
    ) -> None:
        self.at += after / 1000
        for sign in text:
            upper = sign.isupper() or sign in SHIFTED
            name = f"Digit{sign}" if sign.isdigit() else SIGNS.get(sign, f"Key{sign.upper()}")
            written = (layout or {}).get(sign, sign)
            self.key(gap, code=name, key=written, text=written, modifiers=8 if upper else 0)
        if suffix == "Comma":
            self.key(gap, code="Comma", key=",", text=",")
        elif suffix:
            number, written = SUFFIXES[suffix]
            self.key(gap, code=suffix, key=suffix, text=written, windowsVirtualKeyCode=number)


@pytest.fixture
def scanner(page: Page, kit: Site) -> Scanner:
    """Open the page of parts, note every scan instead of opening it, and yield a scanner."""
    page.goto(f"{kit.url}/parts")
    page.evaluate(
        """() => {
          window.scans = [];
          window.unread = [];
          document.addEventListener("scan", (e) => { scans.push(e.detail); e.preventDefault(); });
          document.addEventListener("scan-unread", (e) => unread.push(e.detail.text));
        }"""
    )
    return Scanner(page.context.new_cdp_session(page))


def codes(page: Page) -> list[str]:
    """Return the codes scanned on this page so far."""
    return [scan["code"] for scan in page.evaluate("scans")]


@pytest.mark.parametrize("gap", [3, 25])
@pytest.mark.parametrize("suffix", ["Enter", "Tab", "Comma"])
@pytest.mark.parametrize("layout", [{}, SWEDISH], ids=["us", "se"])
def test_a_label_is_read_on_any_layout(
    page: Page, scanner: Scanner, layout: dict[str, str], suffix: str, gap: int
) -> None:
    scanner.scan(LABEL, gap=gap, suffix=suffix, layout=layout)
    assert page.evaluate("scans")[0] | {"at": 0} == {"code": CODE, "text": LABEL, "at": 0}


@pytest.mark.parametrize(
    "text", [CODE, CODE.lower(), LABEL.lower(), LABEL.swapcase(), f"{LABEL[:-11]} {CODE}"]
)
def test_a_bare_code_and_either_case_are_read(page: Page, scanner: Scanner, text: str) -> None:
    scanner.scan(text)
    assert codes(page) == [CODE]


def test_letters_taken_for_digits_are_understood(page: Page, scanner: Scanner) -> None:
    with_both = next(made for made in map(code, range(1000)) if "0" in made and "1" in made)
    scanner.scan(with_both.replace("0", "O").replace("1", "I", 1).replace("1", "L"))
    assert codes(page) == [with_both]


def test_a_scan_says_when_it_was_made(page: Page, scanner: Scanner) -> None:
    scanner.scan(CODE)
    assert page.evaluate("scans[0].at") == pytest.approx(scanner.at * 1000, abs=1500)


def test_a_scan_never_presses_the_button_that_has_the_focus(page: Page, kit: Site, scanner: Scanner) -> None:
    page.get_by_role("button", name="Ta bort").focus()
    scanner.scan(LABEL)
    page.wait_for_timeout(200)
    assert codes(page) == [CODE]
    assert kit.posted == []


def test_the_enter_of_a_person_still_presses_it(page: Page, kit: Site, scanner: Scanner) -> None:
    page.get_by_role("button", name="Ta bort").focus()
    with page.expect_response("**/post"):
        page.keyboard.press("Enter")
    assert kit.posted == ["act=remove"]


def test_a_line_feed_after_the_return_presses_nothing_either(page: Page, kit: Site, scanner: Scanner) -> None:
    page.get_by_role("button", name="Ta bort").focus()
    scanner.scan(LABEL)
    scanner.key(5, code="Enter", key="Enter", text="\r", windowsVirtualKeyCode=13)
    page.wait_for_timeout(200)
    assert kit.posted == []


@pytest.mark.parametrize("field", ["#note", "#reference"])
def test_the_focused_field_gets_its_text_back(page: Page, kit: Site, scanner: Scanner, field: str) -> None:
    page.fill(field, "före efter")
    page.locator(field).evaluate("(e) => e.setSelectionRange(4, 4)")
    scanner.scan(LABEL, layout=SWEDISH)
    assert codes(page) == [CODE]
    assert page.input_value(field) == "före efter"
    assert page.locator(field).evaluate("(e) => [e.selectionStart, e.selectionEnd]") == [4, 4]
    expect(page.locator(field)).to_be_focused()
    assert kit.posted == []


def test_a_choice_made_by_the_scanners_letters_is_unmade(page: Page, scanner: Scanner) -> None:
    page.locator("#kind").focus()
    scanner.scan(next(made for made in map(code, range(1000)) if made[0] == "G"))  # would choose "gallrad"
    assert len(codes(page)) == 1
    assert page.input_value("#kind") == "on_place"


def test_a_field_for_codes_takes_the_code(page: Page, kit: Site, scanner: Scanner) -> None:
    page.reload()
    page.locator("#label").focus()
    scanner.scan(LABEL)
    assert page.input_value("#label") == CODE
    assert page.url == f"{kit.url}/parts"


def test_a_person_typing_is_left_alone(page: Page, scanner: Scanner) -> None:
    page.locator("#note").focus()
    scanner.scan(CODE, gap=130)
    assert codes(page) == []
    assert page.input_value("#note") == f"{CODE}\n"


def test_a_quick_typist_is_left_alone(page: Page, scanner: Scanner) -> None:
    page.locator("#note").focus()
    scanner.scan(CODE, gap=45)
    assert codes(page) == []
    assert page.input_value("#note") == f"{CODE}\n"


def test_a_pause_begins_a_new_burst(page: Page, scanner: Scanner) -> None:
    scanner.scan(CODE[:4], suffix="")
    scanner.scan(CODE[4:], after=70)
    assert codes(page) == []
    scanner.scan("4711", suffix="")
    scanner.scan(CODE, after=70)
    assert codes(page) == [CODE]


def test_a_wrong_check_character_is_no_scan(page: Page, kit: Site, scanner: Scanner) -> None:
    wrong = CODE[:-1] + next(c for c in ALPHABET if c != CODE[-1])
    page.locator("#note").focus()
    scanner.scan(wrong)
    assert codes(page) == []
    assert page.input_value("#note") == f"{wrong}\n"
    page.get_by_role("button", name="Ta bort").focus()
    scanner.scan(wrong)
    page.wait_for_timeout(200)
    assert page.evaluate("unread") == [wrong]
    assert kit.posted == []
    expect(page.get_by_role("status")).to_contain_text("inte är en av arkivets koder")


def test_plain_words_are_no_scan(page: Page, scanner: Scanner) -> None:
    page.locator("#note").focus()
    scanner.scan("akten ligger i box 7")
    assert codes(page) == []
    assert page.input_value("#note") == "akten ligger i box 7\n"


def test_a_longer_word_that_ends_like_a_code_is_no_scan(page: Page, scanner: Scanner) -> None:
    page.locator("#note").focus()
    scanner.scan(f"X{CODE}")
    assert codes(page) == []


def test_ten_scans_a_second_are_all_heard_apart(page: Page, scanner: Scanner) -> None:
    made = [code(seed) for seed in range(40)]
    for each in made:
        scanner.scan(each, after=72, gap=2.5)
    assert codes(page) == made


def test_what_nobody_takes_is_opened(page: Page, kit: Site, scanner: Scanner) -> None:
    page.reload()
    scanner.scan(LABEL)
    expect(page).to_have_url(f"{kit.url}/S/{CODE}")


def test_what_is_written_is_not_lost_to_a_scan(page: Page, kit: Site, scanner: Scanner) -> None:
    page.reload()
    page.fill("#note", "halvskrivet")
    scanner.scan(LABEL)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("inte sparat")
    dialog.get_by_role("button", name="Nej, gå tillbaka").click()
    assert page.input_value("#note") == "halvskrivet"
    scanner.scan(LABEL)
    dialog.get_by_role("button", name="Ja, fortsätt").click()
    expect(page).to_have_url(re.compile(f"/S/{CODE}$"))
