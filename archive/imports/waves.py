"""Put the rows of a batch in an order in which each finds what the ones before it registered."""

from collections import Counter
from collections.abc import Sequence

from archive.imports.rows.items import Item
from archive.imports.rows.matching import CaseKey


def waves(items: Sequence[Item]) -> list[list[int]]:
    """Put rows about the same file one after the other: each must find what the one before it registered.

    Rows about the same person or case keep their order, since the first of them says what a person is called;
    one about a case is also about whoever the rows before it name there.
    """
    found: list[list[int]] = []
    met: Counter[tuple[CaseKey, int]] = Counter()
    named: Counter[str | CaseKey] = Counter()
    of_case: dict[CaseKey, set[str]] = {}
    for index, item in enumerate(items):
        names = [(item.key, part) for part in item.parts]
        numbers = [said.number.number for said in item.reading.persons if said.number and said.number.number]
        of_case.setdefault(item.key, set()).update(numbers)
        ordered: list[str | CaseKey] = [item.key, *of_case[item.key]]
        wave = max([*(met[name] for name in names), *(named[one] for one in ordered)])
        for name in names:
            met[name] = wave + 1
        for one in ordered:
            named[one] = wave
        found += [[] for _ in range(wave + 1 - len(found))]
        found[wave].append(index)
    return found
