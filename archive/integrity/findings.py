"""What a check found: data first, a sentence when asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from archive.vocabulary.wording import _


@dataclass(frozen=True, slots=True)
class IntegrityFinding:
    """Say which rule something breaks; `subject` names it, as `file:7` or, for an event, `file:7#3`."""

    rule: str
    subject: str
    sentence: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def say(self) -> str:
        """Return the sentence in the language in use."""
        return _(self.sentence, **{"subject": self.subject, **self.facts})
