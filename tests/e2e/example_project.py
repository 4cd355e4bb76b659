"""Projects with one of everything, for tests that send anything to any route."""

from __future__ import annotations

from collections.abc import Mapping

from tests.library import add_member, make_project, upload, wav, work

from earmark.core.edits import Edit, EditOp
from earmark.core.people import Actor, Role, Scope
from earmark.core.segment import Segment
from earmark.services import annotations, registry, resumable, review, schedules, tokens, webhooks
from earmark.services.platform import Platform


def fill(platform: Platform, owner: Actor, *, seed: int) -> Mapping[str, str]:
    """Make a project with one of everything; return an identifier for each name of a path parameter."""
    project = make_project(platform, owner, name=f"Example {seed}")
    recording = upload(platform, owner, project, wav(seed, seconds=3)).recording
    job = work(platform)[0]
    spoken = Segment(start=0.5, end=1.5, label="speech", text="=1+1", score=0.5, low_hz=100.0, high_hz=4000.0)
    annotation = annotations.create_annotation(platform, owner, recording.id, segments_given=[spoken])
    added = Edit(op=EditOp.ADD, id="s2", segment=Segment(start=2.0, end=2.0, channel=0))
    review.edit(platform, owner, annotation.id, [added], base_revision=1)
    model = registry.create_model(platform, owner, name=f"m{seed}", version="1", engine="tcn", task="events")
    schedule = schedules.create_schedule(
        platform, owner, project_id=None, name="Tidy", kind="purge", every_seconds=86_400, enabled=False
    )
    webhook, _ = webhooks.create_webhook(platform, owner, project_id=project.id, url="https://example.org/hook")
    webhooks.send_test(platform, owner, webhook.id)
    delivery = webhooks.list_deliveries(platform, owner, webhook.id).items[0]
    token, _ = tokens.create_token(platform, owner, name="spare", scopes=[Scope.READ])
    part = resumable.begin(platform, owner, project.id, name="b.wav", size=1000)
    return {
        "project_id": project.id,
        "recording_id": recording.id,
        "annotation_id": annotation.id,
        "job_id": job.id,
        "model_id": model.id,
        "schedule_id": schedule.id,
        "webhook_id": webhook.id,
        "delivery_id": delivery.id,
        "token_id": token.id,
        "upload_id": part.id,
        "user_id": add_member(platform.database, project.id, Role.ANNOTATOR).user_id or "",
        "level": "0",
        "index": "0",
        "number": "2",
        "name": "weights.onnx",
    }
