"""``/session``: signing in and out with a browser."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from earmark.core.people import Scope
from earmark.server.dependencies import PlatformDep
from earmark.server.identity import cookie, origin_of, recognise, session_cookie, session_secret
from earmark.server.problems import errors
from earmark.server.routes.users import UserAnswer
from earmark.server.schemas import Answer, Body
from earmark.services import sign_in
from earmark.services.passwords import MAX_LENGTH

router = APIRouter(tags=["session"])

KnownDep = Annotated[sign_in.Known, Depends(recognise)]


class SignInBody(Body):
    """Login and password."""

    login: str = Field(description="In whatever case.", min_length=1, max_length=100, examples=["admin"])
    password: str = Field(
        description="The password.", min_length=1, max_length=MAX_LENGTH, json_schema_extra={"format": "password"}
    )


class SessionAnswer(Answer):
    """Who is signed in."""

    user: UserAnswer = Field(description="The account.")
    scopes: list[Scope] = Field(description="What it may be used for: all scopes, or those of the token.")
    open_access: bool = Field(description="Whether this server lets one person work without signing in.")


@router.post(
    "/session",
    summary="Sign in",
    status_code=201,
    response_model=SessionAnswer,
    responses=errors(401, 429),
    openapi_extra={"security": []},
)
def sign_in_with_password(
    request: Request, response: Response, body: SignInBody, platform: PlatformDep
) -> SessionAnswer:
    """Begin a session: the answer sets a cookie that scripts cannot read.

    After five attempts within 15 minutes with the same login, or from the same address, one has to wait longer each
    time. Programs use an API token instead.
    """
    signed_in = sign_in.sign_in(platform, login=body.login, password=body.password, origin=origin_of(request))
    response.headers["Set-Cookie"] = session_cookie(platform, signed_in.secret)
    return _answer(
        request, sign_in.Known(user=signed_in.user, actor=sign_in.actor_of(signed_in.user, origin_of(request)))
    )


@router.get("/session", summary="See who is signed in", response_model=SessionAnswer)
def get_session(request: Request, known: KnownDep) -> SessionAnswer:
    """Tell whose session or token the request carries."""
    return _answer(request, known)


@router.delete("/session", summary="Sign out", status_code=204, openapi_extra={"security": []})
def sign_out(request: Request, response: Response, platform: PlatformDep) -> None:
    """End the session of the cookie, if there is one, and delete the cookie."""
    secret = session_secret(request)
    if secret is not None:
        sign_in.sign_out(platform, secret, origin_of(request))
    response.headers["Set-Cookie"] = cookie(platform, "", max_age=0)


def _answer(request: Request, known: sign_in.Known) -> SessionAnswer:
    return SessionAnswer(
        user=UserAnswer.model_validate(known.user),
        scopes=sorted(known.actor.scopes),
        open_access=request.app.state.open_access,
    )
