"""Programs that ask the JSON interface in the name of a role, through a token of its user."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient

from archive.accounts import users
from archive.kernel.store import Actor, Archive, operator
from archive.vocabulary import Role


class Program:
    """One program: `get` and `post` return the JSON, `refused` the status and code of a refusal."""

    def __init__(self, client: FlaskClient, archive: Archive, actor: Actor) -> None:
        with archive.write(operator("tests")) as work:
            user = users.user(work, actor.user_id or 0)
            _token, secret = users.issue_token(work, user, "prov", work.now + timedelta(days=30))
        self.client, self.headers = client, {"Authorization": f"Bearer {secret}"}

    def get(self, path: str) -> Any:
        """Ask."""
        return self._said(self.client.get(f"/api/{path}".rstrip("/"), headers=self.headers))

    def post(self, path: str, **body: Any) -> Any:
        """Do something."""
        return self._said(self.client.post(f"/api/{path}", json=body, headers=self.headers))

    def send(self, path: str, content: bytes) -> Any:
        """Send a list as it is."""
        return self._said(self.client.post(f"/api/{path}", data=content, headers=self.headers))

    def scan(self, task: str, text: str, context: str = "", scan_id: str = "") -> Any:
        """Scan at a task."""
        fields = {"id": scan_id or str(uuid4()), "text": text, "context": context, "task": task}
        return self.post("scans", **fields)

    def refused(self, path: str, **body: Any) -> tuple[int, str]:
        """Do something that is refused."""
        answer = self.client.post(f"/api/{path}", json=body, headers=self.headers)
        assert answer.mimetype == "application/problem+json", answer.text
        return answer.status_code, answer.json["code"]

    def refused_to_show(self, path: str) -> tuple[int, str]:
        """Ask for what is not told."""
        answer = self.client.get(f"/api/{path}", headers=self.headers)
        return answer.status_code, answer.json["code"]

    def _said(self, answer: Any) -> Any:
        assert answer.status_code in {200, 201}, answer.text
        return answer.json


Programs = Callable[[Role], Program]
