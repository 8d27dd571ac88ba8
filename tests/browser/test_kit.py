"""The page frame and the macros, tried in a real browser under the strict policy they are served with."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import violations, widest
from tests.browser.browser import DESK, HAND, swedish
from tests.browser.kit.site import MENU, ROOT, Site

FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary"
LOOK = """() => {
  const parts = (s) => [s.outline, s.boxShadow, s.backgroundColor].join();
  const box = (e) => (e.labels?.[0] ? parts(getComputedStyle(e.labels[0], "::before")) : "");
  window.look = (e) => parts(getComputedStyle(e)) + box(e);
}"""
LISTEN = """() => {
  window.heard = [];
  document.addEventListener("played", (e) => heard.push(e.detail.outcome));
}"""


def test_every_macro_is_on_the_page_that_is_checked() -> None:
    sources = [path.read_text() for path in (ROOT / "templates/_macros").iterdir()]
    macros = {name for source in sources for name in re.findall(r"macro ([a-z]\w*)\(", source)}
    shown = (ROOT / "tests/browser/kit/kitchen_sink.html").read_text().split("{% block title %}")[1]
    internal = {"field_error", "error_summary"}  # used by the controls and by base.html
    assert {name for name in macros - internal if f"{name}(" not in shown} == set()


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("size", [DESK, HAND], ids=["desk", "hand"])
def test_every_macro_passes_axe(page: Page, kit: Site, size: dict[str, int], language: str) -> None:
    page.set_viewport_size(size)
    page.goto(f"{kit.url}/refused?language={language}")
    assert violations(page, language=language) == []


def test_axe_would_find_what_is_broken(page: Page) -> None:
    page.set_content(
        '<html lang="sv"><title>x</title><input><a href="#" style="color:#bbb">text</a><a href="#">y</a>'
    )
    found = " ".join(violations(page, language="sv"))
    for rule in ("label: Formulärelement måste ha etiketter", "color-contrast: ", "target-size: "):
        assert rule in found


@pytest.mark.parametrize("width", [390, 320])
def test_no_page_scrolls_sideways_in_the_hand(page: Page, kit: Site, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(f"{kit.url}/refused")
    assert widest(page) is None


def test_the_policy_is_really_enforced(page: Page, kit: Site) -> None:
    page.goto(f"{kit.url}/unsafe")
    assert any("Content Security Policy" in said for said in page.complaints)
    page.complaints.clear()


@pytest.mark.parametrize(("marked", "turned"), [("ak-number", False), ("ak-code", False), ("other", True)])
def test_a_number_or_code_beside_an_arabic_name_keeps_its_order(
    page: Page, kit: Site, marked: str, turned: bool
) -> None:
    page.goto(f"{kit.url}/")
    at = """(marked) => {
      const line = document.querySelector("main").appendChild(document.createElement("p"));
      line.innerHTML = `محمد علي <span class="${marked}">19900602-2397</span>`;
      const digits = line.querySelector("span").firstChild, range = document.createRange();
      return [0, 12].map((n) => { range.setStart(digits, n); range.setEnd(digits, n + 1);
                                  return range.getBoundingClientRect().left; });
    }"""
    first, last = page.evaluate(at, marked)
    assert (first > last) is turned


def test_every_control_is_reached_with_the_keyboard_and_shows_it(page: Page, kit: Site) -> None:
    page.goto(f"{kit.url}/")
    page.evaluate(LOOK)
    plain = page.evaluate(
        """(what) => [...document.querySelectorAll(what)].filter((e) => e.checkVisibility())
             .map((e, n) => { e.dataset.n = n; return look(e); })""",
        FOCUSABLE,
    )
    reached = {}
    for _ in range(len(plain) + 5):
        page.keyboard.press("Tab")
        n, now = page.evaluate("() => [document.activeElement.dataset.n, look(document.activeElement)]")
        if n is not None:
            reached[int(n)] = now
    # A group of radio buttons is one stop, then arrows.
    radios = page.evaluate(
        "() => [...document.querySelectorAll('[type=radio]:not(:checked)')].map((e) => +e.dataset.n)"
    )
    assert set(range(len(plain))) - set(reached) == set(radios)
    assert [n for n, look in reached.items() if look == plain[n]] == []


def test_the_skip_link_leads_past_the_menu(page: Page, kit: Site) -> None:
    page.goto(f"{kit.url}/")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Hoppa till innehållet")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_the_menu_opens_in_the_hand_and_names_where_one_is(page: Page, kit: Site) -> None:
    page.set_viewport_size(HAND)
    page.goto(f"{kit.url}/")
    menu = page.get_by_role("navigation", name="Meny")
    expect(menu.get_by_role("link", name="Sök")).to_be_hidden()
    menu.get_by_role("button", name="Meny").click()
    expect(menu.get_by_role("link")).to_have_text(MENU)
    expect(menu.locator("[aria-current]")).to_have_text("Sök")


def test_everything_is_there_without_javascript(browser: Browser, kit: Site) -> None:
    context = swedish(browser, viewport=HAND, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{kit.url}/")
    expect(page.get_by_role("navigation", name="Meny").get_by_role("link")).to_have_text(MENU)
    for name in ("Registrera", "Makulera", "Logga ut", "English", "Visa"):
        expect(page.get_by_role("button", name=name, exact=True).first).to_be_visible()
    page.get_by_role("button", name="Makulera").click()
    assert kit.posted == ["reason=mistake"]
    context.close()


def test_values_are_shown_not_run(page: Page, kit: Site) -> None:
    page.goto(f"{kit.url}/")
    assert page.input_value("#reference") == "<script>alert(1)</script>"


def test_the_error_summary_takes_the_focus_and_leads_to_the_field(page: Page, kit: Site) -> None:
    page.goto(f"{kit.url}/refused")
    expect(page).to_have_title("Fel: Akt 1987-0412 – Aktspår")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    page.get_by_role("link", name="Skriv alla tolv siffror.").click()
    expect(page.locator("#number")).to_be_focused()


def test_an_error_is_read_out_with_its_field(page: Page, kit: Site) -> None:
    page.goto(f"{kit.url}/")
    field = page.get_by_role("textbox", name="Personnummer")
    expect(field).to_have_accessible_description("Fel: Kontrollsiffran saknas. Skriv alla tolv siffror.")
    expect(field).to_have_attribute("aria-invalid", "true")


def test_what_just_happened_takes_the_focus(page: Page, kit: Site) -> None:
    page.goto(f"{kit.url}/message")
    expect(page.locator("#messages [role=alert]")).to_be_focused()


def test_rows_shown_as_cards_are_still_a_table(page: Page, kit: Site) -> None:
    page.set_viewport_size(HAND)
    page.goto(f"{kit.url}/")
    table = page.get_by_role("table", name="Akter på hyllplan 3")
    expect(table.get_by_role("row")).to_have_count(3)
    expect(table.get_by_role("rowheader").first).to_have_text("1987-0412")
    card = table.get_by_role("row").nth(1)
    # Browsers forget what a cell is when it is laid out otherwise, unless it says so itself.
    said = {cell.get_attribute("role") for cell in card.locator("th, td").all()}
    assert said == {"rowheader", "cell"}
    label = card.get_by_role("cell").nth(1).evaluate("(e) => getComputedStyle(e, '::before').content")
    assert label == '"Plats"'


def test_a_chart_stands_beside_its_table(page: Page, kit: Site) -> None:
    page.goto(f"{kit.url}/")
    chart = page.get_by_role("img", name="Var akterna är")
    expect(chart).to_have_accessible_name(re.compile("Centralarkivet 30\u00a0120"))
    widths = [float(bar.get_attribute("width").rstrip("%")) for bar in chart.locator("rect").all()]
    assert sum(widths) == pytest.approx(100, abs=0.01)
    rows = page.get_by_role("table", name="Var akterna är").get_by_role("row").all_inner_texts()
    assert [row.split("\t")[-2:] for row in rows][1] == ["30\u00a0120", "67\u00a0%"]
    assert rows[-1].endswith("<1\u00a0%")


def test_a_code_is_copied_without_its_gap(page: Page, kit: Site) -> None:
    page.goto(f"{kit.url}/")
    assert (
        page.locator(".ak-code").first.evaluate(
            "(e) => { getSelection().selectAllChildren(e); return getSelection().toString(); }"
        )
        == "A1B2C3D4EK"
    )


def test_a_deed_is_asked_about_first(page: Page, kit: Site) -> None:
    page.goto(f"{kit.url}/")
    page.get_by_role("button", name="Makulera").click()
    dialog = page.get_by_role("dialog", name="Vill du makulera akten?")
    expect(dialog.get_by_role("button", name="Nej, gå tillbaka")).to_be_focused()
    assert violations(page, within="dialog") == []
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Makulera")).to_be_focused()
    assert kit.posted == []
    page.get_by_role("button", name="Makulera").click()
    with page.expect_response("**/post"):
        dialog.get_by_role("button", name="Makulera").click()
    assert kit.posted == ["reason=mistake"]


def test_two_presses_send_a_form_once(page: Page, kit: Site) -> None:
    page.goto(f"{kit.url}/parts")
    with page.expect_response("**/post"):
        page.get_by_role("button", name="Spara").click()
    page.get_by_role("button", name="Spara").click()
    page.wait_for_timeout(200)
    assert len(kit.posted) == 1


def test_a_form_made_for_many_presses_is_sent_each_time(page: Page, kit: Site) -> None:
    page.goto(f"{kit.url}/parts")
    page.locator("#bind").evaluate("(form) => { form.dataset.many = ''; }")
    for number in (1, 2):
        with page.expect_response("**/post"):
            page.get_by_role("button", name="Spara").evaluate("(button) => button.form.requestSubmit()")
        assert len(kit.posted) == number


def test_a_form_that_a_script_sends_is_never_held_back(page: Page, kit: Site) -> None:
    page.goto(f"{kit.url}/parts")
    taken = page.evaluate(
        """async () => {
          let taken = 0;
          const form = document.getElementById("bind");
          form.addEventListener("submit", (e) => { e.preventDefault(); taken += 1; });
          for (let n = 0; n < 3; n += 1) {
            form.requestSubmit();
            await new Promise((done) => setTimeout(done, 20));
          }
          return taken;
        }"""
    )
    assert taken == 3


def test_a_refused_part_is_shown_and_takes_the_focus(page: Page, kit: Site) -> None:
    page.goto(f"{kit.url}/parts")
    page.get_by_role("button", name="Fråga").click()
    expect(page.locator("#part .govuk-error-summary")).to_be_focused()
    assert any("422" in said for said in page.complaints)
    page.complaints.clear()


def test_a_broken_answer_is_not_shown_but_said(page: Page, kit: Site) -> None:
    page.goto(f"{kit.url}/parts")
    page.get_by_role("button", name="Fel").click()
    expect(page.get_by_role("status")).to_contain_text("Servern svarade inte.")
    expect(page.locator("#part")).to_be_empty()
    page.complaints.clear()


def test_a_part_with_a_question_waits_for_the_answer(page: Page, kit: Site) -> None:
    page.goto(f"{kit.url}/parts")
    page.get_by_role("button", name="Bekräfta").click()
    dialog = page.get_by_role("dialog", name="Är du säker?")
    expect(dialog).to_be_visible()
    assert kit.posted == []
    with page.expect_response("**/post"):
        dialog.get_by_role("button", name="Ja, fortsätt").click()
    assert len(kit.posted) == 1


def test_htmx_evaluates_nothing_and_keeps_no_pages(page: Page, kit: Site) -> None:
    page.goto(f"{kit.url}/parts")
    config = page.evaluate("() => htmx.config")
    off = ["includeIndicatorStyles", "allowEval", "allowScriptTags", "historyCacheSize"]
    assert [bool(config[name]) for name in off] == [False] * 4
    assert config["selfRequestsOnly"] is True
    assert page.locator("style").count() == 0


def test_an_outcome_sounds_until_it_is_silenced(page: Page, kit: Site) -> None:
    page.goto(f"{kit.url}/parts")
    page.evaluate(LISTEN)
    page.get_by_role("button", name="Fråga").click()
    for _turn in range(200):  # `wait_for_function` asks again by eval, which the policy forbids
        if page.evaluate("heard.length"):
            break
        page.wait_for_timeout(50)
    assert page.evaluate("heard") == ["refused"]
    page.goto(f"{kit.url}/")
    toggle = page.get_by_role("button", name="Ljud")
    toggle.click()
    expect(toggle).to_have_attribute("aria-pressed", "false")
    page.reload()
    expect(toggle).to_have_attribute("aria-pressed", "false")
    page.evaluate(LISTEN)
    page.evaluate("() => document.body.dispatchEvent(new CustomEvent('outcome', {detail: {value: 'ok'}}))")
    assert page.evaluate("heard") == []
    page.complaints.clear()


def test_nothing_moves_for_those_who_asked_for_stillness(page: Page, kit: Site) -> None:
    page.goto(f"{kit.url}/")
    motion = "() => getComputedStyle(document.querySelector('.ak-state')).animationName"
    assert page.evaluate(motion) == "ak-arrive"
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(motion) == "none"


def test_paper_carries_its_own_head_and_nothing_to_press(page: Page, kit: Site) -> None:
    page.goto(f"{kit.url}/")
    expect(page.get_by_text("Förstörs efter användning.")).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.get_by_text("Förstörs efter användning.")).to_be_visible()
    for selector in (".ak-header", ".ak-footer", ".govuk-breadcrumbs", ".ak-actions"):
        expect(page.locator(selector).first).to_be_hidden()


def test_pages_fetch_nothing_from_elsewhere(page: Page, kit: Site) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{kit.url}/")
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if not url.startswith(kit.url)] == []
    assert any(url.endswith(".woff2") for url in asked)


def test_nothing_of_gds_own_is_vendored() -> None:
    vendor = ROOT / "archive/static/vendor/govuk-frontend"
    css = (vendor / "govuk-frontend.min.css").read_text()
    assert re.findall(r"GDS Transport|@font-face|crest|/assets/", css) == []
    assert sorted(path.name for path in vendor.iterdir()) == [
        "LICENSE",
        "VERSION",
        "govuk-frontend.min.css",
        "govuk-frontend.min.js",
    ]


@pytest.mark.parametrize(
    "home",
    [
        "vendor/govuk-frontend",
        "vendor/htmx",
        "fonts/familjen-grotesk",
        "fonts/atkinson-hyperlegible-next",
        "fonts/atkinson-hyperlegible-mono",
    ],
)
def test_what_is_vendored_says_its_version_and_licence(home: str) -> None:
    folder = ROOT / "archive/static" / home
    name, version = (folder / "VERSION").read_text().strip().rsplit("@", 1)
    readme = (ROOT / "archive/static/vendor/README.md").read_text()
    assert f"| [{name}](" in readme
    assert f"| {version} |" in readme
    assert (
        "MIT" in (text := (folder / "LICENSE").read_text())
        or "OPEN FONT LICENSE" in text
        or "Zero-Clause BSD" in text
    )
