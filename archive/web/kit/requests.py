"""Take in what a browser or a program sends: all text in its one form, whatever machine it was typed on."""

from typing import Any, TypeVar

from flask import Request
from werkzeug.datastructures import MultiDict
from werkzeug.utils import cached_property

from archive.kernel.letters import one_form, trimmed

Fields = TypeVar("Fields", bound=MultiDict[str, str])

# A password is compared sign by sign with what its owner chose.
SECRET = frozenset(("password", "again", "old"))


class TidyRequest(Request):
    """Give fields of forms, addresses, names of files and JSON in one form; what was sent stays in `data`."""

    def _load_form_data(self) -> None:
        """Read a form, once."""
        if "form" in self.__dict__:
            return
        super()._load_form_data()
        self.__dict__["form"] = _tidy(self.form)
        for upload in self.files.values():
            upload.filename = upload.filename and one_form(upload.filename)

    @cached_property
    def args(self) -> Any:
        """Return what stands behind the question mark of the address."""
        return _tidy(super().args)

    def get_json(self, *given: Any, **options: Any) -> Any:
        """Return the body of a program's request."""
        return _tidy_json(super().get_json(*given, **options))


def _tidy(fields: Fields) -> Fields:
    every = [(name, value if name in SECRET else trimmed(value)) for name, value in fields.items(multi=True)]
    return type(fields)(every)


def _tidy_json(value: Any) -> Any:
    if isinstance(value, str):
        return one_form(value)
    if isinstance(value, list):
        return [_tidy_json(one) for one in value]
    if isinstance(value, dict):
        return {name: _tidy_json(one) for name, one in value.items()}
    return value
