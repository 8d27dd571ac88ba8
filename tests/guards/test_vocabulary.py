"""Words, events and lifecycles fit: nothing unsaid, nothing unreachable, nothing personal in a body."""

import ast
import inspect

import pytest

from archive import vocabulary
from archive.deliveries import planning
from archive.files import files
from archive.history.shapes import SHAPES
from archive.integrity.replay import SETS, TABLES
from archive.kernel.lifecycle import LIFECYCLES, Lifecycle
from archive.kernel.permissions import ROLE_PERMISSIONS
from archive.timeline import event_texts
from archive.vocabulary import EventKind, Permission, Role, Term
from tests.guards.source import modules
from tests.guards.texts import placeholders

TONES = {"grey", "blue", "green", "yellow", "red", "purple"}
CLASSES = [found for _, found in inspect.getmembers(vocabulary, inspect.isclass)]
TERMS = [found for found in CLASSES if issubclass(found, Term) and found is not Term]
# What may hold a name, a number, free text or another's words: only ever beside the body, in the side row.
PERSONAL = {"birth_date", "borrower", "checked_on", "login", "name", "names", "new", "note", "number"}
PERSONAL |= {"numbers", "reference", "sign", "source", "term", "text", "unit"}
NOT_PERSONAL_HERE = {
    (EventKind.FILE_REGISTERED, "source"),  # the id of the source system
}


@pytest.mark.parametrize("kind", TERMS)
def test_every_term_has_a_word_in_both_languages_and_a_tone(kind: type[Term]) -> None:
    for term in kind:
        assert term.sv.strip(), term
        assert term.en.strip(), term
        assert term.tone in TONES, term
        assert len(term.value) <= 30, term  # what a column of terms holds


@pytest.mark.parametrize("kind", TERMS)
def test_no_two_terms_of_a_kind_share_a_word(kind: type[Term]) -> None:
    if kind is EventKind:
        return  # the stream tells a labelled file from a labelled place
    for words in ([term.sv for term in kind], [term.en for term in kind]):
        assert len(set(words)) == len(words)


def test_every_kind_of_event_has_its_shape_and_no_shape_is_left_over() -> None:
    assert SHAPES.keys() == set(EventKind)


@pytest.mark.parametrize("kind", EventKind)
def test_a_sentence_names_only_facts_its_event_carries(kind: EventKind) -> None:
    assert placeholders(SHAPES[kind].sentence) <= SHAPES[kind].facts


@pytest.mark.parametrize("kind", EventKind)
def test_a_body_carries_nothing_personal(kind: EventKind) -> None:
    shape = SHAPES[kind]
    suspect = {fact for fact in shape.facts & PERSONAL if (kind, fact) not in NOT_PERSONAL_HERE}
    assert suspect == set()
    assert not shape.facts & shape.private


@pytest.mark.parametrize("lifecycle", LIFECYCLES.values(), ids=LIFECYCLES)
def test_every_action_has_a_rule_and_every_rule_an_action(lifecycle: Lifecycle) -> None:
    assert {action for _state, action in lifecycle.table} == lifecycle.rules.keys()


@pytest.mark.parametrize("lifecycle", LIFECYCLES.values(), ids=LIFECYCLES)
def test_every_state_is_reached_from_before_birth(lifecycle: Lifecycle) -> None:
    reached: set[Term | None] = {None}
    while True:
        further = {target for (state, _action), target in lifecycle.table.items() if state in reached}
        if further <= reached:
            break
        reached |= further
    assert {state for state, _action in lifecycle.table} <= reached


@pytest.mark.parametrize("lifecycle", LIFECYCLES.values(), ids=LIFECYCLES)
def test_every_step_writes_an_event_that_says_the_new_state(lifecycle: Lifecycle) -> None:
    for rule in lifecycle.rules.values():
        assert "to" in SHAPES[rule.event].facts, rule


def test_every_event_that_says_a_state_is_replayed() -> None:
    assert {kind for kind, shape in SHAPES.items() if "to" in shape.facts} == {
        kind for kind, sets in SETS.items() if "to" in sets
    }


@pytest.mark.parametrize("kind", SETS)
def test_what_is_replayed_is_a_fact_of_the_event_and_a_column_compared(kind: EventKind) -> None:
    assert SETS[kind].keys() <= SHAPES[kind].facts
    assert set(SETS[kind].values()) <= set(TABLES[kind.value.split(".")[0]][1])


def test_every_role_has_permissions_and_every_permission_a_role() -> None:
    assert ROLE_PERMISSIONS.keys() == set(Role)
    assert frozenset().union(*ROLE_PERMISSIONS.values()) | {Permission.ANYONE} == set(Permission)


def test_every_field_whose_change_is_recorded_has_a_word() -> None:
    said = {"family_name", "given_name", "birth_date"} | {"name", "order_rule", "capacity", "central"}
    said |= {name.removesuffix("_id") for name in planning._CHANGEABLE} | set(files.CORRECTABLE)
    for module in modules("archive"):
        for name, call in module.calls():
            if name == "_record_change" and isinstance(call.args[-1], ast.Constant):
                said.add(call.args[-1].value)
            if name == "changed" and ast.unparse(call.args[0]).endswith("work"):
                said |= {word.arg for word in call.keywords if word.arg}
            for word in call.keywords:
                if word.arg == "fields" and isinstance(word.value, ast.List):
                    said |= {one.value for one in word.value.elts if isinstance(one, ast.Constant)}
    assert {"aware_at", "password", "number", "earlier_check"} <= said  # each way of saying one is seen
    assert sorted(said - event_texts._WORDS.keys()) == []
