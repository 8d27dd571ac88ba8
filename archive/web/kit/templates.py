"""How templates are compiled: what never changes is settled then, not each time a page is shown."""

from collections.abc import Iterator, MutableMapping
from typing import Any

from flask.templating import Environment
from jinja2.environment import copy_cache
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from archive.vocabulary.wording import LOCALES, _, locale
from archive.web.kit.bidi import Page

_SENTENCE = ["name", "lparen", "string", "rparen"]


class Spoken(Extension):
    """Put the sentence itself in the place of `_("…")`, in the language the template is compiled for."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Return the tokens of a template with its plain sentences said."""
        tokens = list(stream)
        at = 0
        while at < len(tokens):
            token = tokens[at]
            if token.value == "_" and [one.type for one in tokens[at : at + 4]] == _SENTENCE:
                token = Token(token.lineno, "string", _(tokens[at + 2].value))
                at += 3
            yield token
            at += 1


class Templates(Environment):
    """Compile templates once for each language, and let all of them share their globals."""

    template_class = Page

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.add_extension(Spoken)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the globals of a template: a chain of its own costs time at every import of macros."""
        return super().make_globals(d) if d else self.globals

    @property
    def cache(self) -> Any:
        """Return the templates compiled for the language in use."""
        return self._caches[locale()]

    @cache.setter
    def cache(self, empty: Any) -> None:
        """Begin anew for every language."""
        self._caches = {language: copy_cache(empty) for language in LOCALES}
