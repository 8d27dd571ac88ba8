"""People at work in a real browser: each with a page and a hand-held scanner of their own."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.browser import DESK, swedish
from tests.browser.test_wedge import Scanner
from tests.builders import PASSWORD

# What the board does with a label it has read, for as many labels as one gives it.
SCAN_ALL = """codes => { for (const code of codes) document.dispatchEvent(
  new CustomEvent("scan", { cancelable: true, detail: { code, text: code, at: Date.now() } })); }"""
# What the form of the checking desk sends, without the page it would lead to.
DESK_ALL = """async ([address, said]) => {
  const statuses = [];
  for (const [holder, text] of said) {
    const body = new URLSearchParams({ holder, text });
    const answer = await fetch(address, { method: "POST", body, redirect: "manual" });
    statuses.push(answer.type);
  }
  return statuses;
}"""


class Hand:
    """One person at one screen; screenshots of what they saw are left in a folder."""

    def __init__(self, page: Page, address: str, name: str, shots: Path) -> None:
        self.page, self.address, self.name, self._shots = page, address, name, shots
        self.complaints: list[str] = []
        page.on(
            "console",
            lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None,
        )
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self._scanner = Scanner(page.context.new_cdp_session(page))

    def enter(self, login: str) -> None:
        """Sign in."""
        self.page.goto(f"{self.address}/sign-in")
        self.page.fill("#login", login)
        self.page.fill("#password", PASSWORD)
        self.page.press("#password", "Enter")
        self.page.wait_for_url(f"{self.address}/")

    def go(self, path: str) -> None:
        """Open a page by its address."""
        self.page.goto(f"{self.address}{path}")

    def follow(self, name: str) -> None:
        """Follow the first link that begins with a name, also one that looks like a button."""
        self.page.locator("main a").filter(has_text=re.compile(rf"^\s*{name}")).first.click()

    def press(self, name: str, *, within: Locator | None = None, sure: bool = False) -> None:
        """Press a button; `sure` presses it in the question that follows too."""
        root = within or self.page.locator("main")
        root.get_by_role("button", name=name, exact=True).first.click()
        if sure:
            self.page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()

    def refused(self, sentence: str) -> None:
        """See a sentence that says why not; the browser's own complaint of the status is expected."""
        expect(self.page.locator("main")).to_contain_text(sentence)
        assert all("Failed to load resource" in said for said in self.complaints), self.complaints
        self.complaints.clear()

    def sees(self, *sentences: str) -> None:
        """See sentences on the page."""
        for sentence in sentences:
            expect(self.page.locator("main")).to_contain_text(sentence)

    def scan(self, text: str) -> None:
        """Scan one label as the scanner types it, once the page listens."""
        self.page.wait_for_load_state()
        self._scanner.scan(text, after=max(120.0, self._scanner.waited()))

    def board(self, text: str, says: str) -> None:
        """Scan one label at a board and see what it answers in large letters."""
        self.scan(text)
        expect(self.page.locator("#scan-state .ak-state__heading")).to_contain_text(says)
        expect(self.page.locator("#scan-count")).to_have_text("0")

    def begin_many(self, codes: Sequence[str]) -> None:
        """Give the board many labels at once; its queue sends them one after the other."""
        self.page.evaluate(SCAN_ALL, list(codes))

    def end_many(self, count: int) -> None:
        """Wait until the queue is empty, and so many stand at the chosen place."""
        expect(self.page.locator("#scan-count")).to_have_text("0", timeout=90_000)
        expect(self.page.locator("#scan-here-count")).to_have_text(str(count))

    def desk(self, said: Sequence[tuple[str, str]]) -> None:
        """Say many things at the checking desk: of which file, and what."""
        answers = self.page.evaluate(DESK_ALL, [f"{self.address}/covers/", [list(one) for one in said]])
        assert set(answers) == {"opaqueredirect"}  # each was taken; a refusal would answer with a page

    def shot(self, name: str) -> None:
        """Keep what is on the screen."""
        number = len(list(self._shots.iterdir())) + 1
        path = self._shots / f"{number:02}-{name}.png"
        self.page.screenshot(path=path, caret="initial")  # hiding it would need a style the policy forbids

    def fetched(self, path: str) -> bytes:
        """Return what is behind an address, as this person gets it."""
        answer = self.page.request.get(f"{self.address}{path}")
        assert answer.ok, answer.status
        return answer.body()


@contextmanager
def hired(browser: Browser, address: str, shots: Path, logins: Sequence[str]) -> Iterator[list[Hand]]:
    """Give each login a browser of its own, signed in; fail when one complained."""
    shots.mkdir(exist_ok=True)
    contexts = [swedish(browser, viewport=DESK) for _login in logins]
    hands = [
        Hand(context.new_page(), address, login, shots)
        for context, login in zip(contexts, logins, strict=True)
    ]
    for hand, login in zip(hands, logins, strict=True):
        hand.enter(login)
    yield hands
    said = [complaint for hand in hands for complaint in hand.complaints]
    for context in contexts:
        context.close()
    assert said == []
