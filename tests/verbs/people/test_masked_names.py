"""Names in what people wrote are masked whole, however they are spelled, and nothing else is."""

import re
import sys
from collections.abc import Callable
from types import FrameType
from unicodedata import combining, normalize

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive.incidents.report import redaction
from archive.incidents.report.redaction import LEFT_OUT, Concealed
from archive.kernel.store import Work
from tests.builders import a_box, a_file, a_person, a_shelf

NAMES = (
    ("Ọmọ", "Ẹ́niọlá"),
    ("Adébáyọ̀", "Ọlá"),
    ("王", "小明"),
    ("김", "민수"),
    ("O’Brien", "Séamus"),
    ("O'Neill", "Zoë"),
    ("Ek-Holm", "Anna-Karin"),
    ("Ek", "Bo"),
    ("Li", "Per Östen"),
    ("Åkerström", "Måns"),
    ("Nguyễn", "Thị Hương"),
    ("Sørensen", "Kjærsti"),
    ("Łukaszewicz", "Đorđe"),
    ("Strauß", "Jürgen"),
    ("Ŧŋarra", "Ǿyvind"),
    ("İnönü", "Işıl"),
    ("von Ödeblad", "Carl"),
    ("af Klint", "Hilma"),
    ("al-Hassan", "Nūr"),
    ("de la Cruz", "María José"),
    ("حَسَن", "مُحَمَّد"),
    ("Жуков", "Семён"),
    ("Παπαδόπουλος", "Νίκος"),
    ("शर्मा", "प्रिया"),
)
AROUND = ("Boken", "lista", "ekade", "personen", "Björkar", "de", "Sökte", "i", "sak", "annars", "klintar")
AROUND += ("hassel", "40-årig", "§ 3", "på", "Café", "m²", "åter", "l'avis", "linor", "Omslag")


def bared(name: str) -> str:
    """Write a name as one does whose keyboard has no marks."""
    letters = name.translate(str.maketrans("øØłŁđĐŧŦŋŊıİ", "oOlLdDtTnNiI"))
    return "".join(sign for sign in normalize("NFD", letters) if not combining(sign))


WAYS: dict[str, Callable[[str], str]] = {
    "as registered": str,
    "decomposed": lambda name: normalize("NFD", name),
    "composed": lambda name: normalize("NFC", name),
    "wide": lambda name: re.sub("[A-Za-z]", lambda found: chr(ord(found[0]) + 0xFEE0), name),
    "capitals": str.upper,
    "small": str.lower,
    "genitive": lambda name: name + "s",
    "genitive by an apostrophe": lambda name: name + "’s",
    "genitive of capitals": lambda name: name.upper() + "S",
    "no marks": bared,
    "no marks in capitals": lambda name: bared(name).upper(),
    "two letters for one": lambda name: re.sub(
        "[ÅåÄäÖöØøæÜü]", lambda found: {"å": "aa", "ä": "ae", "ö": "oe", "ø": "oe", "æ": "ä", "ü": "ue"}
        [found[0].lower()], name
    ),
    "the other apostrophe": lambda name: name.replace("’", "'") if "’" in name else name.replace("'", "’"),
    "an apostrophe that is a letter": lambda name: re.sub("['’]", "ʼ", name),
    "no apostrophe": lambda name: re.sub("['’]", "", name),
    "a space for hyphens": lambda name: name.replace("-", " "),
    "no hyphens": lambda name: name.replace("-", ""),
    "a long hyphen": lambda name: name.replace("-", "\N{NON-BREAKING HYPHEN}"),
    "joiners": lambda name: f"{name[:1]}\N{ZERO WIDTH JOINER}{name[1:]}\N{SOFT HYPHEN}",
    "a joiner after": lambda name: name + "\N{ZERO WIDTH NON-JOINER}",
    "underlined": lambda name: re.sub(r"(\w)", "\\1\N{COMBINING LOW LINE}", name),
    "one of two given names": lambda name: re.split("[- ]", name)[-1],
}  # fmt: skip
NOTHING = re.compile(rf"(?:{re.escape(LEFT_OUT)}|[\s,])+")


@pytest.fixture
def mask(work: Work) -> Callable[[str, str], Concealed]:
    """Give what makes the mask of one person."""
    made: dict[tuple[str, str], Concealed] = {}

    def masked(family: str, given_name: str) -> Concealed:
        if (family, given_name) not in made:
            person = a_person(work, family, given_name)
            made[family, given_name] = redaction.concealed(work, [person], [])
        return made[family, given_name]

    return masked


@pytest.mark.engines("sqlite")
def test_a_name_is_masked_whole_however_it_is_spelled_and_the_words_around_it_stay(
    mask: Callable[[str, str], Concealed],
) -> None:
    words = st.lists(st.sampled_from(AROUND), max_size=3).map(" ".join)
    ends = st.sampled_from([" ", ", ", "\n", "; ", " (", ". "])
    orders = st.sampled_from(["{f}", "{g}", "{f}, {g}", "{g} {f}"])

    @given(st.sampled_from(NAMES), st.sampled_from(list(WAYS)), orders, words, words, ends)
    def holds(name: tuple[str, str], way: str, order: str, front: str, back: str, end: str) -> None:
        family, given_name = (WAYS[way](one) for one in name)
        front, back = f"{front}{end}", f"{end}{back}"
        kept = mask(*name).out_of(front + order.format(f=family, g=given_name) + back)
        assert (kept[: len(front)], kept[len(kept) - len(back) :]) == (front, back), kept
        assert NOTHING.fullmatch(kept[len(front) : len(kept) - len(back)]), kept

    for name in NAMES:  # each name in each way, drawn surroundings besides
        for way in WAYS:
            holds = example(name, way, "{g} {f}", "Boken i", "de lista", " ")(holds)
    holds()


@pytest.mark.parametrize(
    ("family", "given_name", "text", "kept"),
    [
        ("王", "小明", "昨天王小明來了", "昨天[…]來了"),
        ("王", "小明", "小明王", "[…]"),
        ("김", "민수", "김민수는", "[…]는"),
        ("Jönsson", "Anna", "AnnaJönsson, _Anna_, Jönsson1964", "[…], _[…]_, […]1964"),
        ("Ekholm", "Anna", "Ek-Holm och Ek Holm", "[…] och […] […]"),
        ("Alhassan", "Isak", "al Hassan i sak, al-Hassans", "[…] […] i sak, […]"),
        ("McDonald", "Ian", "Mc Donald", "[…] […]"),
        ("Ek", "Bo", "Boken, lista, Ek’ och Eks', Bos ek, boet", "Boken, lista, […]’ och […], […] […], boet"),
        ("de la Cruz", "Eva", "De sökte de la Cruz, de la ut den", "De sökte […] […] […], de la ut den"),
        ("da Silva", "Rui", "då sågs da Silvas bror", "då sågs […] […] bror"),
        ("Brien", "Eva", "l’Eva O’Brien", "l’[…] O’[…]"),
        ("Ek", "Joe", "jo, Joe", "jo, […]"),
        ("Jönsson", "Kristian", "Jönssonsakten, Jönsson-familjen i Kristianstad", "[…], […] i Kristianstad"),
        ("Ek", "Bo", "Ekfamiljens ärende, boakten, kontakt, ekar", "[…] ärende, […], kontakt, ekar"),
    ],
)  # fmt: skip
@pytest.mark.engines("sqlite")
def test_names_joined_parted_and_short_are_masked_as_words(
    mask: Callable[[str, str], Concealed], family: str, given_name: str, text: str, kept: str
) -> None:
    assert mask(family, given_name).out_of(text) == kept


@pytest.mark.parametrize(
    "number", ["64 08 23 - 32 34", "640823.3234", "1964.08.23-3234", "19 640823 – 3234", "pnr640823-3234",
               "٦٤٠٨٢٣-٣٢٣٤", "6408\N{ZERO WIDTH SPACE}23-3234", "1964-08-23 32-34"]
)  # fmt: skip
@pytest.mark.engines("sqlite")
def test_a_persons_own_number_is_masked_whatever_stands_between_its_digits(work: Work, number: str) -> None:
    concealed = redaction.concealed(work, [a_person(work, number="196408233234")], [])
    front = "pnr" if number.startswith("pnr") else ""
    assert concealed.out_of(f"se {number}, 2026") == f"se {front}{LEFT_OUT}, 2026"


@pytest.mark.engines("sqlite")
def test_a_short_reference_masks_no_enumeration(work: Work) -> None:
    file = a_file(work, a_box(work, a_shelf(work)), a_person(work), reference="123")
    concealed = redaction.concealed(work, [], [file])
    assert concealed.out_of("box 1, 2, 3 och dnr 1-23") == f"box 1, 2, 3 och dnr {LEFT_OUT}"


@pytest.mark.engines("sqlite")
def test_a_mask_takes_steps_as_the_text_has_letters_and_no_more(
    mask: Callable[[str, str], Concealed],
) -> None:
    concealed = mask("Ek-Ek-Holm", "Anna Karin")

    def steps(text: str) -> int:
        count = 0

        def called(_frame: FrameType, _event: str, _argument: object) -> None:
            nonlocal count
            count += 1

        sys.setprofile(called)
        try:
            concealed.out_of(text)
        finally:
            sys.setprofile(None)
        return count

    for text in ("ek-" * 100, "ek " * 100, "a\N{COMBINING ACUTE ACCENT}" * 100, "640823 " * 100, "´" * 100):
        steps(text)  # what is remembered of letters is no step of the text
        assert steps(text * 8) < 9 * steps(text)
