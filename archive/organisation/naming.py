"""What source systems and units share: a name of one line, and being in use or closed."""

from typing import Any

from archive.history import history
from archive.kernel.errors import Invalid
from archive.kernel.letters import one_form
from archive.kernel.store import Work
from archive.models import FileKind, SourceSystem, Unit
from archive.vocabulary import EventKind
from archive.vocabulary.wording import N_

LONGEST = 100


def one_line(text: str) -> str:
    """Return a text in its one form, on one line, with single blanks."""
    return " ".join(one_form(text).split())


def folded(text: str) -> str:
    """Return a name as it is compared with others."""
    return one_line(text).casefold()


def checked(name: str, field: str = "name") -> str:
    """Return a name as it is kept; raises Invalid where there is none or it is too long."""
    name = one_line(name)
    if not 1 <= len(name) <= LONGEST:
        raise Invalid(
            "name_length", N_("Write a name of at most %(most)s characters."), field=field, most=LONGEST
        )
    return name


def change(work: Work, kind: EventKind, thing: SourceSystem | Unit | FileKind, **values: Any) -> None:
    """Set what is given and differs, and write down what it was; checks no permission."""
    old = {name: getattr(thing, name) for name, value in values.items() if value is not None}
    changed = {name: values[name] for name, was in old.items() if values[name] != was}
    if not changed:
        return
    for name, value in changed.items():
        setattr(thing, name, value)
    work.session.flush()
    private = {"old": {name: old[name] for name in changed}, "new": changed}
    history.record(work, kind, thing, private=private, fields=sorted(changed))
