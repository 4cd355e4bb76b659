"""Shapes that several routes share on the wire."""

from __future__ import annotations

from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from earmark.core.ids import ID_LENGTH

Item = TypeVar("Item")

IdText = Annotated[str, StringConstraints(min_length=ID_LENGTH, max_length=ID_LENGTH, pattern="^[0-9a-z]+$")]
"""The shape of identifiers, for parameters and fields of requests."""


class Answer(BaseModel):
    """Base of what routes answer: read from domain objects."""

    model_config = ConfigDict(from_attributes=True)


class Body(BaseModel):
    """Base of what requests send: an unknown field is a mistake that its sender should hear of."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class PageAnswer(Answer, Generic[Item]):
    """One page of a list."""

    items: list[Item] = Field(description="The items of this page, in the order that was asked for.")
    next: str | None = Field(description="Pass it as `cursor` for the next page; null on the last one.")


class Mistake(Answer):
    """One value of a request that makes no sense."""

    where: str = Field(description="Place of the value, with dots.", examples=["body.labels.0.name"])
    message: str = Field(description="What is wrong with it.", examples=["String should have at least 1 character"])


class Problem(Answer):
    """What every error looks like (RFC 9457, `application/problem+json`)."""

    type: str = Field(description="Kind of problem as a URI reference.", examples=["/docs/errors#not_found"])
    title: str = Field(description="Kind of problem in words.", examples=["Not found"])
    status: int = Field(description="HTTP status.", examples=[404])
    code: str = Field(description="Kind of problem, for programs.", examples=["not_found"])
    detail: str = Field(description="What was wrong, where, and what to do next.")
    request_id: str = Field(description="Id of the request, as in the server's log.")
    errors: list[Mistake] | None = Field(
        default=None, description="With `invalid_request`, `invalid_items` and `bad_request` only: the values at fault."
    )
    current: int | None = Field(
        default=None, description="With `stale` only: the version or revision that the thing has now."
    )
    changes: list[dict[str, Any]] | None = Field(
        default=None, description="With `stale` only: what others changed since, where that is known."
    )
    retry_after: int | None = Field(
        default=None, description="With `too_many_attempts` only: seconds to wait, as in the header `Retry-After`."
    )
