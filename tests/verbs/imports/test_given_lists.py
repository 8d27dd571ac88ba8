"""The lists given by an archivist come out as their README says: rows right or in doubt, cells counted."""

import pytest

from archive.kernel.errors import Invalid
from archive.kernel.store import Archive, operator
from tests.verbs.imports.given_lists import TRUTH, outcome
from tests.verbs.imports.taking_in import assert_proven, prepared

ACTOR = operator("tests")


@pytest.fixture
def archive(archive: Archive) -> Archive:
    return prepared(archive)


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("name", sorted(TRUTH))
def test_each_row_comes_out_right_or_says_its_doubt_and_each_cell_is_accounted_for(
    archive: Archive, name: str
) -> None:
    try:
        found = [*outcome(archive, ACTOR, name)]
    except Invalid as refused:
        found = [refused.say()]
    assert found == []
    assert_proven(archive, ACTOR)
