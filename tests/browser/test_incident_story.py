"""A file is missed, searched for in vain, told of in time, found in another cover: in the browser."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from archive.files import wanted
from archive.incidents import nightly, reporting
from archive.integrity import checks
from archive.kernel.clock import local
from archive.kernel.store import Archive
from archive.notifications import deadlines
from archive.places import places
from archive.vocabulary import ClockState, IncidentState, Role
from tests.browser.axe import violations, widest
from tests.browser.browser import DESK, HAND, swedish
from tests.builders import PASSWORD, SetClock, a_box, a_file, a_person
from tests.verbs.deliveries.delivering import Scene, a_scene
from tests.verbs.incidents.incident_play import a_colleague, a_unit

pytestmark = pytest.mark.engines(
    "sqlite"
)  # the browser is what is tested; the verbs run on both in tests/verbs

UNIT = "Barn och familj"
CASE = "/incidents/1"
STAFF = {
    "hanna": Role.CASE_WORKER,
    "asta": Role.ARCHIVIST,
    "chefen": Role.MANAGER,
    "ombudet": Role.DATA_PROTECTION_OFFICER,
    "rut": Role.REGISTRAR,
    "sara": Role.LEX_SARAH_OFFICER,
    "delegaten": Role.DELEGATE,
    "anna": Role.ASSISTANT,
    "berit": Role.ASSISTANT,
    "cilla": Role.ROOM_KEEPER,
}
RECEIPT = b"%PDF-1.7 kvitto"
# What is required and not said yet is filled in plainly, as somebody would who has nothing special to say.
FILL = """([form, moment, day]) => {
  const said = new Set();
  for (const one of form.elements) {
    const label = form.querySelector(`label[for="${one.id}"]`)?.textContent ?? "";
    if (one.name.startsWith("_") || one.name.endsWith("-name") || label.includes("(frivilligt)")) continue;
    const group = [...form.elements].filter((other) => other.name === one.name);
    if (one.type === "radio" && !group.some((other) => other.checked)) {
      (group.find((other) => other.value === "no") ?? group[0]).checked = true;
    } else if (one.type === "checkbox" && !group.some((other) => other.checked)) {
      const legend = one.closest("fieldset")?.querySelector("legend")?.textContent ?? "";
      if (!legend.includes("(frivilligt)")) one.checked = true;
    } else if (one.tagName === "SELECT" && !one.value) one.selectedIndex = 1;
    else if (one.tagName === "TEXTAREA" && !one.value) one.value = "några ord";
    else if (one.type === "datetime-local" && !one.value) one.value = moment;
    else if (one.type === "date" && !one.value) one.value = day;
    else if (one.type === "text" && !one.value) one.value = "1";
  }
}"""


@dataclass
class Clerk:
    """One person with a browser of their own."""

    login: str
    key: str
    page: Page
    served: str
    clock: SetClock
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, said: Any) -> None:
        # A form that leads to further questions is answered with 422, which Chromium reports.
        if said.type in ("error", "warning") and "422" not in said.text:
            self.complaints.append(said.text)

    def enter(self) -> None:
        """Sign in."""
        self.go("/sign-in")
        self.page.fill("#login", self.login)
        self.page.fill("#password", PASSWORD)
        self.page.press("#password", "Enter")
        self.page.wait_for_url(f"{self.served}/")

    def go(self, path: str) -> None:
        """Open a page."""
        self.page.goto(f"{self.served}{path}")

    def press(self, name: str) -> None:
        """Press a button, or a link that looks like one."""
        self.page.locator("main").get_by_role("button", name=name).first.click()

    def sees(self, *sentences: str) -> None:
        """See sentences on the page."""
        for sentence in sentences:
            expect(self.page.locator("main")).to_contain_text(sentence)

    def step(self, name: str, **answers: str | list[str] | bytes) -> None:
        """Fill in a step's form as asked, question after question, and write it down."""
        self.go(f"{CASE}/steps/{name}")
        for question, answer in answers.items():
            if not self._asked(question).count():
                self.press("Visa frågorna som följer av mina svar")
            self._say(question, answer)
        now = local(self.clock())
        for _round in range(3):
            form = self.page.locator("form:has(#step-fields)")
            self.page.evaluate(FILL, [form.element_handle(), f"{now:%Y-%m-%dT%H:%M}", f"{now:%Y-%m-%d}"])
            for question, answer in answers.items():
                self._say(question, answer)
            self.press("Klart: anteckna")
            if self.page.url.endswith(CASE):
                break
        assert self.page.url.endswith(CASE), self.page.locator(".govuk-error-summary").inner_text()
        self.sees("Antecknat.")

    def _asked(self, question: str) -> Locator:
        return self.page.locator(f'#step-fields [name="{question}"]')

    def _say(self, question: str, answer: str | list[str] | bytes) -> None:
        first = self._asked(question).first
        kind = first.evaluate("(one) => one.type")
        if isinstance(answer, bytes):
            paper = {"name": "kvitto.pdf", "mimeType": "application/pdf", "buffer": answer}
            self._asked(question).set_input_files(paper)  # type: ignore[arg-type]
        elif kind in {"radio", "checkbox"}:
            for value in [answer] if isinstance(answer, str) else answer:
                self.page.locator(f'#step-fields [name="{question}"][value="{value}"]').check()
        elif kind == "select-one":
            first.select_option(answer)
        else:
            assert isinstance(answer, str)
            first.fill(answer)


@dataclass
class City:
    """An archive with a delivery packed and ready to leave, and one file that lies where nobody knows."""

    archive: Archive
    clock: SetClock
    file: str
    file_id: int
    box: str
    scene: Scene
    staff: dict[str, Clerk] = field(default_factory=dict)

    def later(self, *who: str, **span: float) -> None:
        """Let time pass; the worker comes by, and those who go on working sign in again."""
        self.clock.forward(**span)
        nightly.sweep(self.archive)
        deadlines.sweep(self.archive)
        for login in who:
            self.staff[login].enter()


@pytest.fixture
def city(archive: Archive, browser: Browser, served: str, clock: SetClock) -> Iterator[City]:
    """Seed the delivery up to its cover checks, and give everybody a browser."""
    actors = {
        login: a_colleague(archive, login, role, unit=UNIT if role is Role.MANAGER else "")
        for login, role in STAFF.items()
    }
    scene = a_scene(archive, routines=True)  # its own archivist comes after Asta, who answers for the case
    scene.plan(3)
    with archive.write(actors["asta"]) as work:
        box = a_box(work, places.get(work, scene.home), "7")
        file = a_file(work, box, a_person(work, "Åkerström", "Birgitta"), reference="P0001234")
        a_file(work, box, a_person(work, "Holm", "Per"), reference="P0001233")
        file.unit_id = a_unit(work, UNIT)
    scene.pack_all(0, 1, 2)
    city = City(archive, clock, file.code, file.id, box.code, scene)
    with ExitStack() as stack:
        for login, actor in actors.items():
            context = stack.enter_context(swedish(browser, viewport=HAND if login == "hanna" else DESK))
            city.staff[login] = Clerk(login, actor.id, context.new_page(), served, clock)
        yield city
        assert [said for one in city.staff.values() for said in one.complaints] == []


def words(pdf: bytes) -> str:
    """Return the words on a paper, in reading order."""
    command = ["pdftotext", "-layout", "-", "-"]
    return " ".join(
        subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode().split()
    )


def test_the_citys_story_from_the_first_doubt_to_the_report_on_paper(city: City) -> None:
    people = city.staff
    hanna, asta, chefen, berit = (people[name] for name in ("hanna", "asta", "chefen", "berit"))
    _a_case_worker_misses_it_with_one_click(hanna, city)
    _the_tracks_start_side_by_side(city)
    _two_search_in_vain(city)
    _the_authority_is_told_in_time(city)
    _the_receiver_finds_it_in_anothers_cover(city)

    asta.enter()
    asta.go(CASE)
    asta.sees("Sedd medan den är efterlyst", "ska besvaras")
    asta.press("Skriv vad det var")
    found = {"right": "yes", "found_by": berit.key, "how": "delivery", "in_cover": "yes", "state": "whole"}
    holder = city.scene.code(0)
    asta.step(
        "confirm_find", **found, cover_file=holder, exposed="no", where="I ett annat omslag i leveransen"
    )
    asta.go(f"{CASE}/steps/after_find")
    expect(asta.page.locator("#cover_log")).to_have_value(re.compile("leverans"))
    asta.step("after_find", consequences="Borta i två dygn", told=["manager", "data_protection_officer"])
    asta.sees("återfunnen")
    _the_rest_is_done_and_the_case_closed(city)
    _the_report_tells_all_of_it(city)
    with city.archive.read(city.scene.receiver) as work:
        assert not wanted.by_file(work, [city.file_id])
        assert [finding.say() for finding in checks.everything(work)] == []
    assert chefen.complaints == []


def _a_case_worker_misses_it_with_one_click(hanna: Clerk, city: City) -> None:
    hanna.enter()
    hanna.go(f"/files/{city.file}")
    hanna.page.get_by_role("link", name="Går den inte att hitta? Anmäl det").click()
    hanna.page.fill("#waiting", "Klienten själv")
    hanna.page.fill("#purpose", "Begäran om utlämnande")
    hanna.press("Anmäl")
    expect(hanna.page.get_by_role("heading", level=1)).to_have_text("Ärende 1")
    hanna.sees("Anmält. Tiderna har börjat räknas.", "Begäran om utlämnande")
    assert widest(hanna.page) is None
    assert violations(hanna.page, language="sv") == []


def _the_tracks_start_side_by_side(city: City) -> None:
    people = city.staff
    for login in ("asta", "chefen", "ombudet", "rut", "cilla"):
        people[login].enter()
    asta, chefen = people["asta"], people["chefen"]
    for told in (asta, chefen, people["ombudet"]):
        told.go("/messages")
        told.sees("Ärende 1")
    asta.go("/incidents/")
    asta.sees("Ärende 1", "misstänkt", "kvar", "Asta")
    asta.go(CASE)
    tracks = (
        "Människor först",
        "Säkra",
        "Registerkontroller",
        "Sökning",
        "Personuppgiftsincident",
        "Lex Sarah",
    )
    for track in tracks:
        open_steps = asta.page.locator(
            "section", has=asta.page.get_by_role("heading", name=track, exact=True)
        )
        expect(open_steps.locator(".ak-listing__link").first).to_be_visible()
    assert violations(asta.page, language="sv") == []
    asta.step("tell_manager", told=chefen.key, owner=asta.key)
    asta.step("tell_dpo")
    chefen.step(
        "screen_risk", protected="no", child="no", ongoing="no", crime="no", risk="Kan läsas av grannar"
    )
    people["cilla"].step("secure_room", place=city.box, stopped=["bins", "transports", "keys"], signs="no")
    asta.step("record_checks")
    asta.step("lex_sarah_report", consequence="Utredningen dröjer")
    people["rut"].step("diary", number="SN-2026/117")
    asta.step("interim_answer", decision_wanted="no", answer="Vi söker, svar på fredag")
    chefen.go("/incidents/mine")
    chefen.sees("Besluta om anmälan till IMY")


def _two_search_in_vain(city: City) -> None:
    anna, berit = city.staff["anna"], city.staff["berit"]
    anna.enter()
    anna.go(f"{CASE}/plan")
    anna.sees("uppskattning, ej mätt")
    assert violations(anna.page, language="sv") == []
    anna.press("Inte här")
    anna.sees("genomsökt 1 gång")
    anna.step(
        "first_search", searched_by=anna.key, result="nothing", searched="Boxen och grannarna", minutes="25"
    )
    city.later(hours=20)
    berit.enter()
    berit.step("second_search", searched_by=berit.key, result="nothing", searched="Alla omslag i hyllan")
    berit.go(CASE)
    berit.sees("eftersöks", "3 sökningar")


def _the_authority_is_told_in_time(city: City) -> None:
    asta, chefen = city.staff["asta"], city.staff["chefen"]
    city.later("asta", "chefen", hours=6)
    effects = {"facts": "En akt är borta", "effects": "Känsliga uppgifter", "measures": "Sökning pågår"}
    chefen.step("decide_notification", notify="yes", risk="high", **effects)
    city.later("asta", "chefen", hours=2)
    asta.step("notify_imy", part="complete", **{"receipt-paper": RECEIPT})
    chefen.step("decide_inform", high_risk="no", inform="no", reason="Akten kan ännu finnas i huset")
    with city.archive.read(city.scene.receiver) as work:
        clocks = {
            one.title["sv"]: deadlines.state(one, work.now)
            for one in deadlines.for_streams(work, "incident:1")
        }
    assert clocks["Anmäl till IMY"] is ClockState.MET


def _the_receiver_finds_it_in_anothers_cover(city: City) -> None:
    scene, berit = city.scene, city.staff["berit"]
    scene.dispatch()
    scene.receive_all(0, 1, 2)
    city.later("berit", hours=18)
    berit.go("/covers/")
    berit.page.fill("#text", scene.code(0))
    berit.page.press("#text", "Enter")
    berit.page.get_by_text("En annan akt, eller papper ur en, ligger i omslaget").click()
    berit.page.fill("#other", city.file)
    berit.press("Anteckna, och ställ båda åt sidan")
    notice = berit.page.get_by_role("alertdialog")
    expect(notice).to_contain_text("STOPP – efterlyst")
    expect(notice.locator("[tabindex]")).to_be_focused()
    box = notice.bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (DESK["width"], DESK["height"])
    assert violations(berit.page, language="sv") == []
    notice.get_by_role("link", name="Jag behåller den hos mig: gå vidare").click()
    expect(notice).to_have_count(0)
    with city.archive.read(scene.receiver) as work:
        assert reporting.get(work, 1).status is IncidentState.SEARCHING, "a sighting clears nothing"


def _the_rest_is_done_and_the_case_closed(city: City) -> None:
    """Let whoever it falls to do what is still open, and close last."""
    city.later("asta", "chefen", "sara", "delegaten", "ombudet", "cilla", hours=1)
    asta = city.staff["asta"]
    able = [city.staff[name] for name in ("asta", "chefen", "sara", "delegaten", "ombudet", "cilla")]
    answers: dict[str, dict[str, str]] = {
        "lessons": {"cause": "wrong_cover", "measures_needed": "yes", "measures": "Två läser omslagen"},
        "follow_up": {"helped": "yes"},
        "final_answer": {"answer": "Akten är hittad och lämnas ut"},
        "close": {"read": "yes", "summary": "Hittad i ett annat omslag"},
    }
    for _step in range(30):
        asta.go(CASE)
        links = asta.page.locator(".ak-tracks .ak-listing__link").evaluate_all(
            "(all) => all.map((one) => one.href)"
        )
        waiting = sorted((link.rsplit("/", 1)[1] for link in links), key=lambda step: step == "close")
        if not waiting:
            break
        for clerk in able:
            clerk.go(f"{CASE}/steps/{waiting[0]}")
            if clerk.page.locator("#step-fields").count():
                clerk.step(waiting[0], **answers.get(waiting[0], {}))
                break
    asta.sees("Det som rapporten säger är fastställt")
    with city.archive.read(city.scene.receiver) as work:
        assert reporting.get(work, 1).status is IncidentState.CLOSED


def _the_report_tells_all_of_it(city: City) -> None:
    asta, cover = city.staff["asta"], city.scene.code(0)
    full, bare = (
        words(asta.page.request.get(f"{city.staff['asta'].served}{CASE}/report.pdf{query}").body())
        for query in ("", "?bare=1")
    )
    both = ("SN-2026/117", "vem som haft akten", "sökningar", "anmäl till IMY", "klar i tid", "inte hittad")
    for told in (*both, "återfunnen", "sida 1 av", "kontrollvärde"):
        assert told.lower() in full.lower(), told
        assert told.lower() in bare.lower(), told
    free = (
        "Boxen och grannarna",
        "Klienten själv",
        "Alla omslag i hyllan",
        "Två läser omslagen",
        "kvitto.pdf",
    )
    for told in ("P0001234", "Hanna", "Asta", "Berit", "arkivbox 7", "kvitto.pdf", *free):
        assert told in full, told
        assert told not in bare, told
    assert cover in full.replace(" ", "")
    assert cover not in bare.replace(" ", "")
    assert "Åkerström" not in full + bare, "the report names the file, never the person"
