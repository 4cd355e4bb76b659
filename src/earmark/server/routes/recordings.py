"""``/projects/.../recordings`` and ``/recordings``: how recordings come in, are found, changed and deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import AwareDatetime, Field, model_validator
from starlette.concurrency import run_in_threadpool

from earmark.core.library import MAX_NOTES, MAX_TAG, MAX_TAGS, RecordingState, StoredRecording
from earmark.core.page import MAX_LIMIT
from earmark.core.people import Actor
from earmark.core.review import AnnotationKind, AnnotationStatus
from earmark.core.search import MAX_QUERY, AnnotatedBy, Order, RecordingFilter, RecordingSort
from earmark.server.dependencies import ActorDep, PlatformDep
from earmark.server.etags import IfMatch, set_etag
from earmark.server.multipart import receive_files
from earmark.server.problems import errors
from earmark.server.routes.jobs import LeftOutAnswer
from earmark.server.routes.projects import ProjectId
from earmark.server.schemas import Answer, Body, IdText, PageAnswer
from earmark.services import bulk, import_requests, library, receiving
from earmark.services.bulk import MOST_AT_ONCE, BulkAction
from earmark.services.import_requests import MAX_URLS
from earmark.services.library import RecordingChange
from earmark.services.origins import MAX_PLACE, MAX_URL
from earmark.services.platform import Platform
from earmark.services.uploads import Taken
from earmark.store.work import MOST_ANNOTATIONS, MOST_LABELS

router = APIRouter(tags=["recordings"])

RecordingId = Annotated[IdText, Path(description="Identifier of the recording.")]
Tag = Annotated[str, Field(min_length=1, max_length=MAX_TAG, examples=["dawn"])]
Name = Annotated[
    str,
    Field(description="What people call it; the file name at first.", min_length=1, max_length=255, examples=["a.wav"]),
]
_FILES = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {
                        "type": "array",
                        "items": {"type": "string", "format": "binary"},
                        "description": "One or more media files, each in a part with a file name.",
                    }
                },
            }
        }
    },
}


class FoundLabelAnswer(Answer):
    """A label that was found in a recording."""

    name: str = Field(description="The label.", examples=["song"])
    segments: int = Field(
        description="How many segments carry it, in the annotation that has the most of them.", examples=[12]
    )


class WorkOnItAnswer(Answer):
    """An annotation of a recording."""

    id: str = Field(description="Identifier.", examples=["01k9zq3m5t7v8w2x4y6z0a1b2c"])
    kind: AnnotationKind = Field(description="Who made it: person, model or file.")
    source: str = Field(description="Who or what made it, in words.", examples=["Ann"])
    author_id: str | None = Field(description="The person, where a person made it.")
    author: str | None = Field(description="The person's name, while there is an account.", examples=["Ann"])
    status: AnnotationStatus = Field(description="draft, submitted (for review) or reviewed.")
    segment_count: int = Field(description="How many segments it has.", examples=[312])
    updated_at: datetime = Field(description="When it was changed last.")


class WorkAnswer(Answer):
    """What was found in a recording, and who is on it."""

    labels: list[FoundLabelAnswer] = Field(
        description=f"The most frequent labels, the most frequent first: at most {MOST_LABELS}."
    )
    label_count: int = Field(description="How many labels there are in all.", examples=[3])
    annotations: list[WorkOnItAnswer] = Field(
        description="Its annotations, those of people first, of these the latest first: at most "
        f"{MOST_ANNOTATIONS}. Those in the trash are left out."
    )


class RecordingAnswer(Answer):
    """A recording."""

    id: str = Field(description="Identifier.", examples=["01k9zq3m5t7v8w2x4y6z0a1b2c"])
    project_id: str = Field(description="Its project.")
    name: str = Field(description="What people call it; the file name at first.", examples=["dawn.wav"])
    state: RecordingState = Field(
        description="`waiting` until its file was listened to, `ready`, or `failed`: then `error` says why."
    )
    source: str = Field(description="Where it came from: file name, path or URL.", examples=["dawn.wav"])
    duration: float | None = Field(description="Seconds of sound; null until it is ready.", examples=[61.25])
    sample_rate: int | None = Field(description="Samples per second.", examples=[48000])
    channels: int | None = Field(description="Number of channels.", examples=[2])
    container: str | None = Field(description="As FFmpeg calls it.", examples=["wav"])
    codec: str | None = Field(description="As FFmpeg calls it.", examples=["pcm_s16le"])
    video: bool = Field(description="Whether the file has pictures too.")
    checksum: str | None = Field(description="SHA-256 of the file in hexadecimal; null while there is none.")
    size: int | None = Field(description="Bytes of the file.", examples=[11760044])
    tags: list[str] = Field(description="In alphabetical order.", examples=[["dawn", "wren"]])
    notes: str = Field(description="Free text.")
    recorded_at: datetime | None = Field(description="Clock time of the first sample, if somebody said it.")
    problems: list[str] = Field(description="What was odd about the file.")
    error: str | None = Field(description="Why it cannot be used, and what to do.")
    thumbnail: str | None = Field(
        description="Its waveform: 100 pairs of smallest and largest sample as int8, in base64."
    )
    version: int = Field(description="Grows with each change; the same as in `ETag`.", examples=[2])
    created_at: datetime = Field(description="When it came in.")
    updated_at: datetime = Field(description="When it was changed last.")
    created_by: str | None = Field(description="Who brought it; null for Earmark itself.")
    deleted_at: datetime | None = Field(description="When it was put into the trash; null if it is not there.")
    work: WorkAnswer | None = Field(
        default=None, description="With `with_work=true`: what was found in it, and who is on it; else null."
    )

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, value: object) -> object:
        """Media facts stand beside the others."""
        if not isinstance(value, StoredRecording):
            return value
        media = ("source", "duration", "sample_rate", "channels", "container", "codec")
        facts = {name: getattr(value.media, name) for name in media}
        others = cls.model_fields.keys() - facts.keys() - {"work"}
        return facts | {name: getattr(value, name) for name in others}


class RecordingPage(PageAnswer[RecordingAnswer]):
    """One page of recordings."""

    count: int | None = Field(
        default=None, description="With `count=true`: how many recordings fit, or 10000 if `count_is_more`."
    )
    count_is_more: bool = Field(default=False, description="Whether there are more than 10000.")


class Filter(Body):
    """Which recordings are meant; all conditions that are given must hold."""

    q: str = Field(
        default="",
        description="Words: each must be the beginning of a word of name, notes or source. `#tag` stands for that tag.",
        max_length=MAX_QUERY,
        examples=["dawn #wren"],
    )
    tag: list[Tag] = Field(default=[], description="Tags that it must have, all of them.", max_length=10)
    state: list[RecordingState] = Field(default=[], description="States of which it has one.", max_length=3)
    min_duration: float | None = Field(default=None, description="Seconds at least.", ge=0, le=1e9)
    max_duration: float | None = Field(default=None, description="Seconds at most.", ge=0, le=1e9)
    created_from: AwareDatetime | None = Field(default=None, description="Came in then or later.")
    created_to: AwareDatetime | None = Field(default=None, description="Came in before then.")
    recorded_from: AwareDatetime | None = Field(default=None, description="Begins then or later.")
    recorded_to: AwareDatetime | None = Field(default=None, description="Begins before then.")
    annotated: AnnotatedBy | None = Field(default=None, description="By whom it was annotated; `none`: by nobody.")
    status: AnnotationStatus | None = Field(default=None, description="Status that one of its annotations has.")
    label: str | None = Field(
        default=None, description="Label that one of its segments carries.", min_length=1, max_length=200
    )
    trashed: bool = Field(default=False, description="Those in the trash instead of those that are not.")

    def wanted(self) -> RecordingFilter:
        """The filter itself."""
        values = self.model_dump(include=set(Filter.model_fields))
        tags, states = tuple(values.pop("tag")), tuple(values.pop("state"))
        return RecordingFilter(tags=tags, states=states, **values)


class ListQuery(Filter):
    """A list: which recordings, in which order, which page."""

    sort: RecordingSort = Field(
        default=RecordingSort.CREATED_AT, description="What they are sorted by; those without a value come last."
    )
    order: Order = Field(default=Order.DESC, description="Which way.")
    count: bool = Field(default=False, description="Whether to count them too, which takes longer.")
    with_work: bool = Field(
        default=False, description="Whether to tell of each what was found in it, and who is on it: its `work`."
    )
    cursor: str | None = Field(
        default=None,
        description="`next` of the page before; leave it out for the first page.",
        max_length=1000,
    )
    limit: int = Field(default=50, description="Most items on the page.", ge=1, le=MAX_LIMIT)


class RecordingPatch(Body):
    """What is to be changed; what is left out stays."""

    name: Name | None = Field(default=None, description="What people call it.")
    notes: str | None = Field(default=None, description="Free text.", max_length=MAX_NOTES)
    tags: list[Tag] | None = Field(default=None, description="All its tags.", max_length=MAX_TAGS)
    recorded_at: AwareDatetime | None = Field(
        default=None, description="Clock time of the first sample; null where it is not known."
    )

    def change(self) -> RecordingChange:
        """The change itself."""
        said_null = "recorded_at" in self.model_fields_set and self.recorded_at is None
        tags = None if self.tags is None else tuple(self.tags)
        return RecordingChange(
            name=self.name, notes=self.notes, tags=tags, recorded_at=self.recorded_at, forget_recorded_at=said_null
        )


class TakenAnswer(Answer):
    """What became of one file that was sent."""

    name: str = Field(description="Name of the file as it was sent.", examples=["dawn.wav"])
    recording: RecordingAnswer | None = Field(description="The recording that holds it; null if it was refused.")
    duplicate: bool = Field(default=False, description="The project had this content: nothing was added.")
    restored: bool = Field(default=False, description="That recording lay in the trash, and was taken out.")
    error: str | None = Field(default=None, description="Why it was refused.")


class TakenFiles(Answer):
    """What became of the files that were sent."""

    items: list[TakenAnswer] = Field(description="In the order in which they were sent.")


class NewImport(Body):
    """Where to import from; one of the three."""

    urls: list[Annotated[str, Field(min_length=1, max_length=MAX_URL)]] | None = Field(
        default=None,
        description="Addresses of media files.",
        min_length=1,
        max_length=MAX_URLS,
        examples=[["https://example.org/dawn.wav"]],
    )
    folder: str | None = Field(
        default=None,
        description="Folder of the server, searched to the bottom; its owner has to have opened it.",
        min_length=1,
        max_length=MAX_PLACE,
        examples=["/srv/field/2026"],
    )
    bucket: str | None = Field(
        default=None,
        description="`s3://bucket/prefix`; the server's owner has to have opened it.",
        max_length=MAX_PLACE,
        pattern="^s3://",
        examples=["s3://field/2026"],
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(value is not None for value in (self.urls, self.folder, self.bucket)) != 1:
            raise ValueError("give either urls, folder or bucket")
        return self


class ImportAnswer(Answer):
    """What was begun."""

    recordings: list[RecordingAnswer] = Field(description="Of URLs: a recording for each, to be fetched by a job.")
    job_id: str | None = Field(description="Of a folder or bucket: the job that looks for files, see `/jobs/{job_id}`.")


class Bulk(Body):
    """What to do with which recordings; either `ids` or `filter`."""

    action: BulkAction = Field(
        description="`tag`, `untag`, `trash`, `restore`, or `annotate` as the project's pipeline says."
    )
    tags: list[Tag] = Field(default=[], description="For `tag` and `untag`.", max_length=MAX_TAGS)
    ids: list[IdText] | None = Field(
        default=None, description="Recordings; others than of this project are left out.", max_length=MOST_AT_ONCE
    )
    filter: Filter | None = Field(default=None, description="All recordings that fit.")
    cursor: str | None = Field(
        default=None, description="`next` of the answer before, to go on with the same filter.", max_length=1000
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.ids is None) == (self.filter is None):
            raise ValueError("give either ids or filter")
        return self


class BulkAnswer(Answer):
    """What became of it."""

    matched: int = Field(description="Recordings that were meant.", examples=[120])
    changed: int = Field(description="Those of them that are different now, or have a new job.", examples=[118])
    left_out: list[LeftOutAnswer] = Field(
        description="Recordings that were to be annotated and get no job, by the reason; empty for other actions."
    )
    next: str | None = Field(description="If more fit than are changed at once: pass it as `cursor` to go on.")


class States(Answer):
    """Numbers of recordings."""

    waiting: int = Field(default=0, description="Not listened to yet.")
    ready: int = Field(default=0, description="Ready.")
    failed: int = Field(default=0, description="Cannot be used.")


# Lists ----------------------------------------------------------------------------------------------------------------


@router.get(
    "/projects/{project_id}/recordings",
    summary="List recordings",
    response_model=RecordingPage,
    responses=errors(404),
)
def list_recordings(
    platform: PlatformDep, actor: ActorDep, project_id: ProjectId, query: Annotated[ListQuery, Query()]
) -> object:
    """List the recordings of a project, by page, sorted and filtered."""
    wanted = query.wanted()
    page = library.page(
        platform,
        actor,
        project_id,
        wanted,
        sort=query.sort,
        order=query.order,
        cursor=query.cursor,
        limit=query.limit,
    )
    items = _with_work(platform, actor, project_id, page.items) if query.with_work else page.items
    answer: dict[str, object] = {"items": items, "next": page.next}
    if query.count:
        number = library.count(platform, actor, project_id, wanted)
        answer |= {"count": min(number, library.MOST_COUNTED), "count_is_more": number > library.MOST_COUNTED}
    return answer


def _with_work(
    platform: Platform, actor: Actor, project_id: str, found: Sequence[StoredRecording]
) -> list[RecordingAnswer]:
    work = library.work_on(platform, actor, project_id, [recording.id for recording in found])
    told = {recording_id: WorkAnswer.model_validate(one) for recording_id, one in work.items()}
    answers = map(RecordingAnswer.model_validate, found)
    return [answer.model_copy(update={"work": told[answer.id]}) for answer in answers]


@router.get(
    "/projects/{project_id}/recordings/states",
    summary="Count recordings by state",
    response_model=States,
    responses=errors(404),
)
def count_recordings(platform: PlatformDep, actor: ActorDep, project_id: ProjectId) -> object:
    """Count the recordings of a project by state, those in the trash left out."""
    found = library.counts_by_state(platform, actor, project_id)
    return {state.value: number for state, number in found.items()}


# Coming in ------------------------------------------------------------------------------------------------------------


@router.post(
    "/projects/{project_id}/recordings",
    summary="Upload recordings",
    status_code=201,
    response_model=TakenFiles,
    responses={200: {"description": "All were in the project already", "model": TakenFiles}, **errors(404, 409, 413)},
    openapi_extra={"requestBody": _FILES},
)
async def upload_recordings(
    request: Request, response: Response, platform: PlatformDep, actor: ActorDep, project_id: ProjectId
) -> object:
    """Send media files in one request. A job listens to each; until then its recording is `waiting`.

    A file whose content the project has already answers that recording (`duplicate`), taken out of the trash if it was
    there. If all files are refused, the request fails; else each says what became of it. Large files are better sent in
    resumable parts: see `/uploads`.
    """
    batch = await run_in_threadpool(receiving.Batch, platform, actor, project_id)
    try:
        await receive_files(request, batch.begin, batch.end)
        outcomes = await run_in_threadpool(batch.finish)
    finally:
        await run_in_threadpool(batch.close)
    taken = [outcome.taken for outcome in outcomes if outcome.taken is not None]
    if all(one.duplicate for one in taken):
        response.status_code = 200
    if len(taken) == 1:
        response.headers["Location"] = f"/api/v1/recordings/{taken[0].recording.id}"
    return {"items": [_told(outcome.name, outcome.taken, outcome.error) for outcome in outcomes]}


def _told(name: str, taken: Taken | None, error: str | None) -> dict[str, object]:
    if taken is None:
        return {"name": name, "recording": None, "error": error}
    return {"name": name, "recording": taken.recording, "duplicate": taken.duplicate, "restored": taken.restored}


@router.post(
    "/projects/{project_id}/imports",
    summary="Import recordings",
    status_code=202,
    response_model=ImportAnswer,
    responses=errors(404, 409),
)
def import_recordings(platform: PlatformDep, actor: ActorDep, project_id: ProjectId, body: NewImport) -> object:
    """Import recordings from URLs, a folder of the server or a bucket on S3; jobs do it."""
    if body.urls is not None:
        return {"recordings": import_requests.import_urls(platform, actor, project_id, body.urls), "job_id": None}
    job = import_requests.import_place(platform, actor, project_id, body.folder or body.bucket or "")
    return {"recordings": [], "job_id": job.id}


@router.post(
    "/projects/{project_id}/recordings/bulk",
    summary="Change many recordings",
    response_model=BulkAnswer,
    responses=errors(404),
)
def change_many(platform: PlatformDep, actor: ActorDep, project_id: ProjectId, body: Bulk) -> object:
    """Tag, untag, trash, restore or annotate many recordings: those named, or all that a filter fits.

    Up to 10000 are changed at once, some hundred in each transaction.
    """
    if body.ids is not None:
        return bulk.bulk_by_ids(platform, actor, project_id, body.action, body.ids, tags=body.tags)
    wanted = RecordingFilter() if body.filter is None else body.filter.wanted()
    return bulk.bulk_by_filter(platform, actor, project_id, body.action, wanted, tags=body.tags, cursor=body.cursor)


# One ------------------------------------------------------------------------------------------------------------------


@router.get(
    "/recordings/{recording_id}", summary="See a recording", response_model=RecordingAnswer, responses=errors(404)
)
def get_recording(
    response: Response,
    platform: PlatformDep,
    actor: ActorDep,
    recording_id: RecordingId,
    with_work: Annotated[  # noqa: FBT002
        bool, Query(description="Whether to tell what was found in it, and who is on it: its `work`.")
    ] = False,
) -> object:
    """Read one recording, in the trash or not."""
    found = library.get(platform, actor, recording_id)
    set_etag(response, found.version)
    return _with_work(platform, actor, found.project_id, [found])[0] if with_work else found


@router.patch(
    "/recordings/{recording_id}",
    summary="Change a recording",
    response_model=RecordingAnswer,
    responses=errors(404, 409, 412),
)
def change_recording(
    response: Response,
    platform: PlatformDep,
    actor: ActorDep,
    recording_id: RecordingId,
    body: RecordingPatch,
    version: IfMatch,
) -> StoredRecording:
    """Change name, tags, notes or clock time. Annotators may."""
    changed = library.change(platform, actor, recording_id, body.change(), version=version)
    set_etag(response, changed.version)
    return changed


@router.delete(
    "/recordings/{recording_id}",
    summary="Delete a recording",
    status_code=204,
    responses=errors(404, 409, 412),
)
def delete_recording(
    platform: PlatformDep,
    actor: ActorDep,
    recording_id: RecordingId,
    version: IfMatch,
    purge: Annotated[  # noqa: FBT002
        bool, Query(description="Delete it for good, with its annotations; else it goes into the trash.")
    ] = False,
) -> None:
    """Put a recording into the trash, or delete it for good. Managers may.

    The file goes when no recording of another project has the same content.
    """
    if purge:
        library.purge(platform, actor, recording_id, version=version)
    else:
        library.trash(platform, actor, recording_id, version=version)


@router.post(
    "/recordings/{recording_id}/restore",
    summary="Restore a recording",
    response_model=RecordingAnswer,
    responses=errors(404),
)
def restore_recording(
    response: Response, platform: PlatformDep, actor: ActorDep, recording_id: RecordingId
) -> StoredRecording:
    """Take a recording out of the trash. Managers may."""
    back = library.restore(platform, actor, recording_id)
    set_etag(response, back.version)
    return back
