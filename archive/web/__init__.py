"""The pages: each module here is a blueprint `bp`; a page is on when its module stands in PAGES."""

from importlib import import_module

from flask import Blueprint

PAGES = (
    "access_log.access_log",
    "accounts.account",
    "accounts.language",
    "accounts.session",
    "accounts.users",
    "annual_report.annual_report",
    "backups.backups",
    "cover_checks.assessments",
    "cover_checks.covers",
    "cover_checks.second_checks",
    "deliveries.boards",
    "deliveries.deliveries",
    "deliveries.external_lists",
    "deliveries.paper_sheets",
    "deliveries.transfer_notices",
    "deliveries.unregistered",
    "files.file",
    "files.find",
    "home.calendar",
    "home.health",
    "home.help",
    "home.start",
    "imports.comparison",
    "imports.imports",
    "imports.worklist",
    "incidents.incidents",
    "incidents.letters",
    "incidents.lost_register",
    "incidents.shelf_markers",
    "labelling.labels",
    "loans.loans",
    "notifications.messages",
    "organisation.organisation",
    "people.people",
    "people.same_persons",
    "places.places",
    "programme.emptying",
    "programme.programme",
    "quality.cases",
    "routine_runs.routines",
    "scanning.scan",
    "stocktakes.samples",
)


def blueprints() -> list[Blueprint]:
    """Return the blueprint of every page."""
    return [import_module(f"{__name__}.{name}").bp for name in PAGES]
