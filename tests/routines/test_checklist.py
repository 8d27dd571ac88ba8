"""The checklist of a cover check is checked as a routine is, and says how deep to leaf."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.vocabulary import Confirmation, FindingKind
from routines import checklist
from routines.checklist import Checklist
from routines.wording import Refused
from tests.routines.examples import text

Data = dict[str, Any]
OURS = checklist.packaged_checklist("cover_check")


def named(name: str, **keys: Any) -> Data:
    """Return something with an id and texts."""
    return {"id": name, "title": text(name), "guidance": text("do"), **keys}


def data(**keys: Any) -> Data:
    """Return the data of a small checklist."""
    whole = {
        "checklist": "small",
        "version": 1,
        "title": text("Small"),
        "purpose": text("To test"),
        "confirmations": [named("cover")],
        "findings": [named("wrong")],
        "points": [named("name", confirmation="cover", findings=["wrong"])],
        "marks": [{"id": "wanted", "title": text("wanted")}],
        "depths": [named("all"), named("some")],
        "leafing": [
            {"depth": "all", "mark": "wanted"},
            {"depth": "all", "sheets_up_to": 50},
            {"depth": "some"},
        ],
    }
    return deepcopy(whole) | keys


def small(**keys: Any) -> Checklist:
    """Return a small checklist."""
    return checklist.from_data(data(**keys))


@pytest.mark.parametrize(
    ("of", "path", "words"),
    [
        (data(title={"sv": "Hej"}), "title/en", "den engelska texten saknas"),
        (
            data(points=[named("a", confirmation="covr", findings=["wrong"])]),
            "points/0/confirmation",
            "Skriv cover",
        ),
        (
            data(points=[named("a", confirmation="cover", findings=["rong"])]),
            "points/0/findings",
            "Skriv wrong",
        ),
        (data(points=[named("a", confirmation="cover")]), "points/0", "skriv minst en anmärkning"),
        (data(points=[]), "confirmations/0", "har ingen punkt"),
        (data(findings=[named("wrong"), named("idle")]), "findings/1", "kan inte väljas vid någon punkt"),
        (data(depths=[named("all"), named("all")]), "depths", "används 2 gånger"),
        (data(leafing=[{"depth": "deep"}]), "leafing/0/depth", "”deep” finns inte"),
        (data(leafing=[{"depth": "all", "mark": "x"}, {"depth": "all"}]), "leafing/0/mark", "”x” finns inte"),
        (data(leafing=[{"depth": "all", "mark": "wanted"}]), "leafing", "ska gälla alla andra akter"),
        (data(leafing=[{"depth": "all"}, {"depth": "some"}]), "leafing/1", "regel 2 nås aldrig"),
        (data(leafing=[{"depth": "all", "sheets_up_to": 0}]), "leafing/0/sheets_up_to", "heltal"),
        (data(piont=[]), "piont", "känns inte igen. Skriv points"),
    ],
)
def test_a_mistake_is_told_where_it_stands_and_what_to_write(of: Data, path: str, words: str) -> None:
    with pytest.raises(Refused) as refused:
        checklist.from_data(of)
    found = refused.value.problems
    assert any(problem.path == path and words in problem.sv for problem in found), found
    assert all(problem.en and problem.en != problem.sv for problem in found)


def test_the_first_leafing_rule_that_fits_decides() -> None:
    of = small()
    assert of.depth_for(50).id == "all"
    assert of.depth_for(51).id == "some"
    assert of.depth_for(None).id == "some"
    assert of.depth_for(None, ["wanted"]).id == "all"


@given(st.none() | st.integers(0, 10**6), st.sets(st.sampled_from([mark.id for mark in OURS.marks])))
def test_every_file_has_a_depth(sheets: int | None, marks: set[str]) -> None:
    assert OURS.depth_for(sheets, marks) in OURS.depths
    if "sealed" in marks:
        assert OURS.depth_for(sheets, marks).id == "unopened"


def test_a_checklist_written_and_read_again_is_the_same() -> None:
    assert checklist.load(checklist.as_yaml(OURS)) == OURS


def test_two_versions_differ_point_by_point() -> None:
    changed = small(
        points=[named("name", confirmation="cover", findings=["wrong"]) | {"title": text("Names")}]
    )
    told = [(one.part.sv, one.path, one.new) for one in checklist.difference(small(), changed)]
    assert ("name (sv)", "points/name/title/sv", "Names (sv)") in told
    assert checklist.difference(OURS, OURS) == ()


def test_our_checklist_says_the_same_words_as_the_register() -> None:
    assert {one.id for one in OURS.findings} == {kind.value for kind in FindingKind}
    assert {one.id for one in OURS.confirmations} == {one.value for one in Confirmation}


def test_our_checklist_asks_for_every_field_of_a_cover() -> None:
    asked = {point.id for point in OURS.points_of("cover")}
    fields = {
        "unit",
        "name",
        "number",
        "kind",
        "reference",
        "part",
        "dates",
        "retention",
        "research_day",
        "secrecy",
    }
    assert fields | {"references", "legible", "whole"} <= asked
