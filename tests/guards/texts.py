"""Compare what the program says with the one catalogue; `make texts` prints the difference.

`make texts ARGS=--prune` takes Swedish nobody says any more out of the catalogue.
"""

import re
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "archive/translations/sv.po"
KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "N_": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def said() -> dict[str, str]:
    """Return every sentence in code and templates (of a plural the singular), with the file it stands in."""
    found = {}
    for method, path in _sources():
        for _line, message, *_ in extract_from_file(method, path, keywords=KEYWORDS):
            found.setdefault(
                message[0] if isinstance(message, tuple) else message, str(path.relative_to(ROOT))
            )
    return found


def swedish() -> dict[str, tuple[str, ...]]:
    """Return the catalogue: of each English sentence (of a plural the singular) its Swedish forms."""
    with CATALOGUE.open("rb") as source:
        messages = [message for message in read_po(source, locale="sv") if message.id]
    return {
        message.id[0] if message.pluralizable else message.id: (
            tuple(message.string) if message.pluralizable else (message.string,)
        )
        for message in messages
    }


def placeholders(sentence: str) -> set[str]:
    """Return the names of the facts a sentence wants filled in."""
    return set(PLACEHOLDER.findall(sentence))


def _sources() -> Iterator[tuple[str, Path]]:
    for path in sorted((ROOT / "archive").rglob("*.py")):
        yield "python", path
    for path in sorted((ROOT / "templates").rglob("*.*")):
        yield "jinja2.ext:babel_extract", path


def main() -> int:
    """Print sentences without Swedish and Swedish without a sentence; return 1 if there are any."""
    sentences, catalogue = said(), swedish()
    missing = {text: path for text, path in sentences.items() if not all(catalogue.get(text, ("",)))}
    unused = catalogue.keys() - sentences.keys()
    for text, path in sorted(missing.items(), key=lambda item: item[::-1]):
        sys.stdout.write(f"no Swedish: {text!r} ({path})\n")
    for text in sorted(unused):
        sys.stdout.write(f"nobody says: {text!r}\n")
    if "--prune" in sys.argv[1:]:
        _remove(unused)
    return 1 if missing or unused else 0


def _remove(sentences: Collection[str]) -> None:
    with CATALOGUE.open("rb") as source:
        catalogue = read_po(source, locale="sv")
    for sentence in sentences:
        catalogue.delete(sentence)
    with CATALOGUE.open("wb") as target:
        write_po(target, catalogue, width=0, sort_output=True, no_location=True)


if __name__ == "__main__":
    sys.exit(main())
