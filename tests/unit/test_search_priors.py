"""What the search plan reckons with: sound data with their sources, and what own incidents add to them."""

import ast
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from archive.search import priors
from archive.search.priors import GONE
from archive.vocabulary import FoundWhere

ROOT = Path(__file__).parents[2]
PRIORS = priors.packaged()
counts = st.dictionaries(st.sampled_from(sorted(PRIORS.shares)), st.floats(0, 50), max_size=5)


def test_the_kinds_are_where_an_incident_says_a_file_was_found_and_gone() -> None:
    assert set(PRIORS.shares) == {where.value for where in FoundWhere} | {GONE}


def test_shares_sum_to_one_and_each_names_its_source() -> None:
    assert sum(PRIORS.shares.values()) == pytest.approx(1)
    assert all(PRIORS.sources[kind] for kind in PRIORS.shares)


def test_every_look_names_its_source() -> None:
    data = yaml.safe_load(priors.PACKAGED.read_text(encoding="utf-8"))
    assert all(look["source"] for look in data["looks"].values())


def test_every_reason_is_given_by_some_clue_and_every_clue_has_its_reason() -> None:
    given_: set[str] = {GONE}
    for path in (ROOT / "archive" / "search").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and node.value in PRIORS.reasons
            ):
                given_.add(node.value)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                first = node.args[0] if node.args else None
                clue = node.func.attr in {"add", "loose", "inside", "borrowed", "desk"}
                if clue and isinstance(first, ast.Constant) and ast.unparse(node.func.value) == "clues":
                    assert first.value in PRIORS.reasons
    assert given_ == set(PRIORS.reasons)


@given(counts)
def test_learned_shares_still_sum_to_one_and_none_becomes_impossible(found: dict[str, float]) -> None:
    own = priors.learned(PRIORS, found)
    assert sum(own.shares.values()) == pytest.approx(1)
    assert min(own.shares.values()) > 0


@given(counts, counts)
def test_learning_in_two_steps_is_learning_at_once(one: dict[str, float], two: dict[str, float]) -> None:
    both = {kind: one.get(kind, 0) + two.get(kind, 0) for kind in {*one, *two}}
    stepwise = priors.learned(priors.learned(PRIORS, one), two)
    assert stepwise.shares == pytest.approx(priors.learned(PRIORS, both).shares)
    assert stepwise.learned == pytest.approx(sum(both.values()))


def test_own_incidents_weigh_as_much_as_the_packaged_shares_when_there_are_as_many() -> None:
    own = priors.learned(PRIORS, {"loan": PRIORS.strength})
    assert own.shares["loan"] == pytest.approx((PRIORS.shares["loan"] + 1) / 2)


def test_incidents_of_an_unknown_kind_teach_nothing() -> None:
    assert priors.learned(PRIORS, {"in_the_moon": 5}) == PRIORS


def test_counts_below_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        priors.learned(PRIORS, {"loan": -1})


TEXT = priors.PACKAGED.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("loan: {share: 0.10", "loan: {share: 0", "share of loan"),
        ("  gone: {share", "  vanished: {share", "gone"),
        ("kind: own_place", "kind: nowhere", "recorded"),
        ("sv: Stod här tidigare.", "sv: ''", "earlier_place"),
        ("read: {finds: 0.85", "read: {finds: 1", "finds something, never all"),
        ("again: 0.5", "again: 2", "again"),
        ("strength: 40", "strength: 0", "strength"),
        ("strength: 40", "strong: 40", "strength"),
        ("  behind: {finds: 0.7, start: 5", "  behind: {finds: 0.7, begin: 5", "start"),
    ],
)
def test_priors_that_cannot_be_are_refused_with_what_is_wrong(old: str, new: str, said: str) -> None:
    assert old in TEXT
    with pytest.raises(ValueError, match=said):
        priors.read(TEXT.replace(old, new, 1))
