"""The pages: each module here is a blueprint `bp`; a page is on when its module stands in PAGES."""

from importlib import import_module

from flask import Blueprint

PAGES = (
    "account",
    "announcements",
    "annual_report",
    "assessments",
    "calendar",
    "compare",
    "covers",
    "deliveries",
    "delivery_pieces",
    "delivery_tasks",
    "double_checks",
    "emptying",
    "files",
    "find",
    "health",
    "help",
    "imports",
    "incident_papers",
    "incidents",
    "labels",
    "language",
    "loans",
    "looks",
    "lost_register",
    "matters",
    "messages",
    "people",
    "places",
    "programme",
    "routines",
    "same_persons",
    "samples",
    "scan",
    "session",
    "sheets",
    "shelf_markers",
    "start",
    "tasks",
    "users",
    "written_lists",
)


def blueprints() -> list[Blueprint]:
    """Return the blueprint of every page."""
    return [import_module(f"{__name__}.{name}").bp for name in PAGES]
