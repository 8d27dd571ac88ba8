"""The workflow of the forge runs what `.ci/run` runs, with no more rights than reading takes."""

import re
import tomllib
from typing import Any

import pytest
import yaml

from tests.guards.source import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def _read(text: str) -> dict[str, Any]:
    """Parse a workflow; YAML 1.1 takes its key `on` for a yes."""
    told = yaml.safe_load(text)
    return {"on" if key is True else key: value for key, value in told.items()}


def _steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def _loose(workflow: dict[str, Any]) -> list[str]:
    """Return the actions that are not fixed to one commit: a tag can be moved."""
    used = [step["uses"] for step in _steps(workflow) if "uses" in step]
    return [one for one in used if not re.search(r"@[0-9a-f]{40}$", one)]


@pytest.fixture
def ci() -> dict[str, Any]:
    """Give the workflow that decides whether something may be merged."""
    return _read((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))


def test_every_change_is_put_to_what_ci_run_runs(ci: dict[str, Any]) -> None:
    assert {"push", "pull_request"} <= ci["on"].keys()
    (job,) = ci["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step][-1] == ".ci/run"
    assert not [step for step in job["steps"] if "if" in step or "continue-on-error" in step]
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_the_oldest_python_we_promise_is_among_those_tried(ci: dict[str, Any]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (job,) = ci["jobs"].values()
    tried = job["strategy"]["matrix"]["python"]
    assert f">={tried[0]}" == project["requires-python"]
    assert len(tried) == 2


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_only_read_and_uses_fixed_versions(path: Any) -> None:
    workflow = _read(path.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    assert not [job for job in workflow["jobs"].values() if "permissions" in job]
    assert "concurrency" in workflow
    assert _loose(workflow) == []


def test_an_action_that_may_change_under_us_is_seen() -> None:
    fixed = f"a/b@{'0' * 40}"
    workflow = _read(
        f"on: push\njobs: {{one: {{steps: [{{uses: a/b@v1}}, {{uses: a/b@main}}, {{uses: {fixed}}}]}}}}"
    )
    assert workflow["on"] == "push"
    assert _loose(workflow) == ["a/b@v1", "a/b@main"]
