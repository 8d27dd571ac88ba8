"""Find every page by following links as each role does: what no link leads to, nobody finds."""

from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

ALIKE = 3  # pages of a kind in a row that show nothing new: the rest is taken to be as they are
SIGN_IN = "session.page"
# Codes and counts in an attribute make no page another one; what a control is and how it looks does.
TELLING = ("class", "type", "role", "aria-current", "open", "checked", "disabled", "hidden")


@dataclass(frozen=True, slots=True)
class Found:
    """One page as one role sees it; `parts` is what it is built of, told so that lengths do not count."""

    address: str
    endpoint: str
    parts: frozenset[tuple[str, ...]]


@dataclass(slots=True)
class Walked:
    """What a role came to: pages, and every endpoint that answered, downloads and parts of pages too."""

    pages: list[Found] = field(default_factory=list)
    endpoints: set[str] = field(default_factory=set)
    refused: dict[str, int] = field(default_factory=dict)


class _Page(HTMLParser):
    """Read what a page links to and what it is built of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.parts: set[tuple[str, ...]] = set()
        self.whole = "<html" in text[:200]
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note one element."""
        said = {name: value or "" for name, value in attributes}
        self.parts.add((tag, *(f"{name}={said[name]}" for name in TELLING if name in said)))
        if tag == "a":
            self.links.append(said.get("href", ""))
        elif tag == "form" and said.get("method", "get") == "get":
            self.links.append(said.get("action", ""))
        self.links.append(said.get("hx-get", ""))


@dataclass(slots=True)
class Known:
    """What earlier roles came to: of what the pages of each kind are built, and what is no page at all."""

    parts: defaultdict[tuple[str, ...], set[tuple[str, ...]]] = field(
        default_factory=lambda: defaultdict(set)
    )
    downloads: set[str] = field(default_factory=set)


def walk(app: Flask, client: FlaskClient, *starts: str, known: Known) -> Walked:
    """Follow every link from the starts on, as long as pages of a kind show what no role has seen.

    The starts are looked at in any case; what is no page is fetched once for all roles.
    """
    walked, seen, alike = Walked(), set(starts), Counter[tuple[str, ...]]()
    queue = deque(starts)
    while queue:
        address = queue.popleft()
        endpoint = _endpoint(app, address)
        kind = (endpoint, *sorted(name for name, _value in parse_qsl(urlsplit(address).query)))
        if not endpoint or endpoint == "static" or endpoint in known.downloads:
            continue
        if alike[kind] >= ALIKE and address not in starts:
            continue
        answer = client.get(address)
        if answer.status_code >= 300:
            alike[kind] += 1
            if answer.status_code >= 400:
                walked.refused[address] = answer.status_code
            elif _endpoint(app, answer.location or "") != SIGN_IN:
                walked.endpoints.add(endpoint)
            queue.extend(_fresh([answer.location or ""], address, seen))
            continue
        walked.endpoints.add(endpoint)
        if answer.mimetype != "text/html":
            known.downloads.add(endpoint)
            continue
        page = _Page(answer.text)
        alike[kind] = alike[kind] + 1 if page.parts <= known.parts[kind] else 0
        known.parts[kind] |= page.parts
        if page.whole:
            walked.pages.append(Found(address, endpoint, frozenset(page.parts)))
        queue.extend(_fresh(page.links, address, seen))
    return walked


def _fresh(links: list[str], here: str, seen: set[str]) -> Iterator[str]:
    for link in links:
        parts = urlsplit(link)
        address = (parts.path or urlsplit(here).path) + (f"?{parts.query}" if parts.query else "")
        if link and not link.startswith("#") and not parts.netloc and address not in seen:
            seen.add(address)
            yield address


def _endpoint(app: Flask, address: str) -> str:
    try:
        found: str = app.url_map.bind("localhost").match(urlsplit(address).path, "GET")[0]
    except HTTPException:
        return ""
    return found
