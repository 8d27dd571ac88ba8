"""Whatever is done, nothing personal lands where it cannot be taken away again."""

from datetime import timedelta

from sqlalchemy import text

from archive.access_log import access_log
from archive.codes import codes
from archive.files import files
from archive.kernel.partial_date import PartialDate
from archive.kernel.store import Actor, Archive
from archive.loans import loans
from archive.loans.loans import Request
from archive.people import people
from archive.places import places
from archive.vocabulary import Evidence, LabelReason, LoanPurpose, PersonRole, Protection
from tests.builders import NUMBERS, a_box, a_file, a_person, a_shelf

SECRETS = (
    "Hemligsson",
    "Gömd",
    "Lånarström",
    "aktnummer77",
    "anteckning88",
    "sagesman99",
    NUMBERS[7],
    NUMBERS[7][2:],
)
# All that is kept for good: neither disposal nor a correction ever changes it.
LASTING = ("event", "event_subject", "head", "unsealed", "label", "label_batch", "sighting")


def test_no_body_no_subject_and_no_label_holds_anything_personal(archive: Archive, archivist: Actor) -> None:
    with archive.write(archivist) as work:
        shelf = a_shelf(work)
        box = a_box(work, shelf)
        person = a_person(work, "Hemligsson", "Gömd", number=NUMBERS[7])
        file = a_file(work, box, person, reference="aktnummer77")
        twin = a_file(work, box, person, reference="aktnummer77-2")
        files.correct(work, file, file.version, reference="aktnummer77-3", closed_on=PartialDate(2003, 4))
        people.correct(work, person, given_name="Gömd Gömdis")
        people.protect(work, person, Protection.MARKED, "sagesman99")
        files.add_person(work, file, a_person(work, "Hemligsson", "Barn"), PersonRole.CHILD)
        files.move(work, file, shelf, how=Evidence.SCAN)
        due = work.now.date() + timedelta(days=7)
        loan = Request(
            "Lånarström", LoanPurpose.CASE_WORK, due, borrower_unit="Lånarström", note="anteckning88"
        )
        loans.hand_out(work, file, loan)
        loans.take_back(work, file, shelf)
        files.void(work, twin, file)
        codes.print_labels(work, [file], "test")
        codes.print_labels(work, [file], "test", LabelReason.DAMAGED)
        places.move(work, box, a_shelf(work, "Storgatan 1"))
    access_log.record(archive, archivist, access_log.looked_for("name", "Hemligsson", ["file:1", "person:1"]))
    with archive.read(archivist) as work:
        for table in LASTING:
            kept = str(work.session.execute(text(f"SELECT * FROM {table}")).all())
            assert kept != "[]" or table == "sighting"
            assert [secret for secret in SECRETS if secret in kept] == [], table
        beside = str(work.session.execute(text("SELECT payload FROM event_private")).all())
        assert "Hemligsson" in beside
