"""One Chromium for all browser tests of a process; each test opens its own profile in it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.browser.browser import DESK, chromium, swedish
from tests.browser.kit.site import Site, serving_kit


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Yield the shared browser."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def _kit() -> Iterator[Site]:
    with serving_kit() as site:
        yield site


@pytest.fixture
def kit(_kit: Site) -> Site:
    """Yield the served kit with nothing posted to it yet."""
    _kit.posted.clear()
    _kit.asked.clear()
    return _kit


# A page that is left while it asks for something lets go of the answer; one that fails says more.
LEFT = ("htmx:sendAbort", "htmx:afterRequest")


def _complains(said: ConsoleMessage) -> bool:
    return said.type in ("error", "warning") and not said.text.startswith(LEFT)


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Yield a page that fails its test when the browser complains: of the policy, a script or a missing file.

    A test that provokes a complaint empties `page.complaints` after looking at it.
    """
    if "served" in request.fixturenames:
        request.getfixturevalue("served")  # goes on serving until the page is closed
    context = swedish(browser, viewport=DESK)
    page = context.new_page()
    complaints: list[str] = []
    page.complaints = complaints
    page.on("console", lambda said: complaints.append(said.text) if _complains(said) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []
