"""One object for one server, with a part for each kind of thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from earmark.client.annotations import Annotations
from earmark.client.http import Http
from earmark.client.jobs import Exports, Jobs
from earmark.client.models import Models
from earmark.client.projects import Projects
from earmark.client.recordings import Recordings

if TYPE_CHECKING:
    from types import TracebackType


class Client:
    """A program's way to a server.

    What comes back are the objects of the API as dictionaries, see the reference at ``/docs`` of the server; segments
    are `earmark.Segment`. What goes wrong raises the errors of `earmark.errors`, in the server's words.

    Parameters
    ----------
    url : str
        Where the server is, for example ``https://earmark.example.org``.
    token : str
        An API token, made on the server's page or by ``POST /api/v1/tokens``.
    timeout : float
        Seconds to wait for the server to say something.

    Attributes
    ----------
    projects, recordings, annotations, jobs, exports, models
        What can be done with each.
    """

    def __init__(self, url: str, token: str, *, timeout: float = 60.0) -> None:
        self.http = Http(url, token, timeout=timeout)
        self.projects = Projects(self.http)
        self.recordings = Recordings(self.http)
        self.annotations = Annotations(self.http)
        self.jobs = Jobs(self.http)
        self.exports = Exports(self.http, self.jobs)
        self.models = Models(self.http)

    def who(self) -> dict[str, Any]:
        """Tell whose token this is and what it may be used for."""
        answer: dict[str, Any] = self.http.ask("GET", "/session")
        return answer

    def close(self) -> None:
        """Close all connections."""
        self.http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
