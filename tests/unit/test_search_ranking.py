"""The search plan: chances that sum to 1, Blackwell's order, and what a search that finds nothing teaches."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.search import priors, ranking
from archive.search.ranking import Clue, FileEvidence, SearchPlan, SearchSpot, VainSearch

PRIORS = priors.packaged()
ROOM, OTHER_ROOM, OTHER_SITE = 3, 4, 5


def clue(reason: str, cell: str, weight: float = 1.0, **facts: str | int) -> Clue:
    """Make a clue."""
    return Clue(reason, cell, weight, facts)


def spot(
    place: int, *, site: int = 1, room: int = ROOM, rack: int = 0, files: int = 20, boxes: int = 0
) -> SearchSpot:
    """Describe a place."""
    holders = tuple(holder for holder in (rack, room, site) if holder)
    return SearchSpot(place, site, room, f"{site:02}.{room:02}.{rack:02}.{place:03}", files, holders, boxes)


def lead(plan: SearchPlan, key: str) -> ranking.Lead:
    """Return the lead of a key."""
    return next(one for one in plan.leads if one.key == key)


cells = st.sampled_from(
    ["in:10", "in:11", "in:12", "papers:10", "inside:100", "inside:101", "desk:user:7", "table:3", "behind:2"]
)
clues = st.lists(
    st.builds(clue, st.sampled_from(sorted(PRIORS.reasons)), cells, st.floats(0.01, 3)),
    min_size=1,
    max_size=12,
)
SPOTS = {
    10: spot(10),
    11: spot(11, room=OTHER_ROOM),
    12: spot(12, site=2, room=OTHER_SITE),
    3: spot(3),
    2: spot(2),
}
evidences = st.builds(
    lambda told, start: FileEvidence(told, SPOTS, {100: 10, 101: 12}, start),
    clues,
    st.sampled_from([None, 10, 12]),
)


@st.composite
def searched(draw: st.DrawFn) -> tuple[SearchPlan, list[VainSearch]]:
    """Draw a plan and some searches of its leads, by up to three persons."""
    plan = ranking.make(draw(evidences), PRIORS)
    keys = st.sampled_from([one.key for one in plan.leads] or ["read:10"])
    searches = st.lists(st.builds(VainSearch, keys, st.sampled_from("abc")), max_size=6)
    return plan, draw(searches)


@given(searched())
def test_chances_sum_to_one_before_and_after_searches(drawn: tuple[SearchPlan, list[VainSearch]]) -> None:
    plan, searches = drawn
    for one in (plan, ranking.update(plan, searches)):
        assert sum(one.cells.values()) == pytest.approx(1)
        assert all(0 <= chance <= 1 for chance in one.cells.values())
        assert all(0 <= one_lead.chance <= one_lead.share <= 1 + 1e-9 for one_lead in one.leads)


@given(searched())
def test_a_search_never_raises_the_place_it_searched(drawn: tuple[SearchPlan, list[VainSearch]]) -> None:
    plan, searches = drawn
    for search in searches:
        before = lead(plan, search.key)
        plan = ranking.update(plan, [search])
        after = lead(plan, search.key)
        assert after.share <= before.share + 1e-12
        assert after.chance <= before.chance + 1e-12
        assert after.searched == before.searched + 1


@given(searched())
def test_the_chance_that_it_is_gone_never_falls_while_nothing_is_found(
    drawn: tuple[SearchPlan, list[VainSearch]],
) -> None:
    plan, searches = drawn
    for search in searches:
        later = ranking.update(plan, [search])
        assert later.gone >= plan.gone - 1e-12
        plan = later


@given(searched())
def test_updating_one_by_one_is_making_the_plan_anew(drawn: tuple[SearchPlan, list[VainSearch]]) -> None:
    plan, searches = drawn
    stepwise = plan
    for search in searches:
        stepwise = ranking.update(stepwise, [search])
    anew = ranking.make(plan.evidence, PRIORS, searches)
    assert [one.key for one in stepwise.leads] == [one.key for one in anew.leads]
    assert stepwise.cells == pytest.approx(anew.cells)


@given(evidences, st.data())
def test_the_same_person_looking_again_teaches_less_than_another(
    evidence: FileEvidence, data: st.DataObject
) -> None:
    plan = ranking.make(evidence, PRIORS)
    if not plan.leads:
        return
    key = data.draw(st.sampled_from([one.key for one in plan.leads]))
    same = ranking.update(plan, [VainSearch(key, "a"), VainSearch(key, "a")])
    other = ranking.update(plan, [VainSearch(key, "a"), VainSearch(key, "b")])
    assert lead(same, key).share >= lead(other, key).share - 1e-12
    assert same.gone <= other.gone + 1e-12


def test_whoever_looked_there_is_told_to_expect_less_of_it_than_another() -> None:
    evidence = FileEvidence([clue("recorded", "in:10"), clue("beside", "in:11")], SPOTS)
    search = [VainSearch("read:10", "a")]
    again = ranking.make(evidence, PRIORS, search, by="a")
    another = ranking.make(evidence, PRIORS, search, by="b")
    assert lead(again, "read:10").chance == pytest.approx(lead(another, "read:10").chance * PRIORS.again)


@given(
    st.lists(
        st.tuples(st.floats(0.05, 1), st.sampled_from(["read", "cover", "desk"])), min_size=2, max_size=3
    ),
)
@settings(max_examples=25)
def test_the_order_is_the_cheapest_of_all_orders_in_the_mean(
    places: list[tuple[float, str]],
) -> None:
    names = {"read": "in", "cover": "inside", "desk": "desk:user"}
    told = [clue("recorded", f"{names[how]}:{number}", weight) for number, (weight, how) in enumerate(places)]
    plan = ranking.make(FileEvidence(told), PRIORS)
    looks = []
    for number in range(6):  # each look by another person, so that no chance of a look depends on who looked
        best = plan.leads[0]
        assert best.rate == pytest.approx(best.chance / best.minutes)
        looks.append(best.key)
        plan = ranking.update(plan, [VainSearch(best.key, str(number))])
    first = ranking.make(FileEvidence(told), PRIORS)
    ours = _minutes(first, looks)
    assert all(ours <= _minutes(first, order) + 1e-9 for order in set(permutations(looks)))


def _minutes(plan: SearchPlan, order: tuple[str, ...] | list[str]) -> float:
    """Return how long an order of looks takes in the mean: each costs while nothing is found."""
    minutes, left, times = 0.0, 1.0, dict.fromkeys(order, 0)
    for key in order:
        one = lead(plan, key)
        minutes += left * one.minutes
        finds = one.chance / one.share
        left -= one.share * (1 - finds) ** times[key] * finds
        times[key] += 1
    return minutes


def test_going_to_another_site_waits_until_the_trip_pays() -> None:
    near = clue("recorded", "in:10", 0.2)
    far = clue("recorded", "in:12", 0.3)
    evidence = FileEvidence([near, far], SPOTS, start=10)
    plan = ranking.make(evidence, PRIORS)
    assert [one.key for one in plan.leads] == ["read:10", "read:12"]
    later = ranking.update(plan, [VainSearch("read:10", "a"), VainSearch("read:10", "b")])
    assert later.leads[0].key == "read:12"


def test_a_trip_pays_for_all_one_does_there_together() -> None:
    far = [clue("recorded", f"in:{place}", 0.2) for place in range(20, 30)]
    spots = {place: spot(place, site=2, room=OTHER_SITE) for place in range(20, 30)} | {10: spot(10)}
    alone = ranking.make(FileEvidence([clue("recorded", "in:10", 0.1), far[0]], spots, start=10), PRIORS)
    together = ranking.make(FileEvidence([clue("recorded", "in:10", 0.1), *far], spots, start=10), PRIORS)
    assert alone.leads[0].key == "read:10"
    assert together.leads[0].how == "read"
    assert together.leads[0].key != "read:10"


def test_whoever_stands_at_the_other_site_goes_on_there() -> None:
    evidence = FileEvidence([clue("recorded", "in:10", 0.3), clue("recorded", "in:12", 0.2)], SPOTS, start=10)
    assert ranking.make(evidence, PRIORS).leads[0].key == "read:10"
    assert ranking.make(evidence, PRIORS, at=12).leads[0].key == "read:12"


def test_whoever_searched_last_at_the_other_site_is_taken_to_be_there() -> None:
    spots = SPOTS | {13: spot(13, site=2, room=OTHER_SITE)}
    told = [clue("recorded", "in:10", 0.3), clue("recorded", "in:12", 0.2), clue("recorded", "in:13", 0.2)]
    plan = ranking.make(FileEvidence(told, spots, start=10), PRIORS)
    assert plan.leads[0].key == "read:10"
    assert (
        ranking.update(plan, [VainSearch("read:12", "a"), VainSearch("ask:loan:1", "a")]).leads[0].key
        == "read:13"
    )


def test_opening_every_cover_finds_what_reading_hardly_does() -> None:
    told = [
        clue("cover_somewhere", "papers:10"),
        clue("cover_beside", "inside:100"),
        clue("recorded", "in:10"),
    ]
    plan = ranking.make(FileEvidence(told, SPOTS, {100: 10}), PRIORS)
    inside = plan.cells["papers:10"] + plan.cells["inside:100"]
    read, opened = PRIORS.looks["read"], PRIORS.looks["open"]
    assert lead(plan, "read:10").chance == pytest.approx(
        plan.cells["in:10"] * read.finds + inside * read.finds_papers
    )
    assert lead(plan, "open:10").chance == pytest.approx(
        plan.cells["in:10"] * opened.finds + inside * opened.finds_papers
    )
    assert lead(plan, "cover:100").share == pytest.approx(plan.cells["inside:100"])
    assert lead(plan, "open:10").minutes > lead(plan, "read:10").minutes


def test_going_through_a_rack_finds_in_all_of_its_boxes_and_takes_as_long() -> None:
    spots = {9: spot(9, files=80, boxes=4), 10: spot(10, rack=9), 11: spot(11, room=OTHER_ROOM)}
    told = [clue("rest_of_room", "in:9"), clue("beside", "in:10"), clue("beside", "in:11")]
    plan = ranking.make(FileEvidence(told, spots), PRIORS)
    assert lead(plan, "sweep:9").share == pytest.approx(plan.cells["in:9"] + plan.cells["in:10"])
    look = PRIORS.looks["read"]
    assert lead(plan, "sweep:9").minutes == pytest.approx(PRIORS.note + 4 * look.start + 80 * look.each)
    after = ranking.update(plan, [VainSearch("sweep:9", "a")])
    assert after.cells["in:10"] < plan.cells["in:10"]
    assert after.cells["in:11"] > plan.cells["in:11"]


def test_a_box_read_once_and_then_with_its_rack_was_looked_at_twice_by_the_same_person() -> None:
    spots = {9: spot(9, files=80, boxes=4), 10: spot(10, rack=9)}
    plan = ranking.make(FileEvidence([clue("rest_of_room", "in:9"), clue("beside", "in:10")], spots), PRIORS)
    same = ranking.update(plan, [VainSearch("read:10", "a"), VainSearch("sweep:9", "a")])
    other = ranking.update(plan, [VainSearch("read:10", "a"), VainSearch("sweep:9", "b")])
    assert same.cells["in:10"] > other.cells["in:10"]


@given(evidences)
def test_a_search_of_what_no_clue_speaks_for_changes_nothing(evidence: FileEvidence) -> None:
    plan = ranking.make(evidence, PRIORS)
    keys = ["read:999", "read:x", "cover:999", "desk:loan:5", "ask:loan:4", "sweep:77", "unheard:of", ""]
    after = ranking.update(plan, [VainSearch(key, "a") for key in keys])
    assert after.cells == pytest.approx(plan.cells)


def test_nobody_knows_anything_of_a_file_without_clues_but_that_it_may_be_gone() -> None:
    plan = ranking.make(FileEvidence([]), PRIORS)
    assert plan.leads == ()
    assert plan.gone == 1


def test_a_lead_tells_its_reasons_the_strongest_first_in_both_languages() -> None:
    told = [
        clue("beside", "in:10", 5, on="2026-03-02"),
        clue("same_person_place", "in:10", 2),
        clue("batch_place", "in:10", 0.001),
    ]
    plan = ranking.make(FileEvidence(told, SPOTS), PRIORS)
    best = plan.leads[0]
    assert ranking.reasons(plan, best)[0].reason == "beside"
    assert sum(why.share for why in ranking.reasons(plan, best)) == pytest.approx(1)
    swedish, english = (ranking.explain(plan, best, language) for language in ("sv", "en"))
    assert swedish[0] == "Bredvid rätt plats; akten sattes tillbaka 2026-03-02."
    assert english[0] == "Beside the right place; the file was put away on 2026-03-02."
    assert len(swedish) == len(english) == 2


def test_a_reason_without_its_fact_is_told_all_the_same() -> None:
    plan = ranking.make(FileEvidence([clue("beside", "in:10")], SPOTS), PRIORS)
    assert ranking.explain(plan, plan.leads[0], "en") == [
        "Beside the right place; the file was put away on –."
    ]


@given(searched())
def test_every_lead_has_a_reason_in_either_language(drawn: tuple[SearchPlan, list[VainSearch]]) -> None:
    plan, searches = drawn
    plan = ranking.update(plan, searches)
    for one in plan.leads:
        for language in ("sv", "en"):
            assert all(ranking.explain(plan, one, language))


def test_a_find_speaks_for_the_kinds_that_spoke_for_its_place() -> None:
    told = [clue("beside", "in:10"), clue("same_person_place", "in:10"), clue("recorded", "in:11")]
    shares = ranking.credit(ranking.make(FileEvidence(told), PRIORS), "in:10")
    assert set(shares) == {"neighbour", "same_person"}
    assert sum(shares.values()) == pytest.approx(1)
    assert ranking.credit(ranking.make(FileEvidence(told), PRIORS), "in:999") == {}


def test_a_walk_asks_first_then_goes_through_its_own_room_then_the_others_by_shelf() -> None:
    told = [clue("recorded", f"in:{place}") for place in (10, 11, 12, 13)] + [clue("asker", "desk:user:7")]
    spots = SPOTS | {13: spot(13)}
    plan = ranking.make(FileEvidence(told, spots, start=10), PRIORS)
    assert [one.key for one in ranking.route(plan.leads, spots[13])] == [
        *("desk:user:7", "read:10", "read:13", "read:11", "read:12"),
    ]
    assert [one.key for one in ranking.route(plan.leads, spots[12])][1] == "read:12"


@given(searched())
def test_a_walk_leaves_no_lead_out(drawn: tuple[SearchPlan, list[VainSearch]]) -> None:
    plan, _searches = drawn
    assert sorted(one.key for one in ranking.route(plan.leads)) == sorted(one.key for one in plan.leads)


def test_what_own_incidents_taught_moves_the_chances() -> None:
    told = [clue("beside", "in:10"), clue("borrower_last", "desk:user:7")]
    cold = ranking.make(FileEvidence(told), PRIORS)
    own = ranking.make(FileEvidence(told), priors.learned(PRIORS, {"neighbour": 60}))
    assert own.cells["in:10"] > cold.cells["in:10"]
    assert own.cells["desk:user:7"] < cold.cells["desk:user:7"]


def test_a_heavier_clue_counts_for_more() -> None:
    light = ranking.make(FileEvidence([clue("beside", "in:10"), clue("beside", "in:11")]), PRIORS)
    heavy = ranking.make(FileEvidence([clue("beside", "in:10", 2), clue("beside", "in:11")]), PRIORS)
    assert light.cells["in:10"] == pytest.approx(light.cells["in:11"])
    assert heavy.cells["in:10"] == pytest.approx(2 * heavy.cells["in:11"])


def test_priors_that_make_looking_dearer_change_the_order() -> None:
    told = [clue("recorded", "in:10", 1), clue("recorded", "desk:user:7", 1.2)]
    plan = ranking.make(FileEvidence(told), PRIORS)
    assert plan.leads[0].key == "read:10"
    dear = replace(PRIORS.looks["read"], start=60.0)
    assert ranking.make(FileEvidence(told), replace(PRIORS, looks={**PRIORS.looks, "read": dear})).leads[
        0
    ].key == ("desk:user:7")
