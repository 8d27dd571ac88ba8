"""Isolate what is read from right to left, so that no number, comma or sign beside it changes places.

A number beside an Arabic name is else drawn with its halves changed: 2397-19900602. Done to the whole page,
since a name may stand in any sentence; the papers do the same, run by run (`labels.scripts.seen`).
"""

import re
from typing import Any

from jinja2 import Template

from labels.scripts import RIGHT

_RIGHT = f"{RIGHT}\ufb50-\ufdff\ufe70-\ufefc"
_ANY = re.compile(f"[{_RIGHT}]")
_RUN = re.compile(f"[{_RIGHT}]+(?:(?:[ \u00a0'’.-]|&#39;)+[{_RIGHT}]+)*")
_MARKUP = re.compile(
    r"(?P<kept><(script|style|textarea|bdi)\b.*?</\2\s*>)"
    r"|(?P<plain><(?:title|option)\b[^>]*>[^<]*)"  # which hold no element: isolated by signs
    r"|<[^>]*>",
    re.DOTALL | re.IGNORECASE,
)


def isolated(page: str) -> str:
    """Return a page with each run of words from right to left isolated from what stands beside it."""
    if not _ANY.search(page):
        return page
    shown, at = [], 0
    for part in _MARKUP.finditer(page):
        shown += [_within(page[at : part.start()]), _signed(part[0]) if part["plain"] else part[0]]
        at = part.end()
    return "".join((*shown, _within(page[at:])))


def _within(text: str) -> str:
    return _RUN.sub(lambda run: f"<bdi>{run[0]}</bdi>", text)


def _signed(element: str) -> str:
    start, end, text = element.partition(">")
    return start + end + _RUN.sub(lambda run: f"\u2068{run[0]}\u2069", text)


class Page(Template):
    """Isolate names in whatever a template of HTML makes."""

    def render(self, *args: Any, **facts: Any) -> str:
        """Return the page."""
        page = super().render(*args, **facts)
        return isolated(page) if (self.name or "").endswith(".html") else page
