"""Those who use the system."""

from datetime import datetime

from sqlmodel import SQLModel

from archive.kernel.columns import flag, key, moment, number, ref, term, text
from archive.vocabulary import Role


class User(SQLModel, table=True):
    """A person who signs in; `password_until` marks a password that may only be used to choose another."""

    __tablename__ = "app_user"

    id: int = key()
    login: str = text(unique=True)
    name: str = text()
    unit: str = text(default="")
    email: str | None = text(nullable=True)
    password_hash: str = text()
    language: str = text(default="sv")
    password_until: datetime | None = moment(nullable=True)
    active: bool = flag(default=True)
    auth_epoch: int = number(default=0)
    created_at: datetime = moment()

    @property
    def stream(self) -> str:
        """Return the stream of this user's own history and looks."""
        return f"user:{self.id}"


class UserRole(SQLModel, table=True):
    """A role a user has."""

    __tablename__ = "user_role"

    user_id: int = ref("app_user.id", primary_key=True)
    role: Role = term(Role, primary_key=True)


class UserSession(SQLModel, table=True):
    """A signed-in browser; only the hash of its token is kept."""

    __tablename__ = "user_session"

    token_hash: str = text(primary_key=True)
    user_id: int = ref("app_user.id", index=True)
    auth_epoch: int = number()
    language: str = text(default="sv")
    created_at: datetime = moment()
    last_seen: datetime = moment()
    expires_at: datetime = moment()


class SignInAttempt(SQLModel, table=True):
    """A failed sign-in, counted to slow down guessing."""

    __tablename__ = "sign_in_attempt"

    id: int = key()
    login_hash: str = text(index=True)
    address: str = text(index=True)
    at: datetime = moment(index=True)


class ApiToken(SQLModel, table=True):
    """A key another program uses in a user's name; only its hash is kept."""

    __tablename__ = "api_token"

    id: int = key()
    user_id: int = ref("app_user.id", index=True)
    name: str = text()
    token_hash: str = text(unique=True)
    created_at: datetime = moment()
    expires_at: datetime = moment()
    revoked_at: datetime | None = moment(nullable=True)

    @property
    def stream(self) -> str:
        """Return the stream of this token's history."""
        return f"token:{self.id}"
