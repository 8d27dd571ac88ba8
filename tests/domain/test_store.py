"""What the store promises: whole transactions, fair turns, plain refusals."""

import pytest

from archive.models import Unit
from archive.store import Actor, Archive, Work


def _add_unit_and_fail(work: Work) -> None:
    work.session.add(Unit(name="Norr"))
    work.session.flush()
    raise ZeroDivisionError


def test_what_a_block_wrote_is_there_after_it(archive: Archive, root: Actor) -> None:
    with archive.write(root) as work:
        work.session.add(Unit(name="Norr"))
    with archive.read(root) as work:
        assert work.session.get(Unit, 1).name == "Norr"


def test_an_error_in_a_block_undoes_all_of_it(archive: Archive, root: Actor) -> None:
    with pytest.raises(ZeroDivisionError), archive.write(root) as work:
        _add_unit_and_fail(work)
    with archive.read(root) as work:
        assert work.session.get(Unit, 1) is None
