"""Every sentence is said in Swedish, with the same facts in it."""

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
