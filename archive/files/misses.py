"""The one door through which a miss is reported, whoever finds it; incidents take it down."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from archive.kernel.hooks import Hook
from archive.kernel.store import Work
from archive.models import Incident
from archive.vocabulary import Missed, Occasion


@dataclass(frozen=True, slots=True)
class MissReport:
    """What somebody says is missing: registered files, a crate with all it held, or what words describe.

    `missed_at` and `suspected_at` are now where nothing else is said; `protected` unknown counts as protected
    for what is not registered. An incident entered afterwards keeps its own moments and diary number.
    `missed_by` is the key of who noticed it, where that is not who reports. `handed_on` says whether what is
    written goes to the incidents that look for some of it already too; None: nobody has been asked. `sent` is
    the form it stands on: sent once more, it is the same report.
    """

    file_ids: tuple[int, ...] = ()
    crate_id: int | None = None
    description: str = ""
    what: Missed | None = None
    pieces: int = 1
    occasion: Occasion = Occasion.OTHER
    missed_at: datetime | None = None
    missed_by: str = ""
    suspected_at: datetime | None = None
    purpose: str = ""
    waiting: str = ""
    circumstances: str = ""
    ongoing_case: bool = False
    child: bool = False
    protected: bool | None = None
    unit_id: int | None = None
    owner_id: int | None = None
    diary_number: str = ""
    entered_afterwards: bool = False
    handed_on: bool | None = None
    sent: UUID | None = None


@Hook
def report(work: Work, said: MissReport) -> Incident:
    """Take down that something is missing; return the incident that looks for it, new or there already."""
    raise NotImplementedError
