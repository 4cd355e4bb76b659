"""``/tokens``: keys of programs."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, Field

from earmark.core.people import Scope
from earmark.server.dependencies import ActorDep, Cursor, Limit, PlatformDep
from earmark.server.problems import errors
from earmark.server.schemas import Answer, Body, IdText, PageAnswer
from earmark.services import tokens

router = APIRouter(tags=["tokens"])

TokenId = Annotated[IdText, Path(description="Identifier of the token.")]
OwnerId = Annotated[IdText | None, Query(description="Whose tokens; one's own if left out. For administrators.")]


class TokenAnswer(Answer):
    """A token, without its secret."""

    id: str = Field(description="Identifier; not the secret.", examples=["01k9zq3m5t7v8w2x4y6z0a1b2c"])
    user_id: str = Field(description="Whose it is.")
    name: str = Field(description="What it is for.", examples=["nightly import"])
    scopes: list[Scope] = Field(description="What it may be used for, within what its owner may do.")
    created_at: datetime = Field(description="When it was made.")
    expires_at: datetime | None = Field(description="When it ends; null for never.")
    used_at: datetime | None = Field(description="When it was last used, to the minute; null if never.")


class MadeToken(TokenAnswer):
    """A new token with its secret."""

    secret: str = Field(
        description="What to send as `Authorization: Bearer <secret>`. It is shown this once.",
        examples=["em_GkZ0pXvJ0Tg3o1w3n1Yx1rJXx8M4yVxk8j6cUoGm1fA"],
    )


class NewToken(Body):
    """A token to be made."""

    name: str = Field(
        description="What it is for.", min_length=1, max_length=tokens.MAX_NAME, examples=["nightly import"]
    )
    scopes: list[Scope] = Field(
        description="What it may be used for: read; annotate; manage recordings, jobs and settings of projects; "
        "admin for all that its owner may do. One does not include the other, but admin includes all.",
        min_length=1,
        max_length=len(Scope),
        examples=[["read", "annotate"]],
    )
    expires_at: AwareDatetime | None = Field(
        default=None,
        description="When it ends, with time zone; leave it out for never.",
        examples=["2030-01-01T00:00:00Z"],
    )


@router.get("/tokens", summary="List tokens", response_model=PageAnswer[TokenAnswer])
def list_tokens(
    platform: PlatformDep, actor: ActorDep, user_id: OwnerId = None, cursor: Cursor = None, limit: Limit = 50
) -> object:
    """List API tokens, the latest first."""
    return tokens.list_tokens(platform, actor, user_id=user_id, cursor=cursor, limit=limit)


@router.post("/tokens", summary="Make a token", status_code=201, response_model=MadeToken)
def create_token(platform: PlatformDep, actor: ActorDep, body: NewToken) -> MadeToken:
    """Make an API token for oneself. A token can make others only if its scope is `admin`."""
    token, secret = tokens.create_token(platform, actor, **body.model_dump())
    return MadeToken(**asdict(token), secret=secret)


@router.delete("/tokens/{token_id}", summary="Revoke a token", status_code=204, responses=errors(404))
def revoke_token(platform: PlatformDep, actor: ActorDep, token_id: TokenId) -> None:
    """End a token at once: one's own or, as an administrator, anybody's."""
    tokens.revoke_token(platform, actor, token_id)
