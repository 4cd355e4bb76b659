"""``/webhooks``: telling other programs what happens."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from earmark.core.webhook import EVENT_KINDS, MAX_URL, DeliveryState, Webhook
from earmark.server.dependencies import ActorDep, Cursor, Limit, PlatformDep
from earmark.server.problems import errors
from earmark.server.schemas import Answer, Body, IdText, PageAnswer
from earmark.services import webhooks

router = APIRouter(tags=["webhooks"])

ProjectId = Annotated[IdText, Path(description="Identifier of the project.")]
WebhookId = Annotated[IdText, Path(description="Identifier of the webhook.")]
DeliveryId = Annotated[IdText, Path(description="Identifier of the message.")]
State = Annotated[DeliveryState | None, Query(description="Only messages in this state.")]
Url = Annotated[
    str,
    Field(
        description="Where messages are posted: http or https, without user name. Hosts in private networks have to be "
        "opened by the server's owner (`allowed_hosts`).",
        min_length=1,
        max_length=MAX_URL,
        examples=["https://example.org/earmark"],
    ),
]
Kinds = Annotated[
    list[Annotated[str, Field(max_length=40)]],
    Field(
        description="Kinds of events that are sent; empty for all. There are " + ", ".join(EVENT_KINDS) + ".",
        max_length=len(EVENT_KINDS),
        examples=[["recording.imported", "annotation.submitted"]],
    ),
]


class WebhookAnswer(Answer):
    """An endpoint that wants to be told."""

    id: str = Field(description="Identifier.", examples=["01k9zq3m5t7v8w2x4y6z0a1b2c"])
    project_id: str | None = Field(description="The project whose events are sent; null for the whole server.")
    url: Url
    kinds: Kinds
    enabled: bool = Field(description="Whether messages are sent. An endpoint that answers 410 is switched off.")
    created_by: str | None = Field(description="Who made it.")
    created_at: datetime = Field(description="When it was made.")


class MadeWebhook(WebhookAnswer):
    """A new endpoint with its secret."""

    secret: str = Field(
        description="By which messages are signed (Standard Webhooks). It is shown this once.",
        examples=["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"],
    )


class NewWebhook(Body):
    """An endpoint to be made."""

    url: Url
    kinds: Kinds = Field(default_factory=list)


class WebhookChange(Body):
    """What is to be changed; what is left out stays."""

    url: Url | None = None
    kinds: Kinds | None = None
    enabled: bool | None = Field(
        default=None, description="Switch it off, or on again: messages that wait are sent then.", examples=[True]
    )


class SecretAnswer(Answer):
    """A new secret."""

    secret: str = Field(description="By which messages are signed from now on. It is shown this once.")


class DeliveryAnswer(Answer):
    """One message to one endpoint."""

    id: str = Field(description="Identifier, sent as `webhook-id` with each attempt.")
    kind: str = Field(description="Kind of event.", examples=["recording.imported"])
    body: str = Field(description="The JSON that is posted.")
    state: DeliveryState = Field(description="queued until it is taken (delivered) or given up (failed).")
    attempts: int = Field(description="How often it was sent.")
    next_at: datetime = Field(description="When it is sent next, while it is queued.")
    last_status: int | None = Field(description="HTTP status of the last answer; null if there was none.")
    last_error: str | None = Field(description="What went wrong last; null if nothing did.")
    created_at: datetime = Field(description="When it happened.")
    delivered_at: datetime | None = Field(description="When the endpoint took it.")


@router.get(
    "/projects/{project_id}/webhooks",
    summary="List a project's webhooks",
    response_model=PageAnswer[WebhookAnswer],
    responses=errors(403, 404),
)
def list_project_webhooks(
    platform: PlatformDep, actor: ActorDep, project_id: ProjectId, cursor: Cursor = None, limit: Limit = 50
) -> object:
    """List the endpoints that are told what happens in a project. For its managers."""
    return webhooks.list_webhooks(platform, actor, project_id=project_id, cursor=cursor, limit=limit)


@router.post(
    "/projects/{project_id}/webhooks",
    summary="Make a webhook for a project",
    status_code=201,
    response_model=MadeWebhook,
    responses=errors(403, 404),
)
def create_project_webhook(
    platform: PlatformDep, actor: ActorDep, response: Response, project_id: ProjectId, body: NewWebhook
) -> MadeWebhook:
    """Tell an endpoint what happens in a project from now on. For its managers."""
    made = webhooks.create_webhook(platform, actor, project_id=project_id, url=body.url, kinds=body.kinds)
    return _made(response, *made)


@router.get(
    "/webhooks",
    summary="List the server's webhooks",
    response_model=PageAnswer[WebhookAnswer],
    responses=errors(403),
)
def list_webhooks(platform: PlatformDep, actor: ActorDep, cursor: Cursor = None, limit: Limit = 50) -> object:
    """List the endpoints that are told of everything. For administrators."""
    return webhooks.list_webhooks(platform, actor, project_id=None, cursor=cursor, limit=limit)


@router.post(
    "/webhooks",
    summary="Make a webhook for the server",
    status_code=201,
    response_model=MadeWebhook,
    responses=errors(403),
)
def create_webhook(platform: PlatformDep, actor: ActorDep, response: Response, body: NewWebhook) -> MadeWebhook:
    """Tell an endpoint what happens on the whole server from now on. For administrators."""
    return _made(response, *webhooks.create_webhook(platform, actor, project_id=None, url=body.url, kinds=body.kinds))


@router.get(
    "/webhooks/{webhook_id}", summary="Read a webhook", response_model=WebhookAnswer, responses=errors(403, 404)
)
def get_webhook(platform: PlatformDep, actor: ActorDep, webhook_id: WebhookId) -> object:
    """Read an endpoint; its secret is never shown again."""
    return webhooks.get_webhook(platform, actor, webhook_id)


@router.patch(
    "/webhooks/{webhook_id}", summary="Change a webhook", response_model=WebhookAnswer, responses=errors(403, 404)
)
def change_webhook(platform: PlatformDep, actor: ActorDep, webhook_id: WebhookId, body: WebhookChange) -> object:
    """Change address, kinds of events, or whether anything is sent."""
    return webhooks.change_webhook(platform, actor, webhook_id, url=body.url, kinds=body.kinds, enabled=body.enabled)


@router.delete("/webhooks/{webhook_id}", summary="Delete a webhook", status_code=204, responses=errors(403, 404))
def delete_webhook(platform: PlatformDep, actor: ActorDep, webhook_id: WebhookId) -> None:
    """Delete an endpoint with all messages that wait for it."""
    webhooks.delete_webhook(platform, actor, webhook_id)


@router.post(
    "/webhooks/{webhook_id}/secret",
    summary="Renew a webhook's secret",
    response_model=SecretAnswer,
    responses=errors(403, 404),
)
def renew_secret(platform: PlatformDep, actor: ActorDep, webhook_id: WebhookId) -> SecretAnswer:
    """Sign with a new secret from now on; the old one is good for nothing any more."""
    return SecretAnswer(secret=webhooks.renew_secret(platform, actor, webhook_id))


@router.post("/webhooks/{webhook_id}/test", summary="Try a webhook", status_code=202, responses=errors(403, 404, 409))
def test_webhook(platform: PlatformDep, actor: ActorDep, webhook_id: WebhookId) -> None:
    """Send a message of the kind `webhook.test` to this endpoint; see its deliveries for what came of it."""
    webhooks.send_test(platform, actor, webhook_id)


@router.get(
    "/webhooks/{webhook_id}/deliveries",
    summary="List messages",
    response_model=PageAnswer[DeliveryAnswer],
    responses=errors(403, 404),
)
def list_deliveries(
    platform: PlatformDep,
    actor: ActorDep,
    webhook_id: WebhookId,
    state: State = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> object:
    """List the messages to an endpoint, the latest first. They are kept for 30 days."""
    return webhooks.list_deliveries(platform, actor, webhook_id, state=state, cursor=cursor, limit=limit)


@router.post(
    "/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver",
    summary="Send a message again",
    status_code=202,
    responses=errors(403, 404, 409),
)
def redeliver(platform: PlatformDep, actor: ActorDep, webhook_id: WebhookId, delivery_id: DeliveryId) -> None:
    """Send a message again at once, with all its attempts before it."""
    webhooks.redeliver(platform, actor, webhook_id, delivery_id)


def _made(response: Response, webhook: Webhook, secret: str) -> MadeWebhook:
    response.headers["Location"] = f"/api/v1/webhooks/{webhook.id}"
    return MadeWebhook(**asdict(webhook), secret=secret)
