"""Telling who asked for a transcription that it has ended, by RunPod's rules: an answer of 200, two more attempts.

What is said is what the integration says of a job that has ended; whoever puts a server together brings it along, since
services know no integrations.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from earmark.core.webhook import DeliveryState
from earmark.errors import EarmarkError, FetchFailed
from earmark.store import callbacks
from earmark.store.database import now

if TYPE_CHECKING:
    import httpx

    from earmark.core.job import Job
    from earmark.services.platform import Platform
    from earmark.store.callbacks import Call

logger = logging.getLogger(__name__)

Telling = Callable[["Platform", "Job"], Mapping[str, Any]]
"""Says what an integration's clients are told of a job."""

ATTEMPTS = 3
RETRY_SECONDS = 10
TIMEOUT = 15.0
"""Seconds until who is called has to have answered."""
HEARD = 200
"""The only status that counts."""
AT_ONCE = 8


def deliver_due(platform: Platform, tellings: Mapping[str, Telling]) -> int:
    """Make calls that are due, some of them; return how many were tried (0: nothing is due).

    Parameters
    ----------
    tellings : mapping
        What is said, by the name of the integration; calls of others are left to other servers.
    """
    with platform.database.write() as connection:
        due = callbacks.claim(connection, at=now(), integrations=tuple(tellings), most=AT_ONCE)
    if not due:
        return 0
    from earmark.services.guard import guarded_client

    with guarded_client(platform.settings.allowed_hosts, TIMEOUT) as client, ThreadPoolExecutor(len(due)) as threads:
        outcomes = list(threads.map(lambda call: _call(platform, client, call, tellings[call.integration]), due))
    for call, (status, error) in zip(due, outcomes, strict=True):
        _settle(platform, call, status, error)
    return len(due)


def _call(platform: Platform, client: httpx.Client, call: Call, telling: Telling) -> tuple[int | None, str | None]:
    """Post what there is to say; give the status and what went wrong, None where nothing did."""
    import httpx

    from earmark.services.download import within

    try:
        body = json.dumps(telling(platform, call.job)).encode()
        headers = {"content-type": "application/json", "user-agent": "earmark"}
        request = client.build_request("POST", call.url, headers=headers, content=body)
        # Only the status counts: what else is answered is not read.
        response = within(TIMEOUT, lambda: client.send(request, stream=True, follow_redirects=False))
        response.close()
    except TimeoutError:
        return None, f"no answer within {TIMEOUT:.0f} seconds"
    except (httpx.HTTPError, httpx.InvalidURL, FetchFailed, EarmarkError) as error:
        return None, str(error) or type(error).__name__
    if response.status_code == HEARD:
        return HEARD, None
    return response.status_code, f"the answer was {response.status_code}, not {HEARD}"


def _settle(platform: Platform, call: Call, status: int | None, error: str | None) -> None:
    state = DeliveryState.QUEUED
    if error is None:
        state = DeliveryState.DELIVERED
    elif call.attempts >= ATTEMPTS:
        state = DeliveryState.FAILED
        logger.warning("nobody hears that transcription %s has ended: %s", call.job.id, error)
    again = now() + timedelta(seconds=RETRY_SECONDS)
    with platform.database.write() as connection:
        callbacks.settle(connection, call, state, next_at=again, status=status, error=error)
