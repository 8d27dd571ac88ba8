"""How many could be found within the first places by one who knows what nobody knows: a ceiling for the plan.

The first such oracle is told the mixture: every weight is fitted to the very losses it is measured on. The
second is also told what the hand did wrong with each file. Both look at the likeliest place next, whatever
that costs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from archive.search.priors import Priors
from archive.search.ranking import FileEvidence
from tests.bench.search_rates import Slip as S
from tests.bench.search_trials import FIRST, Trial, told

ROUNDS = 120  # of fitting
DOUBT = 1.0  # losses that the weights before weigh as many as
SURE = 50.0  # times as much weighs what follows from what the hand did
_SAME_COST = 10_000.0  # minutes for each box, cover or desk, beside which all others are nothing

# What each slip leads to, in the reasons of the plan.
SPEAKS_FOR = {
    S.NEXT_BOX: ("beside", "stood_beside"),
    S.OTHER_SHELF: ("same_slot",),
    S.OUT_OF_ORDER: ("recorded",),
    S.IN_COVER: ("cover_beside", "cover_together"),
    S.MISREAD: ("number_place", "rest_of_room"),
    S.WITH_SIBLING: ("same_person_place",),
    S.BATCH_BOX: ("batch_place",),
    S.CONTEXT_KEPT: ("own_number", "batch_place"),
    S.ON_TABLE: ("table",),
    S.OLD_HOME: ("earlier_place", "left_behind"),
    S.BEHIND: ("behind",),
    S.GONE: ("gone",),
    S.WRONG_PULL: ("taken_for_another", "other_borrower"),
    S.KEPT: ("borrower_last",),
    S.HANDED_ON: ("colleague",),
    S.SENT_OUT: ("sent_on",),
    S.IN_LOAN_MATE: ("cover_loan_mate",),
    S.KEPT_UNRECORDED: ("asker", "other_borrower"),
    S.LEFT_BEHIND: ("left_behind",),
    S.WRONG_CRATE: ("other_crate", "crate"),
    S.IN_CRATE_MATE: ("cover_together",),
    S.LEFT_IN_CRATE: ("crate",),
    S.SLIPPED: ("cover_beside",),
    S.CHECKED_INTO_NEXT: ("beside",),
}


@dataclass(frozen=True, slots=True)
class _Case:
    """By reason, how much speaks for anything after the first look, and how much for where it really lies."""

    all: dict[str, float]
    true: dict[str, float]


def share(trials: Sequence[Trial], priors: Priors, *, slip_told: bool) -> float:
    """Return the share of what is astray that an oracle finds within the first places."""
    evidence = [_told(trial) if slip_told else trial.evidence for trial in trials]
    oracle = fitted(priors, trials, evidence)
    alike = {how: replace(look, start=_SAME_COST, each=0.0) for how, look in oracle.looks.items()}
    by_chance = replace(oracle, looks=alike)
    astray = [(trial, known) for trial, known in zip(trials, evidence, strict=True) if trial.astray]
    found = sum(trial.by_plan(by_chance, known, most=FIRST).soon for trial, known in astray)
    return found / len(astray)


def _told(trial: Trial) -> FileEvidence:
    reasons = frozenset(SPEAKS_FOR[trial.slip]) if trial.slip else frozenset(["recorded"])
    return told(trial.evidence, reasons, SURE)


def fitted(priors: Priors, trials: Sequence[Trial], evidence: Sequence[FileEvidence]) -> Priors:
    """Return priors under which where the losses lie is likeliest, by scaling each reason in turn."""
    cases = [_case(priors, trial, known) for trial, known in zip(trials, evidence, strict=True)]
    cases = [case for case in cases if case.true]
    weights = {reason: priors.mass(reason) for reason in priors.reasons}
    for _round in range(ROUNDS):
        real, expected = dict.fromkeys(weights, DOUBT), dict.fromkeys(weights, DOUBT)
        for case in cases:
            _count(case.true, weights, real)
            _count(case.all, weights, expected)
        weights = {reason: weight * real[reason] / expected[reason] for reason, weight in weights.items()}
    rules = {
        code: replace(rule, weight=weights[code] / priors.shares[rule.kind])
        for code, rule in priors.reasons.items()
    }
    return replace(priors, reasons=rules)


def _count(spoken: dict[str, float], weights: dict[str, float], into: dict[str, float]) -> None:
    total = sum(weights[reason] * much for reason, much in spoken.items())
    for reason, much in spoken.items():
        into[reason] += weights[reason] * much / total


def _case(priors: Priors, trial: Trial, evidence: FileEvidence) -> _Case:
    look, recorded = priors.looks["read"], trial.loss.recorded
    left = dict.fromkeys(evidence.by_place.get(recorded, ()), 1 - look.finds_papers)
    left[f"in:{recorded}"] = 1 - look.finds
    truth, case = trial.true_cells(), _Case({}, {})
    for cell, clues in evidence.by_cell.items():
        for clue in clues:
            much = clue.weight * left.get(cell, 1.0)
            case.all[clue.reason] = case.all.get(clue.reason, 0.0) + much
            if cell in truth:
                case.true[clue.reason] = case.true.get(clue.reason, 0.0) + much * truth[cell]
    return case
