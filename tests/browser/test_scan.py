"""The scan page in a real browser: a scanner's keys, lost answers, dead servers, no script at all."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import func, select
from sqlmodel import col

from archive.codes import codes
from archive.files import files
from archive.kernel.clock import Clock
from archive.kernel.config import Settings
from archive.kernel.store import Actor, Archive
from archive.loans import loans
from archive.loans.loans import Request
from archive.models import CaseFile, Event, Place, Scan
from archive.places import places
from archive.vocabulary import EventKind, LabelReason, LoanPurpose, Protection, Role
from labels.codes import make_many
from tests.browser.axe import violations, widest
from tests.browser.browser import DESK, HAND, swedish
from tests.browser.test_wedge import SWEDISH, Scanner
from tests.builders import PASSWORD, RunningClock, a_box, a_file, a_person, a_shelf, user_in_role

PER_SECOND = 10
ANSWERS = "**/scan/answers"


@pytest.fixture
def clock() -> Clock:
    """Let time pass, long before any machine's: a scan tells how long it waited, and a server has its own."""
    return RunningClock(datetime(2020, 1, 7, 8, tzinfo=UTC))


@dataclass
class Stock:
    """What there is to scan."""

    boxes: list[Place] = field(default_factory=list)
    files: list[CaseFile] = field(default_factory=list)


@pytest.fixture
def stock(archive: Archive, root: Actor) -> Stock:
    """Give a shelf with four boxes, and thirty files on the shelf."""
    made = Stock()
    with archive.write(root) as work:
        shelf = a_shelf(work)
        made.boxes = [a_box(work, shelf, str(number)) for number in range(1, 5)]
        made.files = [a_file(work, shelf) for _ in range(30)]
    return made


@pytest.fixture
def enter(archive: Archive, served: str) -> Callable[..., None]:
    """Sign a role in and open the scan page."""

    def enter(page: Page, role: Role = Role.ARCHIVIST, at: str = served, path: str = "/scan") -> None:
        user_in_role(archive, role)
        sign_in(page, role, at)
        page.goto(f"{at}{path}")

    return enter


def sign_in(page: Page, role: Role, at: str) -> None:
    """Sign in as a role's user does."""
    page.goto(f"{at}/sign-in")
    page.fill("#login", role.value)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url(f"{at}/")


def scanner(page: Page) -> Scanner:
    """Give a hand-held scanner plugged into the page's computer."""
    return Scanner(page.context.new_cdp_session(page))


def unsent(page: Page, count: int, timeout: float = 30_000) -> None:
    """Wait until so many scans wait to be sent."""
    expect(page.locator("#scan-count")).to_have_text(str(count), timeout=timeout)


def heading(page: Page) -> Any:
    """Return what the large state says first."""
    return page.locator("#scan-state .ak-state__heading")


def rows(archive: Archive, actor: Actor) -> int:
    """Count the scans that reached the register."""
    with archive.read(actor) as work:
        return work.session.scalar(select(func.count()).select_from(Scan)) or 0


def place_of(archive: Archive, actor: Actor, file: CaseFile) -> int:
    """Return where a file is recorded."""
    with archive.read(actor) as work:
        return files.get(work, file.id).place_id


def moves(archive: Archive, actor: Actor, file: CaseFile) -> int:
    """Count the recorded moves of a file."""
    with archive.read(actor) as work:
        moved = (col(Event.stream) == file.stream, col(Event.kind) == EventKind.FILE_MOVED.value)
        return work.session.scalar(select(func.count()).select_from(Event).where(*moved)) or 0


def tell_nothing(page: Page) -> None:
    """Let the browser complain of answers that this test makes fail on purpose."""
    page.complaints.clear()  # type: ignore[attr-defined]


def test_ten_scans_a_second_are_all_recorded_none_lost_none_merged(
    page: Page, enter: Callable[..., None], stock: Stock, archive: Archive, root: Actor
) -> None:
    enter(page)
    hand = scanner(page)
    begun, sent = time.monotonic(), 0
    for box in stock.boxes:
        for thing in (box, *stock.files):
            time.sleep(max(0.0, begun + sent / PER_SECOND - time.monotonic()))
            hand.scan(thing.code, after=hand.waited(), gap=2)
            sent += 1
    unsent(page, 0, timeout=60_000)
    assert sent == 124
    assert rows(archive, root) == sent
    assert {place_of(archive, root, file) for file in stock.files} == {stock.boxes[-1].id}
    assert {moves(archive, root, file) for file in stock.files} == {len(stock.boxes)}
    expect(page.locator("#scan-here-count")).to_have_text(str(len(stock.files)))
    assert page.locator("#scan-rows > li").count() == 100  # the page keeps the latest


def test_a_whole_label_is_read_with_a_swedish_keyboard_wherever_the_focus_is(
    page: Page, enter: Callable[..., None], stock: Stock
) -> None:
    enter(page)
    hand = scanner(page)
    page.get_by_role("button", name="Skicka").focus()
    hand.scan(f"HTTPS://ARKIV.EXEMPEL.SE/S/{stock.boxes[0].code}", layout=SWEDISH)
    expect(heading(page)).to_have_text("Ställ akter på arkivbox 1")
    page.locator("#carry").focus()
    hand.scan(f"HTTPS://ARKIV.EXEMPEL.SE/S/{stock.files[0].code}", layout=SWEDISH)
    expect(heading(page)).to_have_text(f"Flyttad: {stock.files[0].reference}")
    assert page.locator("#scan-rows > li").count() == 2


def test_what_the_scanner_could_not_read_is_said_at_once(
    page: Page, enter: Callable[..., None], archive: Archive, root: Actor
) -> None:
    enter(page)
    page.get_by_role("button", name="Skicka").focus()
    scanner(page).scan("7350012345678")
    expect(heading(page)).to_have_text("Inte en av våra koder")
    unsent(page, 0)
    assert rows(archive, root) == 1


def test_a_code_is_typed_with_the_keyboard_alone_and_undone(
    page: Page, enter: Callable[..., None], stock: Stock, archive: Archive, root: Actor
) -> None:
    enter(page)
    for thing in (stock.boxes[0], stock.files[0]):
        page.keyboard.type(f"{thing.code[:5].lower()} {thing.code[5:]}", delay=70)
        page.keyboard.press("Enter")
        unsent(page, 0)
    expect(heading(page)).to_have_text(f"Flyttad: {stock.files[0].reference}")
    for _press in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "Ångra":
            break
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text(f"Ångrad: {stock.files[0].reference}")
    expect(page.locator("#text")).to_be_focused()
    expect(page.locator("#scan-here-count")).to_have_text("0")
    assert place_of(archive, root, stock.files[0]) != stock.boxes[0].id


def test_an_answer_that_got_lost_is_asked_for_again_and_nothing_is_done_twice(
    page: Page, enter: Callable[..., None], stock: Stock, archive: Archive, root: Actor
) -> None:
    enter(page, path=f"/scan?place={stock.boxes[0].code}")
    lost: list[str] = []

    def lose(route: Route) -> None:
        route.fetch()  # the server has committed when this returns
        lost.append(route.request.post_data_json["id"])
        route.abort()

    page.route(ANSWERS, lose)
    scanner(page).scan(stock.files[0].code)
    expect(page.locator("#scan-problem")).to_contain_text("Servern svarar inte")
    unsent(page, 1)
    assert moves(archive, root, stock.files[0]) == 1
    page.unroute(ANSWERS)
    unsent(page, 0)
    expect(heading(page)).to_have_text(f"Flyttad: {stock.files[0].reference}")
    assert (rows(archive, root), moves(archive, root, stock.files[0])) == (1, 1)
    assert len(set(lost)) == 1
    tell_nothing(page)


def test_what_is_not_sent_survives_a_reload_with_its_place(
    page: Page, enter: Callable[..., None], stock: Stock, archive: Archive, root: Actor
) -> None:
    enter(page)
    page.on("dialog", lambda dialog: dialog.accept())
    hand = scanner(page)
    hand.scan(stock.boxes[1].code)
    unsent(page, 0)
    page.route(ANSWERS, lambda route: route.abort())
    for file in stock.files[:3]:
        hand.scan(file.code)
    unsent(page, 3)
    page.reload()
    unsent(page, 3)
    page.goto(page.url.split("?")[0])  # as the menu does: without the place
    expect(page.locator("#scan-context-name")).to_have_text("arkivbox 2")
    page.unroute(ANSWERS)
    unsent(page, 0)
    assert {place_of(archive, root, file) for file in stock.files[:3]} == {stock.boxes[1].id}
    assert rows(archive, root) == 4
    tell_nothing(page)


def test_leaving_the_page_with_unsent_scans_is_asked_about(
    page: Page, enter: Callable[..., None], stock: Stock, served: str
) -> None:
    enter(page)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.route(ANSWERS, lambda route: route.abort())
    scanner(page).scan(stock.files[0].code)
    unsent(page, 1)
    page.locator("h2").first.click()  # browsers ask only somebody who has touched the page
    page.goto(f"{served}/help", wait_until="networkidle")
    assert asked == ["beforeunload"]
    tell_nothing(page)


def test_signed_out_the_scans_wait_for_the_one_who_made_them(
    page: Page, enter: Callable[..., None], stock: Stock, served: str, archive: Archive, root: Actor
) -> None:
    enter(page, path=f"/scan?place={stock.boxes[0].code}")
    user_in_role(archive, Role.ASSISTANT)
    other = page.context.new_page()
    other.goto(f"{served}/help")
    other.get_by_role("button", name="Logga ut").click()
    scanner(page).scan(stock.files[0].code)
    expect(page.locator("#scan-problem")).to_contain_text("Du har loggats ut")
    expect(page.get_by_role("link", name="Logga in i en ny flik")).to_be_visible()
    sign_in(other, Role.ASSISTANT, served)
    expect(page.locator("#scan-problem")).to_contain_text("Någon annan har gjort", timeout=10_000)
    unsent(page, 1)
    assert rows(archive, root) == 0
    other.get_by_role("button", name="Logga ut").click()
    sign_in(other, Role.ARCHIVIST, served)
    unsent(page, 0)
    assert place_of(archive, root, stock.files[0]) == stock.boxes[0].id
    tell_nothing(page)


def test_a_place_that_is_refused_is_left_so_that_nothing_lands_on_the_one_before(
    page: Page, enter: Callable[..., None], stock: Stock, archive: Archive, root: Actor
) -> None:
    with archive.write(root) as work:
        places.close(work, places.get(work, stock.boxes[3].id))
    enter(page)
    hand = scanner(page)
    for code in (stock.boxes[0].code, stock.boxes[3].code, stock.files[0].code):
        hand.scan(code)
    unsent(page, 0)
    expect(page.locator("#scan-context-name")).to_have_text("ingen plats vald")
    expect(heading(page)).to_have_text(stock.files[0].reference)
    assert moves(archive, root, stock.files[0]) == 0


def test_leaving_a_place_waits_its_turn(
    page: Page, enter: Callable[..., None], stock: Stock, archive: Archive, root: Actor
) -> None:
    enter(page, path=f"/scan?place={stock.boxes[0].code}")
    hand = scanner(page)
    page.route(ANSWERS, lambda route: route.abort())
    hand.scan(stock.files[0].code)
    page.get_by_role("link", name="Lämna platsen").click()
    hand.scan(stock.files[1].code)
    unsent(page, 2)
    page.unroute(ANSWERS)
    unsent(page, 0)
    assert place_of(archive, root, stock.files[0]) == stock.boxes[0].id
    assert moves(archive, root, stock.files[1]) == 0
    tell_nothing(page)


def test_a_scan_the_server_will_not_take_is_shown_and_the_next_goes_on(
    page: Page, enter: Callable[..., None], stock: Stock, archive: Archive, root: Actor
) -> None:
    enter(page, path=f"/scan?place={stock.boxes[0].code}")
    problem = '{"status": 422, "code": "scan_id", "detail": "Den gick inte att ta emot."}'

    def refuse(route: Route) -> None:
        route.fulfill(status=422, content_type="application/problem+json", body=problem)

    page.route(ANSWERS, refuse, times=1)
    hand = scanner(page)
    hand.scan(stock.files[0].code)
    expect(heading(page)).to_have_text(f"Inte registrerad: {stock.files[0].code}")
    expect(page.locator("#scan-rows > li").first).to_contain_text("Den gick inte att ta emot.")
    expect(page.locator("#scan-context-name")).to_have_text("ingen plats vald")
    hand.scan(stock.files[1].code)
    unsent(page, 0)
    assert rows(archive, root) == 1
    tell_nothing(page)


def test_what_will_never_be_sent_can_be_thrown_away_after_a_question(
    page: Page, enter: Callable[..., None], stock: Stock, archive: Archive, root: Actor
) -> None:
    enter(page)
    page.route(ANSWERS, lambda route: route.fulfill(status=500, body="{}"))
    scanner(page).scan(stock.files[0].code)
    button = page.get_by_role("button", name="Kasta de ej skickade")
    expect(button).to_be_visible(timeout=15_000)
    button.click()
    page.get_by_role("dialog").get_by_role("button", name="Kasta de ej skickade").click()
    unsent(page, 0)
    page.unroute(ANSWERS)
    page.wait_for_timeout(2500)
    assert rows(archive, root) == 0
    tell_nothing(page)


def test_each_outcome_has_its_sound_and_silence_is_a_choice_that_lasts(
    page: Page, enter: Callable[..., None], stock: Stock
) -> None:
    enter(page)
    listen = """() => { window.heard = [];
      document.addEventListener("played", (e) => window.heard.push(e.detail.outcome)); }"""
    page.evaluate(listen)
    hand = scanner(page)
    for text in (stock.boxes[0].code, stock.files[0].code, stock.files[0].code, make_many(1)[0]):
        hand.scan(text)
    unsent(page, 0)
    assert page.evaluate("heard") == ["info", "ok", "info", "refused"]
    page.get_by_role("button", name="Ljud").click()
    page.reload()
    page.evaluate(listen)
    hand.scan(stock.files[1].code)
    unsent(page, 0)
    assert page.evaluate("heard") == []


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """Give a page in a browser without JavaScript."""
    context = swedish(browser, viewport=DESK, java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_without_scripts_a_scanner_types_into_the_field_and_the_page_answers(
    plain: Page, enter: Callable[..., None], stock: Stock, archive: Archive, root: Actor
) -> None:
    enter(plain)
    for thing in (stock.boxes[0], stock.files[0], stock.files[1]):
        expect(plain.locator("#text")).to_be_focused()  # from the start
        plain.keyboard.type(thing.code)
        with plain.expect_navigation():
            plain.keyboard.press("Enter")
    expect(heading(plain)).to_have_text(f"Flyttad: {stock.files[1].reference}")
    expect(plain.locator("#scan-context-name")).to_have_text("arkivbox 1")
    plain.get_by_role("button", name="Ångra").first.click()
    expect(heading(plain)).to_have_text(f"Ångrad: {stock.files[1].reference}")
    assert place_of(archive, root, stock.files[0]) == stock.boxes[0].id
    assert place_of(archive, root, stock.files[1]) != stock.boxes[0].id
    expect(plain.locator("#scan-script")).to_be_hidden()


@pytest.fixture
def outcomes(archive: Archive, root: Actor, stock: Stock) -> list[str]:
    """Give codes that, scanned in this order, lead to every kind of answer."""
    with archive.write(root) as work:
        shelf = places.get(work, files.get(work, stock.files[0].id).place_id)
        hidden = a_file(work, shelf, a_person(work, protection=Protection.MARKED))
        blank = codes.print_blanks(work, 1, "test").codes[0]
        lent, renewed = (files.get(work, stock.files[number].id) for number in (1, 2))
        old = renewed.code
        codes.print_labels(work, [renewed], "test")
        codes.print_labels(work, [renewed], "test", LabelReason.DAMAGED)
        request = Request("Karin Berg", LoanPurpose.CASE_WORK, work.now.date())
        loans.hand_out(work, lent, request)
        places.close(work, places.get(work, stock.boxes[3].id))
    usual, box = stock.files[0].code, stock.boxes[0].code
    lone = [usual, lent.code, hidden.code, blank, old, make_many(1)[0], "hej", stock.boxes[3].code]
    return [*lone, box, usual, usual, lent.code, hidden.code, make_many(1)[0]]


@pytest.mark.parametrize(
    ("language", "size"),
    [("sv", HAND), pytest.param("sv", DESK, marks=pytest.mark.thorough), ("en", HAND)],
)
def test_every_answer_is_for_everyone_and_fits_the_hand(
    page: Page, enter: Callable[..., None], outcomes: list[str], language: str, size: dict[str, int]
) -> None:
    page.set_viewport_size(size)
    enter(page)
    if language == "en":
        page.get_by_role("button", name="English").click()
    found = violations(page)
    for code in outcomes:
        page.fill("#text", code)
        page.press("#text", "Enter")
        unsent(page, 0)
        page.wait_for_timeout(200)  # the colour comes in
        found += violations(page)
        assert widest(page) is None
        assert page.locator("#scan-state").bounding_box()["y"] >= 0
    assert found == []


def test_the_answer_is_in_sight_however_far_down_one_was(
    page: Page, enter: Callable[..., None], stock: Stock
) -> None:
    page.set_viewport_size(HAND)
    enter(page)
    hand = scanner(page)
    for file in stock.files[:12]:
        hand.scan(file.code)
    unsent(page, 0)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    hand.scan(stock.files[12].code)
    expect(heading(page)).to_have_text(stock.files[12].reference)
    expect(page.locator("#scan-state")).to_be_in_viewport()


class Process:
    """The whole server as a process of its own, to be killed and started again."""

    def __init__(self, settings: Settings) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{probe.getsockname()[1]}"
        self._environment = os.environ | {
            "AKTSPAR_DATABASE_URL": settings.database_url,
            "AKTSPAR_MAC_KEY": settings.mac_key.hex(),
            "AKTSPAR_SECRET_KEY": settings.secret_key,
            "AKTSPAR_BIND": self.address,
            "AKTSPAR_BASE_URL": f"http://{self.address}",
        }
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "archive", "serve"]
        silent = subprocess.DEVNULL
        self._running = subprocess.Popen(
            command, env=self._environment, stdout=silent, stderr=silent, start_new_session=True
        )
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                with urlopen(f"http://{self.address}/health", timeout=5):
                    return
            except OSError:
                time.sleep(0.1)
        raise TimeoutError("the server does not answer")

    def kill(self) -> None:
        """Kill it and all it started, in the middle of whatever they do."""
        if self._running is not None:
            os.killpg(self._running.pid, signal.SIGKILL)
            self._running.wait()
            self._running = None


@pytest.fixture
def process(settings: Settings) -> Iterator[Process]:
    """Give a running server that can be killed."""
    process = Process(settings)
    process.start()
    yield process
    process.kill()


def test_a_server_killed_in_the_middle_loses_nothing_and_does_nothing_twice(
    page: Page, process: Process, stock: Stock, archive: Archive, root: Actor
) -> None:
    user_in_role(archive, Role.ARCHIVIST)
    at = f"http://{process.address}"
    sign_in(page, Role.ARCHIVIST, at)
    page.goto(f"{at}/scan")
    hand = scanner(page)
    hand.scan(stock.boxes[0].code)
    unsent(page, 0)
    for number, file in enumerate(stock.files):
        hand.scan(file.code, after=100)
        if number == 10:
            process.kill()
    expect(page.locator("#scan-problem")).to_contain_text("Servern svarar inte")
    waiting = int(page.locator("#scan-count").inner_text())
    assert waiting >= len(stock.files) - 11
    process.start()
    unsent(page, 0, timeout=60_000)
    assert rows(archive, root) == 1 + len(stock.files)
    assert {place_of(archive, root, file) for file in stock.files} == {stock.boxes[0].id}
    assert {moves(archive, root, file) for file in stock.files} == {1}
    expect(page.locator("#scan-here-count")).to_have_text(str(len(stock.files)))
    tell_nothing(page)
