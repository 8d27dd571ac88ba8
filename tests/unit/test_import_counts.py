"""What an import counts is told in one order, whatever process counted it."""

from collections import Counter

from archive.imports.counts import in_order


def test_what_is_counted_as_often_is_told_by_its_name_whatever_came_first() -> None:
    for names in ("abc", "cba", "bca"):
        counted = Counter(dict.fromkeys(names, 1)) + Counter("d" * 2)
        assert in_order(counted) == [("d", 2), ("a", 1), ("b", 1), ("c", 1)]
