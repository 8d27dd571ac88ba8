"""The sum of all links: whole when they hold, and never by chance when they do not."""

from archive.history.history import GENESIS, digest_of
from archive.integrity.chain import Chain
from archive.integrity.reading import EventRow


def _event(stream: str, seq: int, prev: bytes) -> EventRow:
    return (1, "a", stream, seq, "", "", "", "", "{}", prev, digest_of(stream, seq, "{}", prev), b"")


def test_links_that_hold_balance_in_any_order() -> None:
    first = _event("file:1", 1, GENESIS)
    second = _event("file:1", 2, first[10])
    chain = Chain(b"")
    assert chain.wrong_contents([second, first]) == []
    chain.weigh_heads([("file:1", 2, second[10])])
    assert chain.whole


def test_links_between_streams_of_like_names_never_cancel_out() -> None:
    """Python's own hash of a tuple would let one in ten through: its last steps are nearly linear."""
    for number in range(2000):
        event = _event(f"place:{number}", 1, GENESIS)
        chain = Chain(b"")
        assert chain.wrong_contents([event]) == []
        chain.weigh_heads([(f"place {number}", 1, event[10])])
        assert not chain.whole
