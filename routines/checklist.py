"""Load and check the checklist of a cover check: what to look at, what may be found, how deep to leaf."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property

from routines.definition import Change, Packaged, shipped
from routines.reading import Node, Path, ReadingReport, each, parse
from routines.versions import difference_of
from routines.wording import Problem, Refused, Text, suggested
from routines.writing import plain, written


@dataclass(frozen=True, slots=True)
class ConfirmationPoint:
    """What a person says of a cover in one go; each is asked apart."""

    id: str
    title: Text
    guidance: Text


@dataclass(frozen=True, slots=True)
class ChecklistFinding:
    """A kind of thing that may be wrong, and what to do about it."""

    id: str
    title: Text
    guidance: Text


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to look at before a confirmation, and which findings it can lead to."""

    id: str
    confirmation: str
    title: Text
    guidance: Text
    findings: tuple[str, ...]
    legal_basis: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class RiskMark:
    """Something the caller may know of a file that makes it worth leafing deeper."""

    id: str
    title: Text


@dataclass(frozen=True, slots=True)
class Depth:
    """How deep to leaf."""

    id: str
    title: Text
    guidance: Text


@dataclass(frozen=True, slots=True)
class LeafingRule:
    """A depth for files with a mark, or of at most so many sheets; the first rule that fits decides."""

    depth: str
    mark: str | None = None
    sheets_up_to: int | None = None

    def fits(self, sheets: int | None, marks: Iterable[str]) -> bool:
        """Tell whether the rule is for a file; of unknown thickness only what asks for no number fits."""
        if self.mark is not None and self.mark not in marks:
            return False
        return self.sheets_up_to is None or (sheets is not None and sheets <= self.sheets_up_to)


@dataclass(frozen=True)
class Checklist:
    """What is looked at in the check of a cover, in both languages, in one version."""

    name: str
    version: int
    title: Text
    purpose: Text
    confirmations: tuple[ConfirmationPoint, ...]
    findings: tuple[ChecklistFinding, ...]
    points: tuple[Point, ...]
    marks: tuple[RiskMark, ...]
    depths: tuple[Depth, ...]
    leafing: tuple[LeafingRule, ...]
    decided_by: str | None = None
    decided_on: date | None = None
    diary_number: str | None = None
    in_force_from: date | None = None
    revise_by: date | None = None

    @cached_property
    def point_of(self) -> Mapping[str, Point]:
        """Return the points by id."""
        return {point.id: point for point in self.points}

    def points_of(self, confirmation: str) -> tuple[Point, ...]:
        """Return what to look at before a confirmation."""
        return tuple(point for point in self.points if point.confirmation == confirmation)

    def depth_for(self, sheets: int | None = None, marks: Iterable[str] = ()) -> Depth:
        """Return how deep to leaf through a file of so many sheets, None when nobody knows."""
        known = frozenset(marks)
        rule = next(rule for rule in self.leafing if rule.fits(sheets, known))
        return next(depth for depth in self.depths if depth.id == rule.depth)


def load(text: str) -> Checklist:
    """Return the checklist a YAML text describes; raises Refused with every problem there is."""
    data, lines = parse(text)
    return from_data(data, lines)


def from_data(data: object, lines: Mapping[Path, int] | None = None) -> Checklist:
    """Return the checklist that plain data describes; raises Refused with every problem there is."""
    report = ReadingReport(lines or {})
    node = Node(data, (), Text("", ""), report)
    if not node.readable:
        raise Refused(report.problems)
    checklist = _read(node)
    _check(checklist, report)
    if report.problems:
        raise Refused(sorted(report.problems, key=lambda one: one.line or 0))
    return checklist


def problems_in(text: str) -> tuple[Problem, ...]:
    """Return every problem of a YAML text, none when it is a checklist."""
    try:
        load(text)
    except Refused as refused:
        return refused.problems
    return ()


def as_data(checklist: Checklist) -> dict[str, object]:
    """Return a checklist as plain data."""
    return plain(checklist, "checklist")


def as_yaml(checklist: Checklist) -> str:
    """Return a checklist as the text of its file."""
    return written(as_data(checklist))


def difference(old: Checklist, new: Checklist) -> tuple[Change, ...]:
    """Return what differs between two versions of a checklist."""
    return tuple(difference_of(as_data(old), as_data(new), Text("Checklistan", "The checklist")))


@cache
def packaged() -> tuple[Packaged, ...]:
    """Return the checklists that ship with us."""
    return tuple(shipped("checklist"))


@cache
def packaged_checklist(name: str) -> Checklist:
    """Return the newest version of a checklist that ships with us; raises KeyError."""
    found = [one for one in packaged() if one.name == name]
    if not found:
        raise KeyError(name)
    return load(max(found, key=lambda one: one.version).text)


def _read(node: Node) -> Checklist:
    read = Checklist(
        name=node.word("checklist") or "",
        version=node.number("version", 1, 1) or 1,
        title=node.must_text("title"),
        purpose=node.must_text("purpose"),
        confirmations=each(node, "confirmations", Text("Bekräftelsen", "Confirmation"), _confirmation),
        findings=each(node, "findings", Text("Anmärkningen", "Finding"), _finding),
        points=each(node, "points", Text("Punkten", "Point"), _point),
        marks=each(
            node,
            "marks",
            Text("Märket", "Mark"),
            lambda one, name: RiskMark(name, one.must_text("title")),
        ),
        depths=each(node, "depths", Text("Djupet", "Depth"), _depth),
        leafing=tuple(_rule(one) for one in node.nodes("leafing") if one.readable),
        decided_by=node.line("decided_by"),
        decided_on=node.day("decided_on"),
        diary_number=node.line("diary_number"),
        in_force_from=node.day("in_force_from"),
        revise_by=node.day("revise_by"),
    )
    node.finish()
    return read


def _confirmation(node: Node, name: str) -> ConfirmationPoint:
    return ConfirmationPoint(name, node.must_text("title"), node.must_text("guidance"))


def _finding(node: Node, name: str) -> ChecklistFinding:
    return ChecklistFinding(name, node.must_text("title"), node.must_text("guidance"))


def _depth(node: Node, name: str) -> Depth:
    return Depth(name, node.must_text("title"), node.must_text("guidance"))


def _point(node: Node, name: str) -> Point:
    return Point(
        id=name,
        confirmation=node.word("confirmation") or "",
        title=node.must_text("title"),
        guidance=node.must_text("guidance"),
        findings=node.words("findings"),
        legal_basis=tuple(one.both() for one in node.nodes("legal_basis")),
    )


def _rule(node: Node) -> LeafingRule:
    rule = LeafingRule(
        depth=node.word("depth") or "",
        mark=node.word("mark", required=False),
        sheets_up_to=node.number("sheets_up_to", low=1),
    )
    node.finish()
    return rule


def _check(checklist: Checklist, report: ReadingReport) -> None:
    """Report every name that is not there or is there twice, and rules that leave a file undecided."""
    for key in ("confirmations", "findings", "points", "marks", "depths"):
        for name, count in Counter(one.id for one in getattr(checklist, key)).items():
            if count > 1:
                sv, en = f"namnet ”{name}” används {count} gånger", f"the name “{name}” is used {count} times"
                report.add((key,), Text(key, key), Text(f"{sv}. Byt ett av dem.", f"{en}. Change one."))
    for number, point in enumerate(checklist.points):
        where = Text(f"Punkten ”{point.title.sv}”", f"Point “{point.title.en}”")
        there = [one.id for one in checklist.confirmations]
        _known(report, ("points", number, "confirmation"), where, [point.confirmation], there)
        findings = [one.id for one in checklist.findings]
        _known(report, ("points", number, "findings"), where, point.findings, findings)
        if not point.findings:
            what = Text(
                "skriv minst en anmärkning under findings.", "write at least one finding below findings."
            )
            report.add(("points", number), where, what)
    _nothing_idle(checklist, report)
    _leafing(checklist, report)


def _known(report: ReadingReport, path: Path, where: Text, names: Iterable[str], there: list[str]) -> None:
    key = path[-1]
    where = Text(f"{where.sv}, raden ”{key}”", f"{where.en}, the key “{key}”")
    for name in names:
        if name and name not in there:
            sv, en = f"”{name}” finns inte", f"there is no “{name}”"
            instead = suggested(name, there, "eller"), suggested(name, there, "or")
            report.add(path, where, Text(f"{sv}{instead[0]}.", f"{en}{instead[1]}."))


def _nothing_idle(checklist: Checklist, report: ReadingReport) -> None:
    """Report confirmations that ask nothing and findings that nothing can lead to."""
    for number, one in enumerate(checklist.confirmations):
        if not checklist.points_of(one.id):
            where = Text(f"Bekräftelsen ”{one.title.sv}”", f"Confirmation “{one.title.en}”")
            what = Text(
                "har ingen punkt. Lägg till en, eller ta bort den.", "has no point. Add one, or take it away."
            )
            report.add(("confirmations", number), where, what)
    found = {name for point in checklist.points for name in point.findings}
    for number, finding in enumerate(checklist.findings):
        if finding.id not in found:
            where = Text(f"Anmärkningen ”{finding.title.sv}”", f"Finding “{finding.title.en}”")
            what = Text("kan inte väljas vid någon punkt.", "cannot be chosen at any point.")
            report.add(("findings", number), where, what)


def _leafing(checklist: Checklist, report: ReadingReport) -> None:
    where = Text("Hur djupt man bläddrar", "How deep to leaf")
    for number, rule in enumerate(checklist.leafing):
        place = ("leafing", number)
        _known(report, (*place, "depth"), where, [rule.depth], [one.id for one in checklist.depths])
        if rule.mark:
            _known(report, (*place, "mark"), where, [rule.mark], [one.id for one in checklist.marks])
        if any(_covers(earlier, rule) for earlier in checklist.leafing[:number]):
            sv, en = (
                f"regel {number + 1} nås aldrig: en tidigare gäller redan",
                f"rule {number + 1} is never reached",
            )
            report.add(
                place, where, Text(f"{sv}. Flytta upp den.", f"{en}: an earlier one applies. Move it up.")
            )
    if not any(rule.mark is None and rule.sheets_up_to is None for rule in checklist.leafing):
        sv = "den sista regeln ska gälla alla andra akter. Skriv den utan mark och sheets_up_to."
        en = "the last rule has to be for all other files. Write it without mark and sheets_up_to."
        report.add(("leafing",), where, Text(sv, en))


def _covers(earlier: LeafingRule, later: LeafingRule) -> bool:
    """Tell whether every file a rule is for is taken by an earlier one."""
    marked = earlier.mark is None or earlier.mark == later.mark
    high = earlier.sheets_up_to
    return marked and (high is None or (later.sheets_up_to is not None and later.sheets_up_to <= high))
