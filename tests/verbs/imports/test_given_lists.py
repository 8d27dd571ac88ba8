"""The lists given by an archivist come out as their README says: each row right, or with its doubt told."""

import pytest

from archive.kernel.errors import Invalid
from archive.kernel.store import Archive, operator
from tests.verbs.imports.given_lists import TRUTH, outcome
from tests.verbs.imports.taking_in import assert_proven, prepared

NOT_YET = {
    "04b_sidhuvud_utan_typ.csv": "“Transport” and the page head become files",
    "08_datum_i_alla_former.csv": "the serial 36000 becomes a day without a word",
    "14_aktnummer_intervall.csv": "six ranges become one file each",
    "21_fast_bredd_cp850.txt": "two numbers of people born after their file was opened get another century",
    "50_gallrad_kolumn.csv": "destroyed files are registered as standing",
    "54_namn_och_nummer_i_ett.csv": "numbers inside names are lost",
    "64_efternamn_fornamn_utan_komma.csv": "family and given names are swapped",
    "78b_box_bara_forsta_raden.csv": "a box given once holds one file",
}
ACTOR = operator("tests")


@pytest.fixture
def archive(archive: Archive) -> Archive:
    return prepared(archive)


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("name", sorted(TRUTH))
def test_each_row_comes_out_right_or_says_its_doubt(archive: Archive, name: str) -> None:
    try:
        found = [*outcome(archive, ACTOR, name)]
    except Invalid as refused:
        found = [refused.say()]
    assert bool(found) is (name in NOT_YET), found
    assert_proven(archive, ACTOR)
