"""Read YAML as people write it, remembering for each part where it stands and what is wrong with it."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import TypeVar, cast

import yaml

from routines.wording import LANGUAGES, Problem, Refused, Text, listed

Path = tuple[str | int, ...]
T = TypeVar("T")

LARGEST = 500_000  # characters
DEEPEST = 40

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,59}")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,8})")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff]|[\ud800-\udfff]")


def parse(text: str) -> tuple[object, dict[Path, int]]:
    """Return the data of a YAML text and the line of each part; raises Refused for what is no plain YAML.

    Only text, whole numbers, true, false and null are told apart: `no` is a word and 12:30 is no number.
    """
    if len(text) > LARGEST:
        raise Refused([Problem("", "Texten är för lång.", "The text is too long.")])
    if found := _CONTROL.search(text.replace("\r\n", "\n")):
        line = text.count("\n", 0, found.start()) + 1
        raise Refused(
            [_at_line(line, "har ett tecken som inte går att läsa", "has a character that cannot be read")]
        )
    lines: dict[Path, int] = {}
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = None if node is None else _plain(node, (), lines, set())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Refused([_at_line(mark.line + 1 if mark else 1, *_SYNTAX)]) from None
    except (yaml.YAMLError, RecursionError):
        raise Refused([_at_line(1, *_SYNTAX)]) from None
    return data, lines


_SYNTAX = (
    (
        "går inte att läsa. Varje rad har formen ”namn: värde” med lika stort indrag som raderna intill; "
        'en text med kolon, frågetecken eller citattecken i sig ska stå mellan två "'
    ),
    (
        "cannot be read. Each line has the form “name: value” and the same indentation as those beside it; "
        'a text with a colon, question mark or quotation mark in it has to stand between two "'
    ),
)


def _at_line(line: int, swedish: str, english: str) -> Problem:
    return Problem("", f"Rad {line} {swedish}.", f"Line {line} {english}.", line)


def _plain(node: yaml.Node, path: Path, lines: dict[Path, int], seen: set[int]) -> object:
    line = node.start_mark.line + 1
    if id(node) in seen:
        raise Refused(
            [_at_line(line, "har en hänvisning med *. Skriv ut texten", "has an alias with *. Write it out")]
        )
    seen.add(id(node))
    if len(path) > DEEPEST:
        raise Refused(
            [_at_line(line, "har för många nivåer i varandra", "has too many levels inside each other")]
        )
    lines[path] = line
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(one, (*path, index), lines, seen) for index, one in enumerate(node.value)]
    return _mapping(cast("yaml.MappingNode", node), path, lines, seen)


def _mapping(node: yaml.MappingNode, path: Path, lines: dict[Path, int], seen: set[int]) -> object:
    data: dict[str, object] = {}
    for key_node, value in node.value:
        key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
        line = key_node.start_mark.line + 1
        if key is None:
            raise Refused([_at_line(line, "börjar med en lista", "begins with a list")])
        if key in data:
            again = (
                f"har raden ”{key}” en gång till. Ta bort den ena",
                f"has the key “{key}” twice. Take one away",
            )
            raise Refused([_at_line(line, *again)])
        data[key] = _plain(value, (*path, key), lines, seen)
        lines[(*path, key)] = line
    return data


def _scalar(node: yaml.ScalarNode) -> object:
    text = cast("str", node.value)
    if node.style is not None:  # in quotation marks, or a block of text
        return text
    if text in ("", "null", "~"):
        return None
    if text in ("true", "false"):
        return text == "true"
    return int(text) if _NUMBER.fullmatch(text) else text


@dataclass
class ReadingReport:
    """All that is wrong so far, and the line each part stands on."""

    lines: Mapping[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, path: Path, where: Text, what: Text) -> None:
        """Remember a problem with the words for where it stands."""
        line = next(
            (self.lines[path[:end]] for end in range(len(path), -1, -1) if path[:end] in self.lines), None
        )
        sv, en = (
            f"{place}: {text}" if place else text
            for place, text in ((where.sv, what.sv), (where.en, what.en))
        )
        self.problems.append(Problem("/".join(map(str, path)), sv, en, line))


class Node:
    """One mapping while it is read: hands out its values and reports what cannot be used."""

    def __init__(self, data: object, path: Path, where: Text, report: ReadingReport) -> None:
        self.path, self.where, self.report = path, where, report
        self._taken: set[str] = set()
        self._data: Mapping[str, object] = {}
        self.readable = isinstance(data, Mapping)
        if isinstance(data, Mapping):
            self._data = cast("Mapping[str, object]", data)
        else:
            self.wrong(
                None, "här ska stå rader av slaget ”namn: värde”", "lines like “name: value” belong here"
            )

    def __contains__(self, key: str) -> bool:
        return self._data.get(key) is not None

    def wrong(self, key: str | None, sv: str, en: str) -> None:
        """Report what is wrong, with one key or with the whole."""
        path = self.path if key is None else (*self.path, key)
        at = self.where if key is None else self.at(key)
        self.report.add(path, at, Text(f"{sv}.", f"{en}."))

    def at(self, key: str) -> Text:
        """Return the words for where a key stands."""
        sv, en = f"raden ”{key}”", f"the key “{key}”"
        return Text(
            f"{self.where.sv}, {sv}" if self.where.sv else sv.capitalize(),
            f"{self.where.en}, {en}" if self.where.en else en.capitalize(),
        )

    def named(self, where: Text) -> None:
        """Call it something better, now that its title is known."""
        self.where = where

    def take(self, key: str) -> object:
        """Return a value as it is, None when it is not there."""
        self._taken.add(key)
        return self._data.get(key)

    def text(self, key: str) -> Text | None:
        """Return a text in both languages, None when it is not there."""
        if key not in self:
            self._taken.add(key)
            return None
        value = self.take(key)
        if not isinstance(value, Mapping):
            sv, en = (
                "skriv texten på båda språken, på var sin rad",
                "write the text in both languages, on a line each",
            )
            self.wrong(key, f"{sv} som börjar med sv: och en:", f"{en} beginning with sv: and en:")
            return Text("?", "?")
        return Node(value, (*self.path, key), self.at(key), self.report).both()

    def both(self) -> Text:
        """Return the text this mapping is, in both languages."""
        said = {language: self.line(language, required=True) or "" for language in LANGUAGES}
        self.finish()
        return Text(said["sv"], said["en"])

    def must_text(self, key: str) -> Text:
        """Return a text that has to be there."""
        if key not in self:
            self._missing(key)
        return self.text(key) or Text("", "")

    def line(self, key: str, *, required: bool = False) -> str | None:
        """Return one text without language."""
        value = self.take(key)
        if isinstance(value, bool | list | dict):
            self.wrong(key, "skriv en text", "write a text")
            return None
        said = " ".join(str(value).split()) if value is not None and "\n" not in str(value) else value
        said = said.strip() if isinstance(said, str) else said
        if not said and said != 0:
            if required:
                self._missing(key)
            return None
        return str(said)

    def word(self, key: str, *, required: bool = True) -> str | None:
        """Return a name made of small letters, digits and underlines."""
        value = self.take(key)
        if value is None:
            if required:
                self._missing(key)
            return None
        return self._word(key, value)

    def _word(self, key: str, value: object) -> str | None:
        if isinstance(value, str) and _IDENTIFIER.fullmatch(value):
            return value
        self.wrong(
            key,
            f"”{value}” går inte som namn. Använd a–z, siffror och understreck, först en bokstav",
            f"“{value}” cannot be a name. Use a–z, digits and underlines, a letter first",
        )
        return None

    def words(self, key: str) -> tuple[str, ...]:
        """Return a list of names; one name alone is a list too."""
        value = self.take(key)
        values = value if isinstance(value, list) else [] if value is None else [value]
        found = [name for one in values if (name := self._word(key, one))]
        for name in sorted({name for name in found if found.count(name) > 1}):
            self.wrong(key, f"”{name}” står två gånger", f"“{name}” stands there twice")
        return tuple(dict.fromkeys(found))

    def reference(self, key: str) -> str | None:
        """Return a reference of the kind step.field."""
        value = self.take(key)
        return value if value is None else self.as_reference(key, value)

    def as_reference(self, key: str, value: object) -> str | None:
        """Return a value if it has the form step.field."""
        halves = value.split(".") if isinstance(value, str) else []
        if len(halves) == 2 and all(map(_IDENTIFIER.fullmatch, halves)):
            return str(value)
        self.wrong(key, f"”{value}” ska ha formen steg.fält", f"“{value}” must have the form step.field")
        return None

    def number(self, key: str, default: int | None = None, low: int = 0, high: int = 100_000) -> int | None:
        """Return a whole number within bounds."""
        value = self.take(key)
        if value is None:
            return default
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        span = f"{low}–{high}"
        self.wrong(
            key, f"skriv ett heltal {span}, inte ”{value}”", f"write a whole number {span}, not “{value}”"
        )
        return default

    def flag(self, key: str) -> bool:
        """Return true or false; false when it is not there."""
        value = self.take(key)
        if not isinstance(value, bool | None):
            self.wrong(key, f"skriv true eller false, inte ”{value}”", f"write true or false, not “{value}”")
        return value is True

    def one_of(self, key: str, options: list[str]) -> str | None:
        """Return a value that is one of some words."""
        value = self.take(key)
        if value is None:
            self._missing(key)
            return None
        if value in options:
            return str(value)
        self.wrong(
            key,
            f"”{value}” finns inte att välja. Välj {listed(options, 'eller')}",
            f"“{value}” is no choice. Choose {listed(options, 'or')}",
        )
        return None

    def day(self, key: str) -> date | None:
        """Return a date."""
        value = self.take(key)
        if value is None:
            return None
        try:
            if len(str(value)) == len("2026-11-22"):
                return date.fromisoformat(str(value))
        except ValueError:
            pass
        self.wrong(
            key, f"”{value}” är inget datum. Skriv som 2026-11-22", f"“{value}” is no date. Write 2026-11-22"
        )
        return None

    def node(self, key: str) -> "Node | None":
        """Return the mapping below a key."""
        if key not in self:
            self._taken.add(key)
            return None
        return Node(self.take(key), (*self.path, key), self.at(key), self.report)

    def nodes(self, key: str) -> "Iterator[Node]":
        """Return the mappings of the list below a key."""
        value = self.take(key)
        if value is not None and not isinstance(value, list):
            self.wrong(
                key,
                "här ska stå en lista: rader som börjar med -",
                "a list belongs here: lines beginning with -",
            )
            return
        for index, one in enumerate(value or []):
            number = Text(f"{self.at(key).sv}, nr {index + 1}", f"{self.at(key).en}, no. {index + 1}")
            yield Node(one, (*self.path, key, index), number, self.report)

    def finish(self) -> None:
        """Report keys that nobody asked for, with the one that was probably meant."""
        for key in sorted(self._data.keys() - self._taken):
            near = get_close_matches(str(key), self._taken, 1)
            sv, en = (f"Skriv {near[0]}", f"Write {near[0]}") if near else ("Ta bort den", "Take it away")
            self.wrong(str(key), f"raden känns inte igen. {sv}", f"the key is not known. {en}")

    def _missing(self, key: str) -> None:
        if not self.readable:
            return
        language = {
            "sv": ("den svenska texten", "the Swedish text"),
            "en": ("den engelska texten", "the English text"),
        }
        sv, en = language.get(key, (f"raden ”{key}”", f"the key “{key}”"))
        self.report.add(
            (*self.path, key),
            self.where,
            Text(
                f"{sv} saknas. Skriv en rad som börjar med ”{key}:”.",
                f"{en} is missing. Write a line beginning with “{key}:”.",
            ),
        )


def each(
    node: Node, key: str, noun: Text, read: Callable[[Node, str], T], title: str = "title"
) -> tuple[T, ...]:
    """Read each mapping of a list that has an id; where it stands is told by its title."""
    found = []
    for one in node.nodes(key):
        if one.readable:
            name = one.word("id") or f"?{one.path[-1]}"
            one.named(_by_title(node.where, one, name, title, noun))
            found.append(read(one, name))
            one.finish()
    return tuple(found)


def _by_title(outer: Text, node: Node, name: str, title: str, noun: Text) -> Text:
    """Return the words for a part of a list: what its title says, in the other language if need be."""
    said = cast("dict[str, object]", value) if isinstance(value := node.take(title), dict) else {}
    sv = f"{noun.sv} ”{said.get('sv') or said.get('en') or name}”"
    en = f"{noun.en} “{said.get('en') or said.get('sv') or name}”"
    if outer:
        return Text(f"{outer.sv}, {sv[0].lower()}{sv[1:]}", f"{outer.en}, {en[0].lower()}{en[1:]}")
    return Text(sv, en)
