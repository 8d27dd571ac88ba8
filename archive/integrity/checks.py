"""Check the whole archive: its history, what it says the present is, and every rule the data can break."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from archive.integrity import chain, fences
from archive.integrity.findings import IntegrityFinding
from archive.integrity.reading import SqlReader
from archive.integrity.replay import Replay
from archive.kernel.store import Work
from archive.people import name_index
from archive.places.places import WIDTH
from archive.vocabulary import LoanState
from archive.vocabulary.wording import N_

LARGE = 200_000  # events
MOST = 100  # findings of one rule; a broken archive must not take a night to say so

MORE = N_("There is more of the same; mend these and check again.")
_PATHS = """SELECT id, parent_id, path, depth, position, closed_at FROM place
WHERE id > {mark} ORDER BY id LIMIT {mark}"""
_PERSONS = """SELECT id, family_name, given_name, protection FROM person
WHERE id > {mark} ORDER BY id LIMIT {mark}"""
_TOKENS = "SELECT person_id, token FROM name_token WHERE person_id > {mark} AND person_id <= {mark}"
_WORDS = """SELECT word FROM name_word w WHERE NOT EXISTS (SELECT 1 FROM name_token t WHERE t.token = w.word)
UNION ALL SELECT * FROM (SELECT token FROM name_token EXCEPT SELECT word FROM name_word) AS unlisted"""
_FIRST = -(2**62)

Progress = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class IntegrityRule:
    """One rule as a query for what breaks it: a subject each, and what the sentence names as `other`."""

    name: str
    sentence: str
    sql: str


_OPEN_LOANS = ", ".join(
    f"'{state.value}'" for state in (LoanState.REQUESTED, LoanState.PICKED, LoanState.OUT)
)
# A file of which nobody knows whom it concerns may be masked: a list said so.
_ABOUT_SOMEBODY = "EXISTS (SELECT 1 FROM file_person fp WHERE fp.file_id = f.id)"
_PROTECTED = """EXISTS (SELECT 1 FROM file_person fp JOIN person p ON p.id = fp.person_id
WHERE fp.file_id = f.id AND p.protection <> 'none')"""

_OPEN = N_("%(subject)s is marked open or not against what its state says: %(other)s.")

RULES = (
    IntegrityRule(
        "custody.loan",
        N_("%(subject)s is on loan but has no open loan."),
        "SELECT 'file:' || f.id, '' FROM case_file f WHERE f.status = 'on_loan' "
        "AND NOT EXISTS (SELECT 1 FROM loan l WHERE l.file_id = f.id AND l.open)",
    ),
    IntegrityRule(
        "custody.loan",
        N_("%(subject)s is open, but %(other)s is not on loan."),
        "SELECT 'loan:' || l.id, 'file:' || f.id FROM loan l JOIN case_file f ON f.id = l.file_id "
        "WHERE l.open AND f.status <> 'on_loan'",
    ),
    IntegrityRule(
        "custody.transit",
        N_("%(subject)s is on its way but in no delivery."),
        "SELECT 'file:' || f.id, '' FROM case_file f WHERE f.status = 'in_transit' "
        "AND (SELECT count(*) FROM delivery_line l WHERE l.file_id = f.id AND l.in_transit) <> 1",
    ),
    IntegrityRule(
        "custody.transit",
        N_("%(subject)s carries %(other)s, which is not on its way."),
        "SELECT 'line:' || l.id, 'file:' || f.id FROM delivery_line l JOIN case_file f ON f.id = l.file_id "
        "WHERE l.in_transit AND f.status <> 'in_transit'",
    ),
    IntegrityRule(
        "delivery.line",
        N_("%(subject)s is on its way, but %(other)s is not."),
        "SELECT 'line:' || l.id, 'sender:' || s.id FROM delivery_line l "
        "JOIN delivery_sender s ON s.id = l.sender_id "
        "WHERE l.in_transit AND s.status NOT IN ('on_the_way', 'received')",
    ),
    IntegrityRule(
        "delivery.one",
        N_("%(subject)s is claimed by more than one delivery."),
        "SELECT 'file:' || file_id, '' FROM delivery_line WHERE open AND file_id IS NOT NULL "
        "GROUP BY file_id HAVING count(*) > 1",
    ),
    IntegrityRule(
        "delivery.over",
        N_("%(subject)s still claims its file, but %(other)s is over."),
        "SELECT 'line:' || l.id, 'delivery:' || d.id FROM delivery d JOIN delivery_line l "
        "ON l.delivery_id = d.id WHERE d.status IN ('closed', 'cancelled') AND l.open AND NOT l.in_transit",
    ),
    IntegrityRule(
        "delivery.explained",
        N_("%(other)s of %(subject)s, which is closed, is not explained."),
        "SELECT 'delivery:' || d.id, 'difference:' || x.id FROM delivery d "
        "JOIN delivery_difference x ON x.delivery_id = d.id WHERE d.status = 'closed' AND x.open",
    ),
    IntegrityRule(
        "delivery.explained",
        N_("%(other)s of %(subject)s, which is closed, is not explained."),
        "SELECT 'delivery:' || d.id, 'line:' || l.id FROM delivery d JOIN delivery_line l "
        "ON l.delivery_id = d.id WHERE d.status = 'closed' AND l.received_at IS NULL AND l.left_out IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM delivery_difference x WHERE x.line_id = l.id)",
    ),
    IntegrityRule(
        "delivery.explained",
        N_("%(other)s is on its way in %(subject)s, which is closed, and no incident looks for it."),
        "SELECT 'delivery:' || d.id, 'line:' || l.id FROM delivery d JOIN delivery_line l "
        "ON l.delivery_id = d.id WHERE d.status = 'closed' AND l.in_transit AND NOT EXISTS "
        "(SELECT 1 FROM delivery_difference x WHERE x.line_id = l.id AND x.incident_id IS NOT NULL)",
    ),
    IntegrityRule(
        "check.received",
        N_("%(subject)s was received, but nobody is to check the cover of %(other)s."),
        "SELECT 'line:' || l.id, 'file:' || f.id FROM delivery_line l JOIN case_file f ON f.id = l.file_id "
        "WHERE l.received_at IS NOT NULL "
        "AND f.status NOT IN ('void', 'disposed', 'handed_over', 'withdrawn') "
        "AND NOT EXISTS (SELECT 1 FROM cover_check c WHERE c.file_id = f.id AND c.second_of IS NULL "
        "AND c.status <> 'withdrawn' AND (c.line_id = l.id OR c.line_id > l.id))",
    ),
    IntegrityRule(
        "check.delivery",
        N_("%(subject)s is closed, but %(other)s of it is not done."),
        "SELECT 'delivery:' || d.id, 'check:' || c.id FROM delivery d JOIN cover_check c "
        "ON c.delivery_id = d.id WHERE d.status = 'closed' AND c.open AND c.second_of IS NULL",
    ),
    IntegrityRule(
        "check.open",
        _OPEN,
        "SELECT 'check:' || id, status FROM cover_check WHERE open <> (status IN ('waiting', 'set_aside'))",
    ),
    IntegrityRule(
        "check.open",
        _OPEN,
        "SELECT 'finding:' || id, status FROM finding WHERE open <> (status IN ('found', 'handed_on'))",
    ),
    IntegrityRule(
        "check.open",
        _OPEN,
        "SELECT 'assessment:' || id, status FROM assessment WHERE open <> (status = 'open')",
    ),
    IntegrityRule(
        "check.said",
        N_("%(subject)s is done, but nobody has confirmed this: %(other)s."),
        "SELECT 'check:' || c.id, n.what FROM cover_check c CROSS JOIN "
        "(SELECT 'cover' AS what UNION ALL SELECT 'contents') n "
        "WHERE c.status IN ('checked', 'with_findings') AND NOT EXISTS (SELECT 1 FROM cover_confirmation s "
        "WHERE s.check_id = c.id AND s.what = n.what AND NOT s.undone)",
    ),
    IntegrityRule(
        "check.findings",
        N_("%(subject)s says that it found something or nothing, against what stands there: %(other)s."),
        "SELECT 'check:' || c.id, c.status FROM cover_check c WHERE c.status IN ('checked', 'with_findings') "
        "AND (c.status = 'with_findings') <> EXISTS "
        "(SELECT 1 FROM finding f WHERE f.check_id = c.id AND f.status <> 'withdrawn')",
    ),
    IntegrityRule(
        "check.aside",
        N_("%(subject)s is set aside or not against what lies in its cover: %(other)s."),
        "SELECT 'check:' || c.id, c.status FROM cover_check c WHERE c.open AND (c.status = 'set_aside') <> "
        "EXISTS (SELECT 1 FROM finding f WHERE f.check_id = c.id AND f.status = 'found' "
        "AND f.kind IN ('loose_papers', 'foreign_file'))",
    ),
    IntegrityRule(
        "check.second",
        N_("%(subject)s was made by a person who had made %(other)s."),
        "SELECT DISTINCT 'check:' || c.id, 'check:' || c.second_of FROM cover_check c "
        "JOIN cover_confirmation s ON s.check_id = c.id AND NOT s.undone "
        "JOIN cover_confirmation t ON t.check_id = c.second_of AND t.by = s.by AND NOT t.undone",
    ),
    IntegrityRule(
        "room.empty",
        N_("%(subject)s was signed as empty, but %(other)s is open."),
        "SELECT 'emptying:' || e.id, 'place:' || p.id FROM emptying e JOIN place p ON p.id = e.room_id "
        "WHERE e.status = 'empty' AND p.closed_at IS NULL",
    ),
    IntegrityRule(
        "loan.one",
        N_("%(subject)s has more than one open loan."),
        "SELECT 'file:' || file_id, '' FROM loan WHERE open GROUP BY file_id HAVING count(*) > 1",
    ),
    IntegrityRule(
        "loan.open",
        _OPEN,
        f"SELECT 'loan:' || id, status FROM loan WHERE open <> (status IN ({_OPEN_LOANS}))",  # noqa: S608
    ),
    IntegrityRule(
        "incident.one",
        N_("%(subject)s is looked for in more than one incident."),
        "SELECT 'file:' || file_id, '' FROM incident_file WHERE open AND file_id IS NOT NULL "
        "GROUP BY file_id HAVING count(*) > 1",
    ),
    IntegrityRule(
        "incident.wanted",
        N_("%(subject)s is wanted, but has left the archive or is void: %(other)s."),
        "SELECT 'file:' || f.id, f.status FROM incident_file i JOIN case_file f ON f.id = i.file_id "
        "WHERE i.open AND f.status IN ('disposed', 'handed_over', 'void')",
    ),
    IntegrityRule(
        "incident.outcome",
        N_("%(subject)s: what it is about is open or settled against its state, %(other)s."),
        "SELECT 'incident:' || n.id, n.status FROM incident n WHERE n.status IN ('decided', 'closed') "
        "AND EXISTS (SELECT 1 FROM incident_file i WHERE i.incident_id = n.id AND i.open)",
    ),
    IntegrityRule(
        "incident.outcome",
        N_("%(subject)s: what it is about is open or settled against its state, %(other)s."),
        "SELECT 'incident:' || incident_id, id FROM incident_file WHERE open <> (outcome IS NULL)",
    ),
    IntegrityRule(
        "incident.lost",
        N_("%(subject)s is declared lost, but no incident says so."),
        "SELECT 'file:' || f.id, '' FROM case_file f WHERE f.status = 'lost' AND NOT EXISTS "
        "(SELECT 1 FROM incident_file i WHERE i.file_id = f.id AND (i.outcome = 'declared_lost' OR i.open))",
    ),
    IntegrityRule(
        "incident.lost",
        N_("%(subject)s: %(other)s was declared lost in it, but is not lost."),
        "SELECT 'incident:' || i.incident_id, 'file:' || f.id FROM incident_file i "
        "JOIN case_file f ON f.id = i.file_id WHERE i.outcome = 'declared_lost' AND f.status <> 'lost' "
        "AND i.found_at IS NULL",  # of what was found the rest was declared lost
    ),
    IntegrityRule(
        "incident.silent",
        N_("%(subject)s was seen while it was wanted, and its incident %(other)s does not say so."),
        "SELECT 'file:' || s.file_id, i.incident_id FROM sighting s JOIN incident_file i "
        "ON i.file_id = s.file_id AND i.open AND s.at > i.added_at "
        "WHERE NOT EXISTS (SELECT 1 FROM wanted_sighting w WHERE w.item_id = i.id AND w.at = s.at "
        "AND w.actor = s.actor) "
        "AND NOT EXISTS (SELECT 1 FROM event e WHERE e.stream = 'incident:' || i.incident_id "
        "AND e.kind IN ('incident.file_found', 'incident.part_found') AND e.at = s.at AND e.actor = s.actor)",
    ),
    IntegrityRule(
        "incident.owner",
        N_("%(subject)s has clocks that run, but nobody whose case it is."),
        "SELECT 'incident:' || n.id, '' FROM incident n WHERE n.status <> 'closed' AND n.owner_id IS NULL "
        "AND EXISTS (SELECT 1 FROM user_role r JOIN app_user u ON u.id = r.user_id "
        "WHERE r.role = 'archivist' AND u.active AND u.created_at < n.reported_at)",
    ),
    IntegrityRule(
        "incident.steps",
        N_("%(subject)s is closed, but the step %(other)s is still to be done."),
        "SELECT s.run, s.step FROM routine_step s JOIN incident n ON s.run = 'incident:' || n.id "
        "WHERE s.state = 'open' AND n.status = 'closed'",
    ),
    IntegrityRule(
        "incident.report",
        N_("%(subject)s is closed, but what its report says was not fixed."),
        "SELECT 'incident:' || id, '' FROM incident WHERE status = 'closed' "
        "AND (frozen_event IS NULL OR frozen_sha256 IS NULL OR closed_at IS NULL)",
    ),
    IntegrityRule(
        "routine.force",
        N_("The routine %(other)s has more than one version in force."),
        "SELECT 'routine:' || min(id), name FROM routine_version WHERE status = 'in_force' "
        "GROUP BY name HAVING count(*) > 1",
    ),
    IntegrityRule(
        "task.open",
        N_("%(subject)s is marked open or not against what stands in it."),
        "SELECT 'task:' || id, '' FROM task WHERE open <> (settled_at IS NULL)",
    ),
    IntegrityRule(
        "label.current",
        N_("The code %(other)s of %(subject)s is not a live label bound to it."),
        "SELECT 'file:' || f.id, f.code FROM case_file f LEFT JOIN label l ON l.code = f.code "
        "WHERE l.code IS NULL OR l.file_id IS NULL OR l.file_id <> f.id "
        "OR l.state <> CASE f.status WHEN 'void' THEN 'void' ELSE 'live' END",
    ),
    IntegrityRule(
        "label.current",
        N_("The code %(other)s of %(subject)s is not a live label bound to it."),
        "SELECT 'place:' || p.id, p.code FROM place p LEFT JOIN label l ON l.code = p.code "
        "WHERE l.code IS NULL OR l.place_id IS NULL OR l.place_id <> p.id OR l.state <> 'live'",
    ),
    IntegrityRule(
        "label.live",
        N_("%(subject)s is live, but nothing has that code."),
        "SELECT 'label:' || l.code, '' FROM label l LEFT JOIN case_file f ON f.id = l.file_id "
        "LEFT JOIN place p ON p.id = l.place_id "
        "WHERE l.state = 'live' AND coalesce(f.code, '') <> l.code AND coalesce(p.code, '') <> l.code",
    ),
    IntegrityRule(
        "label.blank",
        N_("%(subject)s is blank, but stands for something."),
        "SELECT 'label:' || code, '' FROM label "
        "WHERE state = 'blank' AND (file_id IS NOT NULL OR place_id IS NOT NULL)",
    ),
    IntegrityRule(
        "place.open",
        N_("%(subject)s is recorded at %(other)s, which is closed."),
        "SELECT 'file:' || f.id, 'place:' || p.id FROM place p JOIN case_file f ON f.place_id = p.id "
        "WHERE p.closed_at IS NOT NULL "
        "AND f.status NOT IN ('lost', 'void', 'disposed', 'handed_over', 'withdrawn')",
    ),
    IntegrityRule(
        "file.parts",
        N_("%(subject)s cannot be part %(other)s."),
        "SELECT 'file:' || id, part || '/' || parts FROM case_file WHERE part < 1 OR part > parts",
    ),
    IntegrityRule(
        "protection.file",
        N_("%(subject)s is masked or not against what its persons' protection says."),
        f"SELECT 'file:' || f.id, '' FROM case_file f "  # noqa: S608
        f"WHERE f.protected <> {_PROTECTED} AND {_ABOUT_SOMEBODY}",
    ),
    IntegrityRule(
        "import.row",
        N_("Row %(other)s of %(subject)s is neither registered nor explained."),
        "SELECT 'import:' || r.id, i.row FROM import_run r JOIN import_row i ON i.run_id = r.id "
        "WHERE r.purpose = 'register' AND r.status = 'applied' AND (i.state IN ('read', 'new') "
        "OR (i.state = 'registered' AND i.file_id IS NULL) "
        "OR (i.state IN ('rejected', 'duplicate') AND i.problem IS NULL) "
        "OR (i.state = 'asked' AND NOT EXISTS (SELECT 1 FROM task t JOIN import_row o ON o.id = t.row_id "
        "WHERE t.kind = 'identity' AND t.open AND o.file_key = i.file_key)))",
    ),
    IntegrityRule(
        "scan.answered",
        N_("%(subject)s was never answered."),
        "SELECT 'scan:' || id, '' FROM scan WHERE outcome IS NULL",
    ),
)

PATH = N_("%(subject)s: path and depth do not follow from its holder and position.")
CLOSED = N_("%(subject)s is open in a closed place.")
PROTECTED_NAME = N_("%(subject)s is protected, but can be found by name.")
NAME = N_("%(subject)s: the words it is found by are not those of its name.")
WORDS = N_("The list of name words is not that of the names: %(count)s words too many or missing.")


class RegisterCheck:
    """One check of everything, in one moment's view; `events` and `streams` are known when it is done."""

    def __init__(self, work: Work) -> None:
        self._reader = SqlReader(work)
        self._chain = chain.Chain(work.mac_key)

    @property
    def events(self) -> int:
        """Return how many events were verified."""
        return self._chain.events

    @property
    def streams(self) -> int:
        """Return how many streams they stand in."""
        return self._chain.streams

    @property
    def large(self) -> bool:
        """Tell whether two processes are done sooner than one: one with the history, one with the present."""
        ((last,),) = self._reader.rows("SELECT max(id) FROM event")
        return (last or 0) > LARGE

    def findings(self, progress: Progress | None = None) -> Iterator[IntegrityFinding]:
        """Name what is wrong, at most `MOST` of each rule; `progress` is told how many events were read."""
        replay = Replay(self._reader)
        yield from self.history(progress, replay)
        yield from self.present(replay)

    def history(
        self, progress: Progress | None = None, replay: Replay | None = None
    ) -> Iterator[IntegrityFinding]:
        """Name what is wrong with the history itself, and which of its fences are down."""
        yield from fences.fallen(self._reader)
        yield from _few(self._events(progress, replay))
        yield from _few(chain.verify_links(self._reader, self._chain))

    def present(self, replay: Replay | None = None) -> Iterator[IntegrityFinding]:
        """Name where the present is not what its history says, and what breaks a rule."""
        if replay is None:
            replay = Replay(self._reader)
            replay.read()
        yield from _few(replay.compare())
        yield from self.rules()

    def rules(self) -> Iterator[IntegrityFinding]:
        """Name what breaks a rule the tables alone can break."""
        for rule in RULES:
            yield from _few(self._broken(rule))
        for further in (self._places, self._names, self._words):
            yield from _few(further())

    def _events(self, progress: Progress | None, replay: Replay | None) -> Iterator[IntegrityFinding]:
        for batch in self._reader.batches():
            yield from self._chain.take(batch)
            if replay:
                replay.take(batch.events)
            if progress:
                progress(self._chain.events)

    def _broken(self, rule: IntegrityRule) -> Iterator[IntegrityFinding]:
        for subject, other in self._reader.rows(f"{rule.sql} LIMIT {MOST + 1}"):
            yield IntegrityFinding(rule.name, str(subject), rule.sentence, {"other": other})

    def _places(self) -> Iterator[IntegrityFinding]:
        rows = [row for rows in self._reader.by_key(_PATHS, _FIRST) for row in rows]
        by_id = {row[0]: row for row in rows}
        for place_id, parent_id, path, depth, position, closed in rows:
            parent = by_id.get(parent_id)
            start, level = (f"{parent[2]}.", parent[3] + 1) if parent else ("", 0)
            if (path, depth) != (f"{start}{position:0{WIDTH}}", level):
                yield IntegrityFinding("place.path", f"place:{place_id}", PATH)
            if parent and parent[5] is not None and closed is None:
                yield IntegrityFinding("place.closed", f"place:{place_id}", CLOSED)

    def _names(self) -> Iterator[IntegrityFinding]:
        for rows in self._reader.by_key(_PERSONS, _FIRST):
            found: dict[int, list[str]] = {}
            for person_id, token in self._reader.rows(_TOKENS, (rows[0][0] - 1, rows[-1][0])):
                found.setdefault(person_id, []).append(token)
            for person_id, family_name, given_name, protection in rows:
                wanted = [] if protection != "none" else name_index.tokens(family_name, given_name)
                if sorted(found.get(person_id, [])) != sorted(wanted):
                    sentence = NAME if protection == "none" else PROTECTED_NAME
                    yield IntegrityFinding("names", f"person:{person_id}", sentence)

    def _words(self) -> Iterator[IntegrityFinding]:
        # Counted, not listed: a word left behind may be the name of somebody protected.
        ((count,),) = self._reader.rows(f"SELECT count(*) FROM ({_WORDS}) AS differing")  # noqa: S608
        if count:
            yield IntegrityFinding("names.words", "name_word", WORDS, {"count": count})


def _few(findings: Iterator[IntegrityFinding]) -> Iterator[IntegrityFinding]:
    counts: dict[tuple[str, str], int] = {}
    for finding in findings:
        key = (finding.rule, finding.sentence)
        counts[key] = counts.get(key, 0) + 1
        if counts[key] <= MOST:
            yield finding
        elif counts[key] == MOST + 1:
            yield IntegrityFinding(finding.rule, "…", MORE)


def everything(work: Work) -> list[IntegrityFinding]:
    """Return all that is wrong with the archive."""
    return list(RegisterCheck(work).findings())
