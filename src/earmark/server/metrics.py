"""``/metrics`` for Prometheus: requests, jobs, cache, live streams, memory, disk.

Requests are counted as they come; everything else is looked up when somebody asks. Jobs and webhooks are those of the
whole installation, so that with several servers any one of them tells.
"""

from __future__ import annotations

import ipaddress
import shutil
from typing import TYPE_CHECKING, Any

import psutil
from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from earmark import __version__
from earmark.errors import EarmarkError
from earmark.server.identity import identify
from earmark.server.problems import errors
from earmark.services.access import require_administrator
from earmark.store import deliveries, jobs
from earmark.store.database import now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prometheus_client.metrics_core import Metric

    from earmark.services.platform import Platform

router = APIRouter(tags=["system"])

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds of the histogram of answering times, in seconds."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
STREAMS = ("/events", "/live")
"""Ends of routes whose answers last as long as somebody watches, which says nothing about speed."""
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
"""Headers by which proxies tell that the request came from elsewhere."""


class Metrics:
    """What one server counts, and what it looks up when asked.

    Parameters
    ----------
    platform : Platform
        What the server works with.
    streams : callable
        Tells how many live streams are open.
    live : callable
        Tells how many live transcriptions run.
    """

    def __init__(self, platform: Platform, streams: Callable[[], int], live: Callable[[], int] = int) -> None:
        self._registry = CollectorRegistry()
        names = ("route", "method", "status")
        self._requests = Counter(
            "earmark_http_requests", "Requests that were answered.", names, registry=self._registry
        )
        self._seconds = Histogram(
            "earmark_http_request_seconds",
            "Seconds from the first byte of a request to the last of its answer.",
            ("route", "method"),
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._registry.register(_Looked(platform, streams, live))

    def observe(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count an answer; ``route`` is the template, so that there are as many series as routes."""
        method = method if method in METHODS else "other"
        self._requests.labels(route or "none", method, str(status)).inc()
        if not route.endswith(STREAMS):
            self._seconds.labels(route or "none", method).observe(seconds)

    def text(self) -> bytes:
        """Write all of it in the text format of Prometheus."""
        return generate_latest(self._registry)


class _Looked:
    """Gives what is looked up at the moment of the question."""

    def __init__(self, platform: Platform, streams: Callable[[], int], live: Callable[[], int]) -> None:
        self._platform, self._streams, self._live = platform, streams, live

    def describe(self) -> list[Metric]:
        """Name nothing beforehand: the database may not answer yet."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Look everything up; what does not answer is left out, and ``earmark_database_up`` says so."""
        build = GaugeMetricFamily("earmark_build", "The version that runs, as a label.", labels=["version"])
        build.add_metric([__version__], 1)
        yield build
        try:
            yield from self._from_database()
            up = 1
        except EarmarkError:
            up = 0
        yield GaugeMetricFamily("earmark_database_up", "1 while the database answers.", value=up)
        yield from self._from_cache()
        yield GaugeMetricFamily("earmark_event_streams", "Live streams that are open.", value=self._streams())
        yield GaugeMetricFamily("earmark_live_sessions", "Live transcriptions that run.", value=self._live())
        yield _memory()
        yield self._disk()

    def _from_database(self) -> list[Metric]:
        with self._platform.database.read() as connection:
            totals, since = jobs.totals(connection), jobs.oldest_waiting(connection)
            sent = deliveries.counts(connection)
        states = GaugeMetricFamily("earmark_jobs", "Jobs by kind and state.", labels=["kind", "state"])
        seconds = CounterMetricFamily("earmark_job_seconds", "Seconds that jobs took that are done.", labels=["kind"])
        audio = CounterMetricFamily("earmark_job_audio_seconds", "Sound that they worked on.", labels=["kind"])
        factor = GaugeMetricFamily(
            "earmark_job_realtime_factor", "Seconds of sound for each second of work.", labels=["kind"]
        )
        for one in totals:
            for state, number in one.states.items():
                states.add_metric([one.kind, state.value], number)
            seconds.add_metric([one.kind], one.done_seconds)
            audio.add_metric([one.kind], one.audio_seconds)
            if one.audio_seconds > 0 and one.done_seconds > 0:
                factor.add_metric([one.kind], one.audio_seconds / one.done_seconds)
        age = 0.0 if since is None else max(0.0, (now() - since).total_seconds())
        waits = GaugeMetricFamily(
            "earmark_job_oldest_queued_seconds", "How long a job waits that could run.", value=age
        )
        messages = GaugeMetricFamily("earmark_webhook_deliveries", "Messages of webhooks by state.", labels=["state"])
        for delivery_state, number in sent.items():
            messages.add_metric([delivery_state.value], number)
        return [states, seconds, audio, factor, waits, messages]

    def _from_cache(self) -> Iterator[Metric]:
        cache = self._platform.cache
        looked = CounterMetricFamily("earmark_cache_requests", "Look-ups in the cache of pictures.", labels=["result"])
        looked.add_metric(["hit"], cache.hits)
        looked.add_metric(["miss"], cache.misses)
        yield looked
        yield GaugeMetricFamily("earmark_cache_bytes", "Bytes in the cache.", value=cache.size())
        yield GaugeMetricFamily("earmark_cache_limit_bytes", "Bytes that it may hold.", value=cache.max_bytes)

    def _disk(self) -> Metric:
        free = GaugeMetricFamily("earmark_disk_free_bytes", "Room on the disk of a folder.", labels=["folder"])
        folders = {"data": self._platform.settings.data_dir, "cache": self._platform.cache.folder}
        for name, folder in folders.items():
            if folder.is_dir():
                free.add_metric([name], shutil.disk_usage(folder).free)
        return free


def _memory() -> Metric:
    """Memory of this process and of the workers that it started."""
    memory = GaugeMetricFamily("earmark_memory_bytes", "Resident memory.", labels=["process"])
    own = psutil.Process()
    memory.add_metric(["server"], own.memory_info().rss)
    workers = 0
    for child in own.children(recursive=True):
        try:
            workers += child.memory_info().rss
        except psutil.Error:
            continue  # It ended meanwhile.
    memory.add_metric(["workers"], workers)
    return memory


_TEXT: dict[int | str, dict[str, Any]] = {
    200: {"description": "The text format of Prometheus.", "content": {"text/plain": {}}}
}


@router.get(
    "/metrics",
    summary="Read metrics",
    response_class=PlainTextResponse,
    responses=_TEXT | errors(401, 403),
)
def read_metrics(request: Request) -> PlainTextResponse:
    """Tell what Prometheus asks for: anybody on this machine, others with a token of an administrator of scope `admin`.

    A request that came through a proxy needs the token too.
    """
    if not _from_this_machine(request):
        require_administrator(identify(request))
    metrics: Metrics = request.app.state.metrics
    return PlainTextResponse(metrics.text(), media_type=CONTENT_TYPE_LATEST)


def _from_this_machine(request: Request) -> bool:
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
