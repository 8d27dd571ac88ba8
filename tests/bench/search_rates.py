"""How often hands slip, how long looking takes and what it overlooks, in the world searches are measured in.

These are facts of an invented world, set before the search plan was written; the plan knows none of them and
cannot import them (tests/unit/test_search_world.py). Half of the mixtures are held out: nothing is tuned
on them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Slip(StrEnum):
    """What a hand may do wrong."""

    NEXT_BOX = "next_box"  # put into a box beside the right one
    OTHER_SHELF = "other_shelf"  # the same box of another shelf or rack
    OUT_OF_ORDER = "out_of_order"  # the right box, another position
    IN_COVER = "in_cover"  # inside the cover of another file
    MISREAD = "misread"  # where the number would belong if it were as misread
    WITH_SIBLING = "with_sibling"  # to another file of the same person
    BATCH_BOX = "batch_box"  # into the box of a file put away just before
    CONTEXT_KEPT = "context_kept"  # put right, scanned at the place chosen before
    ON_TABLE = "on_table"  # left on the work table of the room
    OLD_HOME = "old_home"  # where it stood before it was moved
    BEHIND = "behind"  # fallen behind the boxes of the rack
    GONE = "gone"  # thrown away or taken
    WRONG_PULL = "wrong_pull"  # another file taken out than the one asked for
    KEPT = "kept"  # said to be back, still on the borrower's desk
    HANDED_ON = "handed_on"  # passed on to a colleague, said to be back
    SENT_OUT = "sent_out"  # sent on to a court or authority, said to be back
    IN_LOAN_MATE = "in_loan_mate"  # came back inside another file of the same loan
    KEPT_UNRECORDED = "kept_unrecorded"  # looked at on the spot and taken along
    LEFT_BEHIND = "left_behind"  # stayed in the old box when it was packed
    WRONG_CRATE = "wrong_crate"  # packed in another crate
    IN_CRATE_MATE = "in_crate_mate"  # packed inside another file
    LEFT_IN_CRATE = "left_in_crate"  # overlooked when the crate was unpacked
    SLIPPED = "slipped"  # into the file beside it when a box was checked
    CHECKED_INTO_NEXT = "checked_into_next"  # put into the next box after the check


PUT_AWAY = (
    Slip.NEXT_BOX,
    Slip.OTHER_SHELF,
    Slip.OUT_OF_ORDER,
    Slip.IN_COVER,
    Slip.MISREAD,
    Slip.WITH_SIBLING,
    Slip.BATCH_BOX,
    Slip.CONTEXT_KEPT,
    Slip.ON_TABLE,
    Slip.OLD_HOME,
    Slip.BEHIND,
    Slip.GONE,
)
RETURN = (Slip.KEPT, Slip.HANDED_ON, Slip.SENT_OUT, Slip.IN_LOAN_MATE, Slip.GONE)
PACK = (Slip.LEFT_BEHIND, Slip.WRONG_CRATE, Slip.IN_CRATE_MATE, Slip.ON_TABLE, Slip.GONE)
CHECK = (Slip.SLIPPED, Slip.CHECKED_INTO_NEXT)

# Of a thousand handlings; about one file in twenty is displaced after some months, as libraries count at
# their first stocktake (domain.md §5), most of them near where they belong.
RATES: Mapping[Slip, float] = {
    Slip.NEXT_BOX: 12,
    Slip.OTHER_SHELF: 4,
    Slip.OUT_OF_ORDER: 30,
    Slip.IN_COVER: 6,
    Slip.MISREAD: 5,
    Slip.WITH_SIBLING: 3,
    Slip.BATCH_BOX: 5,
    Slip.CONTEXT_KEPT: 4,
    Slip.ON_TABLE: 4,
    Slip.OLD_HOME: 2,
    Slip.BEHIND: 2,
    Slip.GONE: 1,
    Slip.WRONG_PULL: 6,
    Slip.KEPT: 12,
    Slip.HANDED_ON: 4,
    Slip.SENT_OUT: 2,
    Slip.IN_LOAN_MATE: 8,
    Slip.KEPT_UNRECORDED: 20,
    Slip.LEFT_BEHIND: 8,
    Slip.WRONG_CRATE: 10,
    Slip.IN_CRATE_MATE: 6,
    Slip.LEFT_IN_CRATE: 6,
    Slip.SLIPPED: 2,
    Slip.CHECKED_INTO_NEXT: 2,
}


@dataclass(frozen=True, slots=True)
class Mixture:
    """One way to go wrong: how many times its usual rate each slip happens, and how much is done a week."""

    name: str
    held_out: bool
    factors: Mapping[Slip, float] = field(default_factory=dict)
    others: float = 0.5
    loans: int = 60
    asks: int = 10
    checks: int = 5
    packed: int = 60

    def rate(self, slip: Slip) -> float:
        """Return how often a hand slips so."""
        return RATES[slip] / 1000 * self.factors.get(slip, self.others)


S = Slip
MIXTURES = (
    Mixture("even", held_out=False, others=1),
    Mixture(
        "loans",
        held_out=False,
        factors={S.KEPT: 4, S.HANDED_ON: 4, S.SENT_OUT: 2, S.IN_LOAN_MATE: 3, S.WRONG_PULL: 3},
        loans=80,
    ),
    Mixture(
        "covers",
        held_out=False,
        factors={S.IN_COVER: 6, S.IN_LOAN_MATE: 5, S.IN_CRATE_MATE: 5, S.SLIPPED: 5},
    ),
    Mixture(
        "moves",
        held_out=True,
        factors={
            S.LEFT_BEHIND: 5,
            S.WRONG_CRATE: 4,
            S.LEFT_IN_CRATE: 4,
            S.IN_CRATE_MATE: 2,
            S.OLD_HOME: 4,
            S.BATCH_BOX: 3,
        },
        loans=40,
        packed=80,
    ),
    Mixture(
        "misreads",
        held_out=True,
        factors={S.MISREAD: 8, S.WITH_SIBLING: 4, S.OTHER_SHELF: 3, S.WRONG_PULL: 3, S.CONTEXT_KEPT: 2},
    ),
    Mixture(
        "hostile",
        held_out=True,
        factors={S.GONE: 8, S.SENT_OUT: 6, S.HANDED_ON: 4, S.KEPT_UNRECORDED: 3, S.BEHIND: 3},
    ),
)
WEEKS = 16

# How often the eye finds what is there.
GLANCE = 0.97  # the one who fetches a file that stands in its order
GLANCE_OUT_OF_ORDER = 0.6
READ = 0.92  # each cover of a box is read
READ_FINDS_IN_COVER = 0.06  # something sticks out
OPEN = 0.93  # each cover of a box is opened
ONE_COVER = 0.95
DESK = 0.8
TABLE = 0.9
BEHIND = 0.8
ELSEWHERE = 0.75  # a court or authority is asked
CHECKER = 0.98  # a box is checked file by file
IN_COVER_THERE = 0.3  # of that chance is left for what lies in a cover on a desk, on a table or elsewhere
AGAIN = 0.5  # the same person at the same place: so much of the chance is left each time

# How long it takes, in minutes.
START = 1.0  # to take a box down and put it back
PER_COVER_READ = 0.06
PER_COVER_OPENED = 0.75
ONE_COVER_MINUTES = 1.5
DESK_MINUTES = 8.0
TABLE_MINUTES = 4.0
BEHIND_MINUTES = 5.0
ELSEWHERE_MINUTES = 12.0
RECORDS_MINUTES = 2.0
SAME_ROOM, SAME_SITE, OTHER_SITE = 0.3, 3.0, 25.0
SHIFT = 120.0  # after so long another person goes on
PERSONS = 3
MOST_MINUTES = 3000.0  # then the search is given up
