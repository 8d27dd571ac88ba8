"""Source systems, units and kinds of file by the word of their noun, as addresses and commands name them."""

from archive.kernel.errors import Invalid, NotFound
from archive.kernel.store import Work
from archive.models import FileKind, SourceSystem, Unit
from archive.organisation import kinds, source_systems, units
from archive.vocabulary.wording import N_

NO_SUCH_NOUN = N_("There are source systems, units and kinds of file.")
NOUNS = ("source", "unit", "kind")

Thing = SourceSystem | Unit | FileKind


def get(work: Work, noun: str, thing_id: int) -> Thing:
    """Return one by its noun and id; raises NotFound."""
    if noun == "source":
        return source_systems.get(work, thing_id)
    if noun == "unit":
        return units.get(work, thing_id)
    if noun == "kind":
        return kinds.get(work, thing_id)
    raise NotFound("no_such_noun", NO_SUCH_NOUN)


def change(work: Work, thing: Thing, *, name: str | None = None, active: bool | None = None) -> None:
    """Rename one, close it or open it again; raises Invalid or Conflict, also for a kind's name."""
    if isinstance(thing, SourceSystem):
        source_systems.change(work, thing, name=name, active=active)
    elif isinstance(thing, Unit):
        units.change(work, thing, name=name, active=active)
    elif name is not None:
        raise Invalid("kind_name", N_("Kinds of file are named by the law and the plan."), field="name")
    elif active is not None:
        kinds.set_in_use(work, thing, active)
