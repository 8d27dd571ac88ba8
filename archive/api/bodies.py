"""Read what a program sends: each wrong field is named."""

from collections.abc import Iterable
from datetime import date
from typing import Any, TypeVar

from flask import request

from archive.codes import codes
from archive.deliveries import transfer_notices
from archive.kernel.errors import Invalid
from archive.kernel.store import Work
from archive.models import Place, Unit
from archive.places import places
from archive.vocabulary import Term
from archive.vocabulary.wording import N_

A = TypeVar("A", bound=Term)
LARGEST_PAGE = 500
_LARGEST_NUMBER = 999_999_999


def sent() -> "Sent":
    """Return what the request carries, nothing where a verb needs nothing; raises Invalid for no object."""
    body = request.get_json(silent=True) if request.get_data(cache=True) else {}
    if not isinstance(body, dict):
        raise Invalid("body_wrong", N_("Send a JSON object."))
    return Sent(body)


def page(name: str = "limit", usual: int = 50) -> int:
    """Return how many rows a program wants at most."""
    return max(1, min(request.args.get(name, usual, type=int), LARGEST_PAGE))


class Sent(dict[str, Any]):
    """The fields of a JSON object; each way of reading one raises Invalid naming it."""

    def text(self, name: str) -> str:
        """Return a text without blanks around it, empty when it was left out."""
        value = self.get(name)
        if value is not None and not isinstance(value, str):
            raise Invalid("text_wrong", N_("“%(name)s” must be text."), field=name, name=name)
        return (value or "").strip()

    def number(self, name: str) -> int:
        """Return a whole number."""
        value = self.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LARGEST_NUMBER:
            raise Invalid("number_wrong", N_("Write a whole number."), field=name)
        return value

    def numbers(self, *names: str) -> dict[str, int]:
        """Return those whole numbers that were sent."""
        return {name: self.number(name) for name in names if self.get(name) is not None}

    def day(self, name: str) -> date:
        """Return a day."""
        try:
            return date.fromisoformat(self.text(name))
        except ValueError:
            raise Invalid("day_wrong", N_("Write a day, as 2026-11-27."), field=name) from None

    def flag(self, name: str) -> bool:
        """Return yes or no, which must be said."""
        value = self.get(name)
        if not isinstance(value, bool):
            raise Invalid("flag_wrong", N_("“%(name)s” must be true or false."), field=name, name=name)
        return value

    def term(self, name: str, terms: Iterable[A]) -> A:
        """Return one of the words that are possible here."""
        known = {one.value: one for one in terms}
        try:
            return known[self.text(name)]
        except KeyError:
            choices = ", ".join(known)
            raise Invalid(
                "term_wrong", N_("Choose one of: %(choices)s."), field=name, choices=choices
            ) from None

    def place(self, work: Work, name: str) -> Place:
        """Return the place with the code that was sent."""
        return places.by_code(work, codes.parse(self.text(name)))

    def unit(self, work: Work, name: str) -> Unit | None:
        """Return the unit with the name that was sent, None when none was."""
        return transfer_notices.unit_named(work, self.text(name)) if self.text(name) else None

    def rows(self, name: str) -> list["Sent"]:
        """Return a list of objects."""
        rows = self.get(name)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise Invalid("rows_wrong", N_("“%(name)s” must be a list of objects."), field=name, name=name)
        return [Sent(row) for row in rows]
