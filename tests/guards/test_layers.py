"""Imports point downwards: ways in, documents, domain, proof, history, store and models, words."""

import sys
import tomllib
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import packages_distributions

import pytest

from tests.guards.source import PACKAGES, ROOT, modules

# What has a line of its own is of that layer, whatever it stands in.
LAYERS = (
    "history.shapes imports.lists kernel rules vocabulary",
    "kernel.store kernel.watch models",
    "history migrations",
    "integrity.chain integrity.fences integrity.findings integrity.reading integrity.replay",
    """access_log accounts annual_report codes cover_checks deliveries files heartbeat history.private_data
    home imports incidents integrity loans notifications people places programme quality reference_data
    register routine_runs rules.rates scanning search stocktakes timeline""",
    """annual_report.paper cover_checks.papers cover_checks.serializers deliveries.papers
    deliveries.serializers home.calendar_feed imports.papers incidents.papers labelling output
    programme.papers programme.serializers routine_runs.papers stocktakes.sample_papers""",
    "api app cli commands kernel.logs notifications.smtp reading serving timetable web worker __main__",
)
RANK = {f"archive.{name}": rank for rank, names in enumerate(LAYERS) for name in names.split()}
# Packages that hold modules of several layers: of an import from one, what is taken from it counts.
SEVERAL = {name.rpartition(".")[0] for name in RANK}
WAYS_IN = {"flask", "werkzeug", "click", "apscheduler", "gunicorn"}


def _layer(name: str) -> str | None:
    """Return the layer's part a dotted name lies in."""
    while name and name not in RANK:
        name = name.rpartition(".")[0]
    return name or None


def test_every_module_of_the_archive_has_its_layer() -> None:
    homeless = {
        module.name for module in modules("archive") if module.name != "archive" and not _layer(module.name)
    }
    assert homeless == set()


def test_a_layer_imports_only_from_its_own_or_one_below() -> None:
    upwards = {
        f"{module.name} imports {name}"
        for module in modules("archive")
        for name in module.imports()
        if name not in SEVERAL
        if (own := _layer(module.name)) and (other := _layer(name)) and RANK[other] > RANK[own]
    }
    assert upwards == set()


@pytest.mark.parametrize("package", ["labels", "routines"])
def test_a_leaf_package_imports_nothing_of_ours(package: str) -> None:
    ours = {"archive", "labels", "routines", "seed", "templates"} - {package}
    found = {
        f"{module.name} imports {name}"
        for module in modules(package)
        for name in module.imports()
        if name.split(".")[0] in ours
    }
    assert found == set()


def test_a_migration_imports_nothing_of_ours_that_could_change_under_it() -> None:
    steps = [module for module in modules("archive") if ".migrations.versions." in module.name]
    assert len(steps) > 0
    ours = {"archive", "labels", "routines", "seed"}
    found = {
        f"{step.name} imports {name}"
        for step in steps
        for name in step.imports()
        if name.split(".")[0] in ours
    }
    assert found == set()


def test_only_the_ways_in_know_flask_click_and_the_scheduler() -> None:
    found = {
        f"{module.name} imports {name}"
        for module in modules("archive")
        if module.name != "archive" and RANK[_layer(module.name) or ""] < len(LAYERS) - 1
        for name in module.imports()
        if name.split(".")[0] in WAYS_IN
    }
    assert found == set()


def test_modules_import_each_other_in_no_ring() -> None:
    names = {module.name for module in modules()}
    packages = {name for name in names if any(other.startswith(f"{name}.") for other in names)}
    graph = {
        module.name: {name for name in module.imports() if name in names - packages - {module.name}}
        for module in modules()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def test_nothing_is_imported_that_the_project_does_not_declare() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {_plain(line) for line in project["dependencies"]}
    distributions = packages_distributions()
    undeclared = {
        f"{module.name} imports {name}"
        for module in modules()
        for name in module.imports()
        if (top := name.split(".")[0]) not in {*PACKAGES, *sys.stdlib_module_names}
        and not {_plain(one) for one in distributions.get(top, [top])} & (declared | BROUGHT_ALONG)
    }
    assert undeclared == set()


BROUGHT_ALONG = {
    "sqlalchemy",
    "werkzeug",
    "itsdangerous",
    "jinja2",
    "markupsafe",
}  # by sqlmodel and flask, which are built on them


def _plain(requirement: str) -> str:
    name = requirement.replace("_", "-").lower()
    for sign in "<>=[;! ~":
        name = name.split(sign)[0]
    return name
