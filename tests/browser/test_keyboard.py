"""The check of the keyboard itself: what no hand on the keys can reach or see is named."""

import pytest
from playwright.sync_api import Page

from tests.browser import keyboard


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<a href='#a' style='outline:none'>Öppna</a>", "does not show its focus"),
        ("<button tabindex='-1'>Spara</button>", "is left out"),
        ("<a href='#a' tabindex='3'>Öppna</a>", "jumps the order"),
        ("<a href='#a' style='position:fixed;left:-999px'>Öppna</a>", "has its focus out of sight"),
        ("<a href='#a'>Ett</a><a href='#b' onfocus='this.blur()'>Två</a><a href='#c'>Tre</a>", "not reached"),
    ],
)
def test_a_control_the_keyboard_cannot_use_is_named(page: Page, body: str, fault: str) -> None:
    page.set_content(f"<html lang='sv'><body>{body}</body></html>")
    assert fault in " ".join(keyboard.faults(page))


def test_a_page_the_keyboard_can_use_has_no_fault(page: Page) -> None:
    page.set_content(
        "<html lang='sv'><body><a href='#a'>Ett</a> <label>Två <input></label>"
        "<label><input type=radio name=r> Tre</label><label><input type=radio name=r> Fyra</label>"
        "<details><summary>Mer</summary><a href='#b'>Dolt</a></details></body></html>"
    )
    assert keyboard.faults(page) == []
