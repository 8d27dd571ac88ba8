"""`aktspar check`: is everything as its history says, and the history as it was written?"""

import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from time import perf_counter
from typing import Any

import click

from archive.commands import opened
from archive.integrity.checks import Progress, RegisterCheck
from archive.integrity.findings import IntegrityFinding
from archive.kernel.config import Settings
from archive.vocabulary.wording import _, ngettext


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object: what was checked and what was found.")
def command(as_json: bool) -> None:
    """Verify every hash chain, replay all history, check every rule; exit code 1 if anything is wrong."""
    began = perf_counter()
    with opened(unfit=True) as (archive, actor), archive.read(actor) as work:
        check = RegisterCheck(work)
        progress = None if as_json else _progress
        if check.large and len(os.sched_getaffinity(0)) > 1:
            found = _in_two(check, archive.settings, progress)
        else:
            found = list(check.findings(progress))
    seconds = perf_counter() - began
    if as_json:
        click.echo(json.dumps(_report(check, found, seconds), ensure_ascii=False))
    else:
        _say(check, found, seconds)
    sys.exit(1 if found else 0)


def _in_two(check: RegisterCheck, settings: Settings, progress: Progress | None) -> list[IntegrityFinding]:
    """Let a second process look at the present while this one verifies the history."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        present = pool.submit(_present, settings)
        return [*check.history(progress), *present.result()]


def _present(settings: Settings) -> list[IntegrityFinding]:
    with opened(settings, unfit=True) as (archive, actor), archive.read(actor) as work:
        return list(RegisterCheck(work).present())


def _report(check: RegisterCheck, found: list[IntegrityFinding], seconds: float) -> dict[str, Any]:
    return {
        "ok": not found,
        "events": check.events,
        "streams": check.streams,
        "seconds": round(seconds, 2),
        "findings": [
            {
                "rule": finding.rule,
                "subject": finding.subject,
                "sentence": finding.say(),
                "facts": dict(finding.facts),
            }
            for finding in found
        ],
    }


def _say(check: RegisterCheck, found: list[IntegrityFinding], seconds: float) -> None:
    for finding in found:
        click.echo(f"{finding.rule}: {finding.say()}")
    click.echo(
        _(
            "Checked %(events)s events in %(streams)s streams in %(seconds)s s.",
            events=check.events,
            streams=check.streams,
            seconds=f"{seconds:.1f}",
        )
    )
    if found:
        click.echo(ngettext("%(num)s thing is wrong.", "%(num)s things are wrong.", len(found)))
    else:
        click.echo(_("Everything is as its history says."))


def _progress(events: int) -> None:
    if sys.stderr.isatty() and events % 100_000 == 0:
        click.echo("\r" + _("%(events)s events …", events=events), nl=False, err=True)
