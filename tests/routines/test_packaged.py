"""The routines that ship with us hold together, and lead everybody to an end, whatever they answer."""

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routines import definition, engine
from routines.model import Routine
from tests.routines.examples import MONDAY
from tests.routines.walking import Files, Walk, moments, to_the_end

NAMES = [one.name for one in definition.packaged()]
VERSIONS = {"suspected_lost_file": 2}  # the others ship in their first
ENOUGH = {
    "go_on": "no",
    "more": "no",
    "outcome": "declared_lost",
    "helped": "yes",
    "right": "yes",
    "effect": "yes",
}


def facts_of(routine: Routine, **given: Any) -> dict[str, Any]:
    """Return a value for each fact of a routine."""
    if routine.name == "suspected_lost_file":
        return moments(**given)
    kinds: dict[str, Any] = {"moment": MONDAY, "flag": False, "count": 0, "people": frozenset[str]()}
    return {fact.id: kinds[fact.kind] for fact in routine.facts} | given


@pytest.mark.parametrize("name", NAMES)
def test_a_packaged_routine_is_written_as_its_file_is_named(name: str) -> None:
    routine = definition.packaged_routine(name)
    assert (routine.name, routine.version) == (name, VERSIONS.get(name, 1))


@pytest.mark.parametrize("name", NAMES)
def test_a_packaged_routine_reads_the_same_after_being_written(name: str) -> None:
    routine = definition.packaged_routine(name)
    assert definition.load(definition.as_yaml(routine)) == routine


@pytest.mark.parametrize("name", NAMES)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=40)
def test_whatever_is_answered_there_is_a_next_step_until_the_end(name: str, seed: int) -> None:
    random = Random(seed)
    routine = definition.packaged_routine(name)
    files = Files(random)
    lost = routine.name == "suspected_lost_file"
    given_facts = {"missing": random.randint(1, 3), "protected": random.random() < 0.3} if lost else {}
    walk = Walk(routine, random, facts_of(routine, **given_facts), files if lost else lambda *_: None)
    for _ in range(random.randint(0, 70)):
        chance = random.random()
        if chance < 0.1:
            walk.sleep(random.choice((1, 30, 24 * 8, 24 * 30)))
        elif chance < 0.2 and lost and (not walk.finished or walk.progress.facts["lost"]):
            files.scan(walk)
            walk.look()
        elif chance < 0.25:
            walk.start_something()
        elif not walk.finished:
            walk.step()
    to_the_end(walk, ENOUGH)
    assert engine.open_steps(walk.progress) == ()
