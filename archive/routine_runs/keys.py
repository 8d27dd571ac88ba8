"""Keys in the forms of a routine: whom, which place, which file they stand for, checked before they are kept.

A person is `user:7`, or `name:…` for somebody without an account, whose name stays among the answers, where
it can be shredded.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from archive.kernel.errors import Invalid
from archive.kernel.letters import is_number
from archive.kernel.store import Work
from archive.models import CaseFile, Incident, IncidentFile, Place, User
from archive.vocabulary.wording import N_
from routines.conditions import Answer
from routines.model import FieldKind, FormField, Step

NAMED = "name:"
LONGEST_NAME = 200
# Who comes to own a case, and who decides with the delegate: the program acts on these.
_ACCOUNTS = frozenset({"tell_manager.owner", "decide.decided_with"})
_MODELS: Mapping[str, Any] = {
    "user": User,
    "place": Place,
    "file": CaseFile,
    "item": IncidentFile,
    "incident": Incident,
}
_NOUNS: Mapping[FieldKind, tuple[str, ...]] = {
    FieldKind.PERSON: ("user",),
    FieldKind.PLACE: ("place",),
    FieldKind.FILE: ("file", "item"),
}


def refuse_unknown(work: Work, step: Step, answers: Mapping[str, Answer]) -> None:
    """Raise Invalid for a key that stands for nobody and nothing, or a name where an account is needed."""
    for field in step.fields:
        nouns = _NOUNS.get(field.kind)
        if nouns is None or field.id not in answers:
            continue
        for key in keys(answers[field.id]):
            named = field.kind is FieldKind.PERSON and not needs_account(step, field) and _is_name(key)
            if not named and not _is_there(work, key, nouns):
                raise Invalid("key_unknown", N_("Choose from the list."), field=field.id)


def needs_account(step: Step, field: FormField) -> bool:
    """Tell whether a person named here has to be one who works with the system."""
    return field.id == step.performed_by or f"{step.id}.{field.id}" in _ACCOUNTS


def keys(answer: Answer) -> Iterator[str]:
    """Return the keys in an answer."""
    yield from answer if isinstance(answer, tuple) else (str(answer),)


def _is_name(key: str) -> bool:
    return key.startswith(NAMED) and 0 < len(key.removeprefix(NAMED).strip()) <= LONGEST_NAME


def _is_there(work: Work, key: str, nouns: tuple[str, ...]) -> bool:
    noun, _colon, number = key.partition(":")
    if key == work.actor.id and work.actor.user_id is None and nouns == ("user",):
        return True  # the operator, who has no account either
    if noun not in nouns or not is_number(number):
        return False
    return work.session.get(_MODELS[noun], int(number)) is not None
