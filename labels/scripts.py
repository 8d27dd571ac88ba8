"""Join Arabic letters, raise marks over capitals, lay Arabic and Hebrew from right to left.

Our typefaces hold the forms: `tests/packaging/vendor_typefaces.py` put each joined form of a letter at
FORMS + 4 × letter + form, each raised mark at RAISED + mark.
"""

import re
import unicodedata
from collections.abc import Container

FORMS = 0xF0000  # private use beyond all that a keyboard or an old system writes
FIRST, LAST = 0x600, 0x77F
_FINAL, _INITIAL = 1, 2
LAM_ALEFS = FORMS + 4 * (LAST + 1 - FIRST)  # two of each: alone, and joined to the letter before
LAM, ALEFS, _TIES = "ل", "آأإا", 0xFEF5  # the ties as Unicode has them; readers of a PDF know these
RAISED, MARKS = FORMS + 0x700, range(0x300, 0x370)  # combining marks as they stand over a capital
JOINERS = "\u200c\u200d"  # zero-width: keep two letters apart, or join one to nothing
_NO_JOINERS = dict.fromkeys(map(ord, JOINERS))
_STRETCHES = f"ـ{JOINERS[1]}"  # join on both sides and have one form
_ARABIC = re.compile(f"[{chr(FIRST)}-{chr(LAST)}{JOINERS}]+")
_PRESENTED = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]+")  # forms of letters that old systems stored
_VARIATIONS = re.compile("[\ufe00-\ufe0f]+")  # how an emoji or a Chinese sign would like to look
_MARKED = re.compile(f"[^\\W\\d_][{chr(MARKS[0])}-{chr(MARKS[-1])}]+")
RIGHT = f"\u0590-\u05ff{chr(FIRST)}-\u08ff\ufb1d-\ufb4f{chr(FORMS)}-{chr(LAM_ALEFS + 7)}"
_RUN = re.compile(f"[{RIGHT}]+(?:[ \u00a0'’.-]+[{RIGHT}]+)*…?")  # words of a name, and where it is cut
_NUMBER = re.compile("[٠-٩۰-۹]+(?:[٫٬.-][٠-٩۰-۹]+)*")


def composed(text: str) -> str:
    """Return a text with each letter as one character, never as a form or as a letter and its mark."""
    plain = _PRESENTED.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    return unicodedata.normalize("NFC", _VARIATIONS.sub("", plain))


def joined(text: str, known: Container[str]) -> str:
    """Return a text with each mark and Arabic letter in the form its neighbours give it, of those known."""
    raised = _MARKED.sub(lambda found: _raise(found[0], known), text)
    return _ARABIC.sub(lambda found: _join(found[0], known), raised).translate(_NO_JOINERS)


def seen(line: str) -> str:
    """Return a line as it stands from left to right; a number beside a name never moves."""
    return line if line.isascii() else _RUN.sub(lambda found: _turn(found[0]), line)


def written(mark: str) -> str:
    """Return the letter or mark of a form, for lam and alef Unicode's own tie; any other as it is."""
    if LAM_ALEFS <= ord(mark) < LAM_ALEFS + 2 * len(ALEFS):
        return chr(_TIES + ord(mark) - LAM_ALEFS)
    if RAISED <= ord(mark) < RAISED + len(MARKS):
        return chr(MARKS[0] + ord(mark) - RAISED)
    if FORMS <= ord(mark) < LAM_ALEFS:
        return chr(FIRST + (ord(mark) - FORMS) // 4)
    return mark


def _raise(letter: str, known: Container[str]) -> str:
    """Set the marks after a capital so high that they stand clear of it."""
    if not letter[0].isupper():
        return letter
    high = (chr(RAISED + ord(mark) - MARKS[0]) for mark in letter[1:])
    return letter[0] + "".join(
        one if one in known else mark for one, mark in zip(high, letter[1:], strict=True)
    )


def _join(word: str, known: Container[str]) -> str:
    """Choose the forms of a word: what joins to its neighbours is what has a form for it."""

    def reaches(letter: str, form: int) -> bool:
        return letter != "" and (letter in _STRETCHES or _form(letter, form) in known)

    shown: list[str] = []
    before = False  # whether the letter before reaches out
    for place, letter in enumerate(word):
        if unicodedata.category(letter) == "Mn":
            shown.append(letter)
            continue
        after = next((one for one in word[place + 1 :] if unicodedata.category(one) != "Mn"), "")
        form = _FINAL * (before and reaches(letter, _FINAL))
        if letter in ALEFS and shown and written(shown[-1]) == LAM and form:
            tied = (ord(shown[-1]) - FORMS) % 4 != _INITIAL
            shown[-1] = chr(LAM_ALEFS + 2 * ALEFS.index(letter) + tied)
        else:
            form += _INITIAL * (reaches(letter, _INITIAL) and reaches(after, _FINAL))
            shown.append(_form(letter, form) if form and letter not in _STRETCHES else letter)
        before = reaches(letter, _INITIAL)
    return "".join(shown)


def _form(letter: str, form: int) -> str:
    inside = FIRST <= ord(letter) <= LAST
    return chr(FORMS + 4 * (ord(letter) - FIRST) + form) if inside else ""


def _turn(run: str) -> str:
    """Turn a run from right to left; its Arabic numbers stay from left to right."""
    return _NUMBER.sub(lambda found: found[0][::-1], run)[::-1]
