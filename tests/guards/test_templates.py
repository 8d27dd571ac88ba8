"""Every word a template shows goes through the catalogue."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment

from tests.guards.source import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SPOKEN = {"alt", "aria-description", "aria-label", "placeholder", "title"}
SILENT = {"script", "style"}
OUR_NAMES = {"Aktspår", "Svenska", "English", "nbsp"}  # a language is named in itself
WORD = re.compile(r"[^\W\d_]{2,}")
NOT_TEXT = re.compile(r'[\w-]+="[^"]*"|\bak-[\w-]+')  # attributes a macro gives, classes a block gives


class _Words(HTMLParser):
    """Collect words that stand in text and in attributes that are read out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._silent += tag in SILENT
        for name, value in attributes:
            if name in SPOKEN and value:
                self._collect(value)

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in SILENT

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._collect(data)

    def _collect(self, text: str) -> None:
        self.found += [word for word in WORD.findall(NOT_TEXT.sub("", text)) if word not in OUR_NAMES]


def _bare_words(path: Path) -> list[str]:
    tokens = Environment().lex(path.read_text(encoding="utf-8"))
    # What Jinja fills in is a number here, so that it stands in attributes as some value.
    html, inside = "", False
    for _line, kind, text in tokens:
        if kind == "data":
            html += text
        elif kind == "variable_begin":
            html, inside = html + "0", True
        elif kind in {"variable_end", "block_end"}:
            inside = False
    assert not inside
    words = _Words()
    words.feed(html)
    return words.found


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_shows_no_word_that_is_not_in_the_catalogue(path: Path) -> None:
    assert _bare_words(path) == []


def test_a_bare_word_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        '<p title="Hej">{{ _("Fine") }} bare {% if x %}<b>{{ y }}</b>{% endif %}</p><script>var x</script>'
    )
    assert _bare_words(page) == ["Hej", "bare"]


def test_no_template_switches_escaping_off() -> None:
    unsafe = re.compile(r"\|\s*safe\b|autoescape\s+false|Markup\(")
    assert [str(path) for path in TEMPLATES if unsafe.search(path.read_text(encoding="utf-8"))] == []


def test_no_template_carries_script_or_style_of_its_own() -> None:
    inline = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", re.I)
    found = {str(path) for path in TEMPLATES if inline.search(path.read_text(encoding="utf-8"))}
    assert found == set()
