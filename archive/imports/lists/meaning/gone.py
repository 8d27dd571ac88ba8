"""Find what says that a file does not stand where the list has it: destroyed, void, lent, or missing."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache

from archive.imports.lists.formats.text import simple
from archive.imports.lists.meaning.fields import ListField
from archive.imports.lists.meaning.headings import plain
from archive.imports.lists.meaning.tables import ListShape
from archive.imports.lists.meaning.values import read_yes_no

_DONE = r"(?:d|t|de|da|ts|des|as)"
_WORDS = "|".join(
    (
        rf"(?:ut)?gallra{_DONE}|makulera{_DONE}|förstör(?:d|t|da|des|ts)|kassera{_DONE}|destruera{_DONE}",
        r"(?:ut)?lån(?:ad|at|ade|ades|ats)|utlån",
        r"(?:bort|för)kommen|(?:bort|för)kommit|försvunn(?:en|it)|tappats?|stulen",
        r"(?:finns|står) (?:ej|inte)(?: kvar)?",
        r"(?:ej|inte|kan ej|kan inte) (?:åter)?(?:funn(?:en|it|a)|finnas|hittad)",
        r"(?:ej|inte) på (?:sin )?plats",
        r"(?:över|ut|av)lämna(?:d|t|de|s|ts|des) till|(?:skickad|skickat|sänd|sänt|överförd|överfört) till",
        r"(?:akt(?:en)?|omslag(?:et)?|mapp(?:en)?|pärm(?:en)?|original(?:et)?) (?:saknas|borta|är borta)",
        r"saknas (?:vid|sedan|sen|på hyllan|i (?:boxen|arkivet|hyllan))|saknas,? ?(?:\d{6,8}|\d{4})",
        r"destroyed|on loan|lent to|shredded",
    )
)
# Words that are somebody's name too, or that say something of the file only among the remarks.
_HOME = r"(?:(?:när)?arkivet|hyllan|boxen|kartongen|akten|(?:okänd|ny|annan) ort|utlandet)\b"
_OUT = r"(?:handl|enhet|\w+-?enhet|kontor|exped|\w*arkiv|polis|åklag|rätten|tingsr|\w+rätten|advokat)\w*"
_REMARKED = "|".join(
    (
        rf"lev(?:\.|erera(?:d|t|des|ts))?\s+(?:till\b|t\.)(?! {_HOME})|lev\.\s?(?:lands|stads|riks)\w+",
        rf"(?:åter|ut|in|av)lämna{_DONE} (?:till(?! {_HOME})|i original)|hämta{_DONE} (?:av|till)",
        rf"(?:returnera{_DONE}|återsän(?:d|t|des|ts)) till(?! {_HOME})",
        r"(?:upp|inne|ned|ner)?brän(?:d|t|da|des|ts)|(?:brunnit|elda(?:d|t|s|ts|des)) upp|uppelda(?:d|t|des)",
        rf"strimla{_DONE}|(?:bort)?släng(?:d|t|da|des|ts)|utrangera{_DONE}|skrota{_DONE}|förkom",
        r"beslagtag(?:en|et|na|its)|beslagtogs|i beslag|polisen (?:har|tog|hämtade)",
        rf"(?:akt(?:en)? )?(?:om|för|av)?flytta(?:d|t|ts|des|de) till(?! {_HOME})",
        r"(?:samman|ihop)(?:slag(?:en|et|na)|förd|fört|förda|lagd|lagt|lagda) (?:med|till)|uppgå(?:tt|r) i",
        r"(?:ingår|ligger|inlagd|inlagt|förvaras|finns) i (?:akt(?:en)?\s+)?(?:[a-zåäö]\s)?\d",
        rf"(?:arkiverad|arkiverat|förvaras|finns|ligger|kvar) (?:kvar )?(?:hos|på) {_OUT}",
        r"burnt|burned|not (?:found|returned)|seized|handed over|(?:moved|delivered) to|merged with",
    )
)
_ABSENT = (
    r"(?:ej|inte|icke|aldrig|kan ej|kan inte) (?:påträffa\w*|lokalisera\w*|återlämna\w*|returnera\w*"
    r"|inkomm\w*|inlämna\w*|åter|tillbaka|kvar|(?:på|i) (?:hyllan|boxen|kartongen|arkivet))"
)
_WHOLE = re.compile(
    rf"(?:utl|utl\.? (?:till|t\.|av|\d).*|se akt(?:en|nr)?\.? (?:\w{{1,3}} )?\d\S*|hos {_OUT}.*"
    r"|gall?r\.?(?: \d+)?|(?:tomt?|endast|bara) (?:mapp|omslag|pärm|försättsblad)(?:en|et)?|ute|lånekort"
    r"|struken|strukits|dubbelregistrera[dt]|felaktigt upplag[dt])",
)
"""Remarks that say so where they are all of a cell."""

_SAID = re.compile(rf"(?<!\w)(?:{_WORDS})(?![^\W\d_])", re.IGNORECASE)
_SAID_IN_REMARK = re.compile(rf"^\W*(?:{_REMARKED})(?![^\W\d_])", re.IGNORECASE)
_SAID_ABSENT = re.compile(rf"(?<!\w){_ABSENT}(?![^\W\d_])", re.IGNORECASE)
_NOT = re.compile(
    rf"\b(?:ej|inte|icke|aldrig|ska|skall|bör|not)\s+(?:ännu\s+|vara\s+|bli\s+)?(?:{_WORDS})(?![^\W\d_])"
    rf"|(?:{_WORDS})\s*[:=]?\s*(?:nej|ej|inte|no)\b",
    re.IGNORECASE,
)
# Of a million rows nearly all hold nothing of this.
_PERHAPS = (
    "gallra", "makul", "förstör", "kasser", "destru", "lånad", "lånat", "utlån", "kommen", "kommit",
    "försv", "tappa", "stulen", "funn", "finn", "hittad", "på plats", "på sin plats", "står ", "lämna",
    "skicka", "sänd", "sänt", "överför", "saknas", "saknad", "borta", "loan", "lent", "shred", "destroyed",
)  # fmt: skip
_PERHAPS_REMARKED = (
    *_PERHAPS, "lev", "åter", "hämta", "return", "brän", "brunnit", "elda", "strimla", "släng", "rangera",
    "skrot", "förkom", "besla", "polisen", "flytta", "samman", "ihop", "uppgå", "ingår", "ligger", "inlag",
    "förvaras", "finns", "arkivera", "kvar", "burn", "not ", "seized", "handed", "moved", "delivered",
    "merged", "ej ", "inte ", "icke ", "aldrig ", "utl", "utgå", "se akt", "hos ", "galr", "gallr", "tom",
    "endast", "bara ", "ute", "lånekort", "struk", "dubbelreg", "upplag", "avförd", "missing", "lost",
    "mak",
)  # fmt: skip
_ALONE = frozenset(
    ("saknas", "saknad", "borta", "utgått", "utgår", "avförd", "missing", "lost", "mak", "gallr")
)
"""Words that say so where they stand alone among the remarks; elsewhere only that a cell has nothing."""

_HEADED = re.compile(
    r"(?:(?:ut)?gallra(?:d|t|des)|makulera(?:d|t|des)|förstör(?:d|t)|kassera(?:d|t)|destruera(?:d|t)"
    r"|utlån(?:ad|at)?|lån(?:ad|at)|låntagare|saknas|saknad|försvunnen|bortkommen|borta|utgått|avförd"
    r"|destroyed|on loan|lent|missing)\b"
)
_PIECES = re.compile(r"[,;]\s+|(?<=\w{4})\.\s+")
_REMARKS = frozenset((ListField.FREE_TEXT, ListField.IGNORED))


def says_gone(text: str) -> bool:
    """Tell whether a text says that a file is not there."""
    return bool(any(map(text.casefold().__contains__, _PERHAPS)) and _SAID.search(_NOT.sub(" ", text)))


@lru_cache(maxsize=8192)
def remarks_gone(text: str) -> bool:
    """Tell whether a remark says that a file is not there, also in words that mean other things elsewhere."""
    if not any(map(text.casefold().__contains__, _PERHAPS_REMARKED)):
        return False
    word = simple(text).strip("!() ")
    return word in _ALONE or bool(
        _WHOLE.fullmatch(word)
        or _SAID_ABSENT.search(text)
        or any(map(_SAID_IN_REMARK.search, _PIECES.split(text)))
    )


class GoneRows:
    """Look for words that a file is gone in every cell, heading and title of a list."""

    def __init__(
        self, shape: ListShape, at: Mapping[ListField, Collection[int]], around: Iterable[str]
    ) -> None:
        self._headed = [index for index, name in enumerate(shape.header) if _HEADED.match(plain(name))]
        named = {index for field, those in at.items() if field not in _REMARKS for index in those}
        self._remarks = [index for index in range(len(shape.header)) if index not in named]
        titles = [*around, shape.sheet, *(cell for title in shape.titles for cell in title)]
        self._all = any(map(says_gone, titles))
        self._below = False

    def heading(self, cells: Sequence[str]) -> None:
        """Take in a heading between the rows: what it says holds until the next one."""
        self._below = any(map(says_gone, cells))

    def has(self, cells: Sequence[str]) -> bool:
        """Tell whether a row says that its file is gone."""
        if self._all or self._below:
            return True
        for index in self._headed:
            if index < len(cells) and (cell := cells[index]) and read_yes_no(cell) != (False, True):
                return True
        folded = "\n".join(cells).casefold()
        return (any(map(folded.__contains__, _PERHAPS)) and any(map(says_gone, cells))) or any(
            remarks_gone(cells[index]) for index in self._remarks if index < len(cells) and cells[index]
        )
