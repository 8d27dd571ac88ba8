"""Build what a test needs: a clock that is set, people of every role, a small archive."""

from datetime import UTC, datetime, timedelta

from archive.models import User, UserRole
from archive.permissions import permissions_of
from archive.store import Actor, Archive, operator
from archive.vocabulary import Role

MONDAY_MORNING = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


class SetClock:
    """Tell the time it was set to."""

    def __init__(self, now: datetime = MONDAY_MORNING) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> datetime:
        """Let time pass, as `forward(days=1, minutes=5)`, and return the new moment."""
        self.now += timedelta(**span)
        return self.now


def user_in_role(archive: Archive, role: Role) -> Actor:
    """Return the one user of a role, made at first use; who is named after the role's Swedish word."""
    name = role.sv.capitalize()
    with archive.write(operator("tests")) as work:
        user = work.session.get(User, list(Role).index(role) + 1001)
        if user is None:
            user = User(
                id=list(Role).index(role) + 1001,
                login=role.value,
                name=name,
                password_hash="-",
                created_at=work.now,
            )
            work.session.add(user)
            work.session.flush()
            work.session.add(UserRole(user_id=user.id, role=role))
        return Actor((user.id and f"user:{user.id}") or "", name, permissions_of([role]), user.id, (role,))
