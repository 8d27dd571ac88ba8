"""Those who sign in: created, given roles, shut out; a one-time password is shown once."""

from flask import Blueprint, Response, request, url_for

from archive.accounts import users
from archive.kernel.errors import Conflict, Invalid
from archive.kernel.store import Work
from archive.models import User
from archive.vocabulary import Permission, Role
from archive.vocabulary.wording import LOCALES, N_, _
from archive.web.accounts.session import PURPOSES
from archive.web.kit.access import archive, current_actor, requires
from archive.web.kit.answers import Refusals, see, show

bp = Blueprint("users", __name__, url_prefix="/users")

LANGUAGES = {"sv": N_("Swedish"), "en": N_("English")}


@bp.get("")
@requires(Permission.MANAGE_USERS)
def index() -> Response:
    """List those who may sign in, or those who are shut out."""
    shut_out = request.args.get("shut_out") == "1"
    with archive.read(current_actor()) as work:
        found = users.users(work)
    counts = {state: sum(user.active is state for user, _roles in found) for state in (True, False)}
    shown = [(user, roles) for user, roles in found if user.active is not shut_out]
    return show("accounts/users.html", None, users=shown, shut_out=shut_out, counts=counts)


@bp.get("/new")
@requires(Permission.MANAGE_USERS)
def new() -> Response:
    """Ask who is to sign in."""
    return _new()


def _new(refused: Refusals | None = None) -> Response:
    form = request.form
    chosen = form.getlist("roles")
    return show("accounts/new_user.html", None, refused=refused, form=form, chosen=chosen, **_choices())


@bp.post("/new")
@requires(Permission.MANAGE_USERS)
def create() -> Response:
    """Create a user with a one-time password and show that, this once."""
    form = request.form
    with Refusals() as refused:
        roles = _roles()
        password, hashed = users.one_time_password(form.get("login", ""))
        with archive.write(current_actor()) as work:
            user = users.create_user(
                work,
                form.get("login", ""),
                form.get("name", ""),
                hashed,
                roles,
                unit=form.get("unit", ""),
                email=form.get("email", ""),
                language=form.get("language", LOCALES[0]),
                until=work.now + users.ONE_TIME,
            )
        return _password(user, password)
    return _new(refused)


@bp.get("/<int:user_id>")
@requires(Permission.MANAGE_USERS)
def page(user_id: int) -> Response:
    """Show a user, to change what is known of them."""
    return _page(user_id)


def _page(user_id: int, refused: Refusals | None = None) -> Response:
    with archive.read(current_actor()) as work:
        user = users.user(work, user_id)
        roles = users.roles_of(work, user)
        pending = user.password_until is not None
    known = {"name": user.name, "unit": user.unit, "email": user.email or "", "language": user.language}
    form = request.form if refused else known
    chosen = request.form.getlist("roles") if refused else [role.value for role in roles]
    own = user.id == current_actor().user_id
    facts = {"user": user, "roles": roles, "own": own, "pending": pending}
    return show("accounts/user.html", None, refused=refused, form=form, chosen=chosen, **facts, **_choices())


@bp.post("/<int:user_id>")
@requires(Permission.MANAGE_USERS)
def change(user_id: int) -> Response:
    """Change what is known of a user, and what they may do."""
    form = request.form
    with Refusals() as refused:
        roles = _roles()
        with archive.write(current_actor()) as work:
            user = users.user(work, user_id)
            users.set_name(work, user, form.get("name", ""))
            users.set_unit(work, user, form.get("unit", ""))
            users.set_email(work, user, form.get("email", ""))
            users.set_language(work, user, form.get("language", user.language))
            if roles != list(users.roles_of(work, user)):
                users.set_roles(work, user, roles)
        return see(url_for(".page", user_id=user_id), _("Saved. It counts from the user's next click."))
    return _page(user_id, refused)


@bp.post("/<int:user_id>/active")
@requires(Permission.MANAGE_USERS)
def set_active(user_id: int) -> Response:
    """Shut a user out at once, or let them in again."""
    active = request.form.get("active") == "1"
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            users.set_active(work, users.user(work, user_id), active)
        said = (
            _("The user may sign in again.") if active else _("The user is shut out, at once and everywhere.")
        )
        return see(url_for(".page", user_id=user_id), said)
    return _page(user_id, refused)


@bp.post("/<int:user_id>/password")
@requires(Permission.MANAGE_USERS)
def give_password(user_id: int) -> Response:
    """Give a user a one-time password and show it, this once; every session of theirs ends."""
    with archive.read(current_actor()) as work:
        login = users.user(work, user_id).login
    password, hashed = users.one_time_password(login)
    with Refusals() as refused:
        with archive.write(current_actor()) as work:
            user = _another(work, user_id)
            users.set_password(work, user, hashed, until=work.now + users.ONE_TIME)
        return _password(user, password)
    return _page(user_id, refused)


def _another(work: Work, user_id: int) -> User:
    """Return a user who is not the actor: one's own password is changed on one's own page."""
    if user_id == work.actor.user_id:
        raise Conflict("own_account", N_("Change your own password on the page of your account."))
    return users.user(work, user_id)


def _password(user: User, password: str) -> Response:
    return show(
        "accounts/one_time_password.html", None, user=user, password=password, days=users.ONE_TIME.days
    )


def _roles() -> list[Role]:
    roles = [role for name in request.form.getlist("roles") if (role := Role.read(name))]
    if not roles:
        raise Invalid("roles_missing", N_("Choose at least one role, or shut the user out."), field="roles")
    return list(users.in_order(roles))


def _choices() -> dict[str, object]:
    return {
        "role_choices": [
            {"value": role.value, "label": role.label.capitalize(), "hint": _(PURPOSES[role])}
            for role in Role
        ],
        "languages": [{"value": code, "label": _(LANGUAGES[code])} for code in LOCALES],
    }
