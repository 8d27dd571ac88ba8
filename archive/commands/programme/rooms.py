"""`aktspar rooms`: the old rooms of the programme; sweeping and signing are done by people on the spot."""

import json
from pathlib import Path

import click

from archive.codes import codes
from archive.commands import opened
from archive.kernel.lifecycle import EMPTYING
from archive.places import paths, places
from archive.programme import emptying, forecast, serializers
from archive.programme.papers import certificate as paper
from archive.vocabulary import SweepAction, SweepState
from archive.vocabulary.wording import _


@click.group()
def command() -> None:
    """Enter rooms into the programme, order them, see how far each has come, print certificates."""


@command.command()
@click.argument("place")
def enter(place: str) -> None:
    """Enter the room with the code PLACE as the last one; prints its number in the programme."""
    with opened() as (archive, actor), archive.write(actor) as work:
        entered = emptying.enter(work, places.by_code(work, codes.parse(place)))
    click.echo(entered.id)


@command.command()
@click.argument("rooms", type=int, nargs=-1, required=True)
def order(rooms: tuple[int, ...]) -> None:
    """Say in which order the rooms are emptied, each named once."""
    with opened() as (archive, actor), archive.write(actor) as work:
        emptying.order(work, [emptying.get(work, room) for room in rooms])
    click.echo(_("The order is changed."))


@command.command()
@click.argument("room", type=int)
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def show(room: int, as_json: bool) -> None:
    """Show how a room stands: what is left in it and why, and the shelves nobody has swept."""
    with opened() as (archive, actor), archive.read(actor) as work:
        one = emptying.get(work, room)
        figures, left = forecast.of_room(work, one), emptying.left(work, one)
        sweeping_now = one.status is SweepState.SWEEPING
        unswept = len(emptying.to_sweep(work, one)) if sweeping_now else 0
    counts = {
        "standing": len(left.standing),
        "sought": len(left.sought),
        "lent": len(left.lent),
        "unswept": unswept,
    }
    if as_json:
        told = {**serializers.room(figures), **counts}
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    click.echo(f"{paths.name_of(figures.trail)}: {one.status.label}")
    words = (
        _("Stands there"),
        _("Sought in an incident"),
        _("Lent"),
        _("shelves to sweep"),
    )
    for count, word in zip(counts.values(), words, strict=True):
        click.echo(f"{count:>9}  {word}")


@command.command()
@click.argument("room", type=int)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
def certificate(room: int, out: Path) -> None:
    """Write the certificate that a room is empty as PDF; before the second signature it says so."""
    with opened() as (archive, actor), archive.read(actor) as work:
        one = emptying.get(work, room)
        if one.status is not SweepState.EMPTY:
            EMPTYING.step(one.status, SweepAction.SIGN)  # raises Conflict before the sweep is finished
        out.write_bytes(paper.certificate(work, one, archive.settings))
    click.echo(str(out))
