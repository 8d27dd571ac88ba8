"""Everything that can be refused, each with a status, a stable code and a sentence that says what to do next.

DomainError
├── Invalid        422  what was typed, scanned or uploaded cannot be used
├── NotFound       404  no such thing, or none you may know of
├── NotPermitted   403  the actor's role does not allow the action
├── NotSignedIn    401  nobody is signed in
├── Conflict       409  the thing is in another state than the action needs
│   └── ChangedMeanwhile  somebody else was first
├── TooMany        429  slow down: throttled
├── TooLarge       413  larger than we take
└── Unavailable    503  the register cannot answer safely just now
"""

from collections.abc import Mapping

from archive.vocabulary.wording import _


class DomainError(Exception):
    """Refuse a verb; the sentence is an English catalogue text with %(fact)s in it."""

    status = 400

    def __init__(self, code: str, sentence: str, /, *, field: str | None = None, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence
        self.field = field
        self.facts: Mapping[str, object] = facts

    def say(self) -> str:
        """Return the sentence in the language in use."""
        return _(self.sentence, **self.facts)

    def __str__(self) -> str:
        return f"{self.code}: {self.say()}"


class Invalid(DomainError):
    """Refuse input that cannot be used; `field` names the form field it came from."""

    status = 422


class NotFound(DomainError):
    """Refuse because no such thing exists, or none the actor may know of."""

    status = 404


class NotPermitted(DomainError):
    """Refuse because the actor's role does not allow the action."""

    status = 403


class NotSignedIn(DomainError):
    """Refuse because nobody is signed in."""

    status = 401


class Conflict(DomainError):
    """Refuse because the thing is in another state than the action needs."""

    status = 409


class ChangedMeanwhile(Conflict):
    """Refuse because somebody else changed the thing first."""


class TooMany(DomainError):
    """Refuse because too many attempts were made in a short time."""

    status = 429


class TooLarge(DomainError):
    """Refuse what is larger than we take."""

    status = 413


class Unavailable(DomainError):
    """Refuse because the register cannot answer safely just now."""

    status = 503
