"""The server is killed in the middle of moves: what it answered is there; sending again does the rest."""

import json
import os
import random
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from http.client import HTTPException
from urllib.error import URLError
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from archive.accounts import users
from archive.integrity import checks
from archive.kernel.clock import system_clock
from archive.kernel.config import Settings
from archive.kernel.store import Actor, Archive
from archive.models import Scan
from tests.builders import SetClock, a_box, a_file, a_shelf
from tests.web.test_serving import address, children, health, serving, soon

__all__ = ["address"]
pytestmark = pytest.mark.engines("sqlite")  # killed writers on PostgreSQL: tests/verbs/test_faults.py
CLERKS = 3


@dataclass
class Clerk:
    """Scan files to and fro; remember what was sent and what was answered."""

    url: str
    token: str
    files: list[str]
    boxes: list[str]
    sent: list[dict[str, str]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)

    def scan_until_cut_off(self) -> None:
        """Send scan after scan until the server no longer answers."""
        turn = 0
        while True:
            turn += 1
            text = self.files[turn % len(self.files)]
            context = self.boxes[turn // len(self.files) % 2]
            self.sent.append({"id": str(uuid4()), "text": text, "context": context})
            try:
                self.send(self.sent[-1])
            except (URLError, OSError, HTTPException, json.JSONDecodeError):
                return

    def send(self, scan: dict[str, str]) -> None:
        """Send one scan and remember its answer."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        asked = Request(f"{self.url}/api/scans", json.dumps(scan).encode(), headers)
        with urlopen(asked, timeout=30) as answer:
            outcome = json.load(answer)["outcome"]
        assert self.answers.setdefault(scan["id"], outcome) == outcome


@pytest.fixture
def clerks(archive: Archive, archivist: Actor, root: Actor, address: str, clock: SetClock) -> list[Clerk]:
    """Give clerks with files of their own, and a token each."""
    clock.now = system_clock()  # as the server's, or its scans would lie before our registering
    with archive.write(root) as work:
        shelf = a_shelf(work)
        boxes = [a_box(work, shelf, f"Box {number}").code for number in (1, 2)]
        user = users.user(work, archivist.user_id or 0)
        until = archive.clock() + timedelta(days=300)
        found = []
        for number in range(CLERKS):
            token = users.issue_token(work, user, f"Clerk {number}", until)[1]
            codes = [a_file(work, shelf).code for _ in range(4)]
            found.append(Clerk(f"http://{address}", token, codes, boxes))
    return found


def kill(server: subprocess.Popen[str]) -> None:
    """Kill the server and all it has started, at once."""
    family = [number for number, _line in children(server.pid)]
    for number in (server.pid, *family):
        os.kill(number, signal.SIGKILL)
    server.wait()


def test_a_server_killed_in_the_middle_of_moves_loses_nothing_it_answered(
    settings: Settings, archive: Archive, root: Actor, address: str, clerks: list[Clerk]
) -> None:
    dice = random.Random(20261123)
    with serving(settings, address) as server:
        soon(lambda: health(address))
        threads = [threading.Thread(target=clerk.scan_until_cut_off) for clerk in clerks]
        for thread in threads:
            thread.start()
        soon(lambda: all(len(clerk.answers) > 3 for clerk in clerks))
        time.sleep(dice.uniform(0.1, 0.5))
        kill(server)
        for thread in threads:
            thread.join()
    _nothing_answered_is_lost(archive, root, clerks)
    with serving(settings, address):
        soon(lambda: health(address))
        for clerk in clerks:  # as their queues would: every scan again, answered or not, in another order
            dice.shuffle(clerk.sent)
            for scan in clerk.sent:
                clerk.send(scan)
    _nothing_answered_is_lost(archive, root, clerks)
    with archive.read(root) as work:
        scanned = {scan["id"] for clerk in clerks for scan in clerk.sent}
        assert set(work.session.scalars(select(col(Scan.id)))) == scanned


def _nothing_answered_is_lost(archive: Archive, root: Actor, clerks: list[Clerk]) -> None:
    with archive.read(root) as work:
        assert checks.everything(work) == []
        kept = {scan.id: scan.outcome.value for scan in work.session.scalars(select(Scan))}
        for clerk in clerks:
            assert clerk.answers.items() <= kept.items()
        moved = list(kept.values()).count("moved")
        assert work.session.scalar(text("SELECT count(*) FROM event WHERE kind = 'file.moved'")) == moved
        assert moved > CLERKS
