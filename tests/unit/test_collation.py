"""Names are sorted as a Swede looks for them, however a database or a byte would have it."""

import random

from archive.vocabulary.collation import swedish

SORTED = [
    *(
        "Abd el Karim",
        "Anna",
        "Anna Karin",
        "Annakarin",
        "de la Gardie",
        "Ek",
        "Ek Holm",
        "Ekholm",
        "Eriksson",
    ),
    *(
        "Łukasz",
        "Müller",
        "Myrberg",
        "O'Brien",
        "Thordardottir",
        "Vik",
        "von Sydow",
        "Wik",
        "Zander",
        "Åberg",
    ),
    *("Åström", "Ärlig", "Ödman", "Øster", "Östra", "Özgür", "محمد"),
]


def test_a_ring_comes_before_dots_and_both_behind_z() -> None:
    shuffled = random.Random(3).sample(SORTED, len(SORTED))
    assert sorted(shuffled, key=swedish) == SORTED
    assert sorted(shuffled) != sorted(shuffled, key=str.casefold) != SORTED


def test_case_and_accents_decide_only_between_what_is_alike() -> None:
    assert sorted(["Idé 2", "idé", "Ide", "IDE 1", "a\u030a", "z"], key=swedish) == [
        *("Ide", "idé", "IDE 1", "Idé 2", "z", "a\u030a")
    ]
