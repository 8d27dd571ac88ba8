"""Check a page against WCAG 2.2 A and AA with axe-core and say in words what is wrong."""

import json
from functools import cache
from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parent / "kit" / "axe-core"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]


@cache
def _source(language: str) -> str:
    script = (AXE / "axe.min.js").read_text()
    if language != "sv":
        return script
    locale = json.loads((AXE / "sv.json").read_text())
    return f"{script};axe.configure({{locale: {json.dumps(locale)}}});"


def violations(page: Page, *, language: str = "en", within: str = "html") -> list[str]:
    """Return one sentence per element that breaks a rule; empty when the page is clean."""
    page.evaluate(f"{_source(language)};0")
    options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    found = page.evaluate("([scope, options]) => axe.run(scope, options)", [within, options])
    return [
        f"{rule['id']}: {rule['help']}: {node['html'][:160]} ({node['failureSummary']})"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def widest(page: Page) -> str | None:
    """Name the element that makes the page scroll sideways, if any does."""
    found: str | None = page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return null;
          const beyond = (e) => e.getBoundingClientRect().right > width + 1;
          const wide = [...document.querySelectorAll("body *")].filter(beyond);
          return wide.map((e) => `${e.tagName}.${e.className}`).slice(-3).join(" < ") || "unknown";
        }"""
    )
    return found
