"""``/users``: accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from earmark.core.people import Role, User, UserSort
from earmark.core.search import Order
from earmark.server.dependencies import ActorDep, Cursor, Limit, PlatformDep
from earmark.server.identity import session_secret
from earmark.server.problems import errors
from earmark.server.schemas import Answer, Body, IdText, PageAnswer
from earmark.services import people
from earmark.services.passwords import MAX_LENGTH, MIN_LENGTH
from earmark.services.sign_in import hash_of

router = APIRouter(tags=["users"])

UserId = Annotated[IdText, Path(description="Identifier of the person.")]
Login = Annotated[
    str,
    Field(
        description="What the person types to sign in; upper and lower case are the same.",
        min_length=1,
        max_length=100,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._@+-]*$",
        examples=["annotator"],
    ),
]
Name = Annotated[str, Field(description="What others see.", min_length=1, max_length=200, examples=["Annotator"])]
Password = Annotated[
    str,
    Field(
        description="Neither the login nor one of those that everybody tries first.",
        min_length=MIN_LENGTH,
        max_length=MAX_LENGTH,
        json_schema_extra={"format": "password"},
    ),
]


class UserAnswer(Answer):
    """A person with an account."""

    id: str = Field(description="Identifier.", examples=["01k9zq3m5t7v8w2x4y6z0a1b2c"])
    login: Login
    name: Name
    is_administrator: bool = Field(description="Whether the person may do everything on this server.")
    active: bool = Field(description="False for accounts that were closed.")
    created_at: datetime = Field(description="When the account was made.")
    seen_at: datetime | None = Field(description="When it was last used, to the minute; null if never.")


class PlaceAnswer(Answer):
    """A project that a person is a member of."""

    project_id: str = Field(description="The project.")
    project_name: str = Field(description="What it is called.", examples=["Reef"])
    role: Role = Field(description="What the person may do there: admin, manager, annotator or viewer.")


class NewUser(Body):
    """An account to be made."""

    login: Login
    name: Name
    password: Password
    is_administrator: bool = Field(default=False, description="Whether the person may do everything on this server.")


class UserChange(Body):
    """What is to be changed; what is left out, or null, stays."""

    name: Name | None = Field(default=None, description="What others see.")
    is_administrator: bool | None = Field(
        default=None, description="Whether the person may do everything. Only administrators change it."
    )
    active: bool | None = Field(
        default=None, description="False closes the account, true opens it again. Only administrators change it."
    )


class NewPassword(Body):
    """A new password."""

    password: Password
    current: str | None = Field(
        default=None,
        max_length=MAX_LENGTH,
        description="The password until now; needed for one's own account.",
        json_schema_extra={"format": "password"},
    )


@router.get("/users", summary="List people", response_model=PageAnswer[UserAnswer])
def list_users(
    platform: PlatformDep,
    actor: ActorDep,
    q: Annotated[str, Query(description="Part of login or name, in whatever case.", max_length=100)] = "",
    closed: Annotated[bool, Query(description="List closed accounts instead. Only administrators see them.")] = False,  # noqa: FBT002
    sort: Annotated[
        UserSort, Query(description="By what; those who never came are last by `seen_at`.")
    ] = UserSort.LOGIN,
    order: Annotated[Order, Query(description="Which way.")] = Order.ASC,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> object:
    """List the accounts of this server, by login unless told otherwise."""
    return people.list_users(
        platform, actor, q=q, active=not closed, sort=sort, order=order, cursor=cursor, limit=limit
    )


@router.post("/users", summary="Make an account", status_code=201, response_model=UserAnswer, responses=errors(409))
def create_user(request: Request, response: Response, platform: PlatformDep, actor: ActorDep, body: NewUser) -> User:
    """Make an account. Only administrators may; tell the person the password in some safe way."""
    user = people.create_user(platform, actor, **body.model_dump())
    response.headers["Location"] = f"{request.url.path}/{user.id}"
    return user


@router.get("/users/{user_id}", summary="See a person", response_model=UserAnswer, responses=errors(404))
def get_user(platform: PlatformDep, actor: ActorDep, user_id: UserId) -> User:
    """Read one account."""
    return people.get_user(platform, actor, user_id)


@router.get(
    "/users/{user_id}/projects",
    summary="List a person's projects",
    response_model=PageAnswer[PlaceAnswer],
    responses=errors(404),
)
def list_user_projects(
    platform: PlatformDep, actor: ActorDep, user_id: UserId, cursor: Cursor = None, limit: Limit = 50
) -> object:
    """List the projects of a person by name, with the role in each. One's own, or anybody's for administrators."""
    return people.list_places(platform, actor, user_id, cursor=cursor, limit=limit)


@router.patch("/users/{user_id}", summary="Change an account", response_model=UserAnswer, responses=errors(404, 409))
def change_user(platform: PlatformDep, actor: ActorDep, user_id: UserId, body: UserChange) -> User:
    """Change one's own name or, as an administrator, any account.

    A closed account cannot sign in, its sessions end and its tokens work no more; what the person made stays. The last
    administrator can be neither closed nor made an ordinary person.
    """
    return people.change_user(platform, actor, user_id, **body.model_dump())


@router.put("/users/{user_id}/password", summary="Change a password", status_code=204, responses=errors(404, 409))
def set_password(request: Request, platform: PlatformDep, actor: ActorDep, user_id: UserId, body: NewPassword) -> None:
    """Give an account a new password. All sessions of the account end, but for the one that asks."""
    secret = session_secret(request)
    people.set_password(
        platform,
        actor,
        user_id,
        password=body.password,
        current=body.current,
        keep_session=None if secret is None else hash_of(secret),
    )
