"""By what two files may be one, and in which words it is said."""

import pytest

from archive.files.likeness import Described, Somebody, near, tell
from archive.kernel.partial_date import PartialDate
from archive.vocabulary.wording import speaking

ANNA = Somebody("Åkerlund", "Anna Maria", "199006022397")
OTHER = "aktnumret är ett annat"
BORN = PartialDate(1990, 6, 2)


def a_file(reference: str = "2009/12345", person: Somebody = ANNA, **said: object) -> Described:
    """Return a file of 2009 to 2011."""
    known: dict[str, object] = {
        "part": 1,
        "opened": PartialDate(2009, 3, 4),
        "closed": PartialDate(2011, 10, 7),
        "persons": (person,),
    }
    return Described(1, reference, kind_id=1, **{**known, **said})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (
            a_file("2009/12346", ANNA._replace(number="")),
            "samma namn och datum, personnummer saknas i den ena, aktnumret skiljer en siffra",
        ),
        (a_file("2009/12346"), "samma personnummer, namn och datum, aktnumret skiljer en siffra"),
        (
            a_file("2009/12435", part=2),
            "samma personnummer, namn och datum, två tecken i aktnumret har bytt plats, en annan del",
        ),
        (
            a_file("2009/I2345"),
            "samma personnummer, namn och datum, aktnumret är skrivet på annat sätt",
        ),
        (
            a_file("P7", ANNA._replace(given="Ana Maria")),
            "samma personnummer och datum, namnet är stavat på annat sätt, aktnumret är ett annat",
        ),
        (
            a_file("P7", ANNA._replace(number="199006072397")),
            "samma namn och datum, personnumret skiljer en siffra, aktnumret är ett annat",
        ),
        (
            a_file("P7", Somebody("Ny", "Anna Maria", "", BORN)),
            "samma födelsedatum och datum, personnummer saknas i den ena, ett annat efternamn, " + OTHER,
        ),
        (
            a_file("P7", Somebody("Anna Maria", "Akerlund", "199006022397")),
            "samma personnummer och datum, för- och efternamn har bytt plats, aktnumret är ett annat",
        ),
        (
            a_file("P7", closed=PartialDate(2011, 7, 10)),
            "samma personnummer, namn och datum, dag och månad har bytt plats, aktnumret är ett annat",
        ),
    ],
)
def test_a_near_duplicate_is_told_with_what_agrees_and_what_differs(other: Described, said: str) -> None:
    with speaking("sv"):
        assert tell(near(a_file(), other)) == said
        assert tell(near(other, a_file())) == said, "whichever comes first"


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(a_file("2009/12346", Somebody("Åkerlund", "Bo", "199203042398")), id="sibling"),
        pytest.param(
            a_file("2009/12346", ANNA._replace(number="", born=BORN), opened=PartialDate(2001, 5, 9)),
            id="opened another year",
        ),
        pytest.param(a_file("2009/12346", Somebody("Åkerlund", "Eva", "199006022389")), id="twin"),
        pytest.param(a_file("2009/12346", Somebody("Åkerlund", "Anna Maria", "198801012388")), id="namesake"),
        pytest.param(
            a_file("2012/00999", opened=PartialDate(2012, 1, 2), closed=PartialDate(2013, 3, 4)), id="later"
        ),
        pytest.param(a_file(part=2), id="another part"),
        pytest.param(a_file("2009/12346")._replace(kind_id=2), id="another kind"),
        pytest.param(a_file("2009/12346", Somebody()), id="nobody named"),
    ],
)
def test_a_file_of_somebody_else_or_of_another_time_is_no_near_duplicate(other: Described) -> None:
    assert near(a_file(), other) == ()
