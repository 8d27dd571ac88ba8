"""Measure how long a search plan takes to make in a register of a size: files lent, moved, never touched."""

import random
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlmodel import col

from archive.files import files as case_files
from archive.kernel.store import Archive, operator
from archive.loans import loans
from archive.loans.loans import Request
from archive.models import CaseFile
from archive.places import places
from archive.search import plan
from archive.vocabulary import Custody, Evidence, LoanPurpose
from tests.bench import million
from tests.statements import counted

PLANS = 60
TURNS = 3
MOST_MS = 250.0
SEARCHER = operator("bench")


def figures(files: int, url: str | None = None) -> Iterator[dict[str, object]]:
    """Yield p95 and the most statements of a plan, each plan at its best turn: the machine may be shared."""
    archive = Archive(million.built(files, url))
    clock = time.perf_counter if url else time.thread_time
    with archive.read(SEARCHER) as work:
        statement = select(func.max(col(CaseFile.id))).select_from(CaseFile)
        last = work.session.execute(statement).scalar_one()
    draw = random.Random(f"plans:{files}")
    chosen = [draw.randint(1, last) for _ in range(PLANS)]
    _used(archive, chosen)
    spent, statements = [], []
    with archive.read(SEARCHER) as work:
        for one in chosen:
            turns = []
            for _turn in range(TURNS):
                began = clock()
                with counted(archive.engine) as asked:
                    plan.plan(work, one)
                turns.append(clock() - began)
            spent.append(1000 * min(turns))
            statements.append(len(asked))
    archive.close()
    spent.sort()
    p95 = spent[int(PLANS * 0.95)]
    yield {
        "figure": "search: time to make a plan",
        "engine": "PostgreSQL" if url else "SQLite",
        "files": files,
        "value": round(p95, 1),
        "unit": "ms p95",
        "median": round(spent[PLANS // 2], 1),
        "most": round(spent[-1], 1),
        "statements_most": max(statements),
        "target": f"≤ {MOST_MS:g}",
        "met": p95 <= MOST_MS,
    }


def _used(archive: Archive, chosen: Sequence[int]) -> None:
    """Lend a third with their neighbours and take them back unseen, and move a third as many together."""
    third = len(chosen) // 3
    with archive.write(SEARCHER) as work:
        due = work.now.date() + timedelta(days=14)
        for one in chosen[:third]:
            for mate in (one, one + 1):
                file = work.session.get(CaseFile, mate)
                if file is not None and file.status is Custody.ON_PLACE:
                    loans.hand_out(work, file, Request("Karin Berg", LoanPurpose.COURT, due))
                    loans.take_back(work, file)
        to = places.get(work, case_files.get(work, chosen[0]).place_id)
        for one in chosen[third : 2 * third]:
            file = case_files.get(work, one)
            if file.place_id != to.id:
                case_files.move(work, file, to, how=Evidence.HAND)
