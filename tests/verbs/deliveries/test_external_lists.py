"""Written pick lists: how each row is understood before anything is taken over."""

import pytest

from archive.deliveries import external_lists, pick_lists
from archive.deliveries import lines as delivery_lines
from archive.deliveries.external_lists import ExternalListPreview
from archive.files import files
from archive.kernel.errors import Invalid
from archive.kernel.store import Archive, Work
from archive.places import places
from archive.vocabulary import LeftOut, RowSense
from tests.builders import a_file, a_room
from tests.remembering import remembering
from tests.verbs.deliveries.delivering import Scene, a_scene


@pytest.fixture
@remembering
def scene(archive: Archive) -> Scene:
    """Give a planned delivery from a room with six files."""
    scene = a_scene(archive)
    scene.plan()
    return scene


def previewed(scene: Scene, text: str) -> ExternalListPreview:
    """Preview a list as the archivist."""
    return scene.do(
        scene.receiver, lambda work: external_lists.preview(work, scene.share(work), text.encode())
    )


def test_every_row_says_what_it_comes_to_and_the_text_kept_of_it_comes_to_the_same(scene: Scene) -> None:
    def more(work: Work) -> str:
        scene.files.append(a_file(work, a_room(work), reference="1999-8").id)
        other = a_file(work, places.get(work, scene.shelf), reference="1999-9")
        share = delivery_lines.sender(work, scene.sender)
        day = delivery_lines.delivery(work, share.delivery_id)
        assert day.id == scene.delivery
        pick_lists.take(work, share, [pick_lists.Wish(other)])
        return other.reference

    listed_before = scene.do(scene.receiver, more)
    references = [scene.file(number).reference for number in (0, 0, 6)]
    lines = [*references, "1987-99", scene.code(1), listed_before]
    found = previewed(scene, "\n".join(lines))
    senses = [(one.row, one.sense, one.left_out) for one in found.rows]
    assert senses == [
        (1, RowSense.LISTED, None),
        (2, RowSense.REPEATED, None),
        (3, RowSense.LEFT_OUT, LeftOut.OTHER_ROOM),
        (4, RowSense.UNKNOWN, None),
        (5, RowSense.LISTED, None),
        (6, RowSense.LISTED, None),  # on the list that this one replaces
    ]
    again = previewed(scene, found.text)
    assert [(one.sense, one.said) for one in again.rows] == [(one.sense, one.said) for one in found.rows]
    assert len(scene.look(scene.lines)) == 1


def test_what_a_list_says_of_persons_is_not_kept(scene: Scene) -> None:
    reference = scene.file(0).reference
    found = previewed(scene, f"Personnummer;Namn;Aktnummer\n19121212-1212;Testsson, Test;{reference}\n")
    assert "Testsson" not in found.text
    assert "1212" not in found.text
    assert found.count(RowSense.LISTED) == 1


@pytest.mark.parametrize("text", ["19121212-1212\n19121212-1212\n", "Testsson\nTestdotter\n"])
def test_bare_lines_that_are_persons_are_no_references(scene: Scene, text: str) -> None:
    with pytest.raises(Invalid, match="list_names_nothing"):
        previewed(scene, text)


def test_a_part_that_is_not_there_is_unknown_and_all_parts_are_meant_without_one(scene: Scene) -> None:
    def parts(work: Work) -> None:
        for part in (1, 2):
            a_file(work, places.get(work, scene.shelf), reference="1999-7", part=part, parts=2)

    scene.do(scene.receiver, parts)
    found = previewed(scene, "1999-7\n1999-7;3\n")
    assert [(one.row, one.sense) for one in found.rows] == [
        (1, RowSense.LISTED),
        (1, RowSense.LISTED),
        (2, RowSense.UNKNOWN),
    ]
    assert scene.look(lambda work: files.get(work, found.rows[0].file.id)).part == 1
