"""Start Debian's Chromium through Playwright the way every browser test does."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, sync_playwright

DESK = {"width": 1280, "height": 900}
HAND = {"width": 390, "height": 844}
# The shell is the same browser without what a window would need: two thirds of the processor time.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium(*flags: str) -> Iterator[Browser]:
    """Run Chromium without a window; further flags, such as a fake camera's, are added to the usual ones."""
    path = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if path is None:
        raise RuntimeError("Install Debian's chromium to run the browser tests.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
        try:
            yield browser
        finally:
            browser.close()


def swedish(browser: Browser, **options: object) -> BrowserContext:
    """Open a fresh profile as a Swedish clerk's: nothing is shared with other tests."""
    return browser.new_context(locale="sv-SE", timezone_id="Europe/Stockholm", **options)
