"""Every sentence is said in Swedish, with the same facts in it."""

import ast

from tests.guards.source import modules
from tests.guards.texts import placeholders, said, swedish


def test_every_sentence_has_its_swedish() -> None:
    catalogue = swedish()
    missing = {text: path for text, path in said().items() if not all(catalogue.get(text, ("",)))}
    assert missing == {}


def test_the_catalogue_holds_no_swedish_that_nobody_says() -> None:
    assert swedish().keys() - said().keys() == set()


def test_swedish_fills_in_the_same_facts() -> None:
    different = {
        english: forms
        for english, forms in swedish().items()
        for form in forms
        if placeholders(form) - {"num"} != placeholders(english) - {"num"}
    }
    assert different == {}


def test_both_forms_of_a_plural_stand_where_they_are_counted() -> None:
    hidden = {
        f"{module.name}:{node.lineno}"  # the catalogue is compared with what stands in the call itself
        for module in modules("archive")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) == "ngettext"
        and not all(isinstance(form, ast.Constant) for form in node.args[:2])
    }
    assert hidden == set()
