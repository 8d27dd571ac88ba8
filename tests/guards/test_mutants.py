"""Every mutant can still be put into the code, and the test that notices it is still there."""

from tests.guards.source import ROOT, is_there
from tests.mutants.faults import known


def test_every_mutant_changes_one_place_of_the_code_as_it_is() -> None:
    texts = {mutant.file: (ROOT / mutant.file).read_text(encoding="utf-8") for mutant in known()}
    astray = {
        mutant.name
        for mutant in known()
        if texts[mutant.file].count(mutant.old) != 1 or mutant.new == mutant.old
    }
    assert astray == set()
    assert len({mutant.name for mutant in known()}) == len(known()) >= 30


def test_every_mutant_is_killed_by_a_test_thatis_there() -> None:
    gone = {mutant.name for mutant in known() if not is_there(mutant.killed_by)}
    assert gone == set()
    assert not is_there("tests/guards/test_mutants.py::test_nobody_wrote")
