"""The lists given by an archivist come out as their README says: each row right, or with its doubt told."""

import pytest

from archive.kernel.errors import Invalid
from archive.kernel.store import Archive, operator
from tests.verbs.imports.given_lists import TRUTH, outcome
from tests.verbs.imports.taking_in import assert_proven, prepared

NOT_YET = {
    "05_flik_per_bokstav.xlsx": "one sheet of three is read",
    "21_fast_bredd_cp850.txt": "not recognised as fixed width",
    "24_citattecken.csv": "a stray quote swallows a row",
    "32_formler.xlsx": "what Excel kept of a formula is not read",
    "42_tva_tabeller_bredvid.xlsx": "the right half vanishes",
    "56_rubrik_med_radbrytning.xlsx": "a broken heading loses all numbers",
    "73_utf8_en_dalig_byte.csv": "one bad byte garbles the rest",
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
