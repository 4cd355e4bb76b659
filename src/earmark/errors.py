"""Everything that Earmark raises on purpose.

Each message says what is wrong, where, and what to do next; a user never sees a traceback for one of these.

    EarmarkError
    ├── InvalidSettings (ValueError)      a setting is unknown or out of range
    ├── InvalidValue (ValueError)         an argument or a domain object makes no sense
    │   ├── InvalidItems                  some of many things that were given together make no sense
    │   └── InvalidField                  a field of a request makes no sense
    ├── UnreadableMedia (ValueError)      not sound, or broken beyond use
    ├── SourceNotFound (LookupError)      no such file, or it may not be read
    ├── FetchFailed (OSError)             a URL did not give a recording
    │   └── AddressRefused                the address leads where requests may not go
    ├── OutputFailed (OSError)            a result could not be written
    ├── FileMissing (LookupError)         the file store holds no file under that key
    ├── FilesUnavailable (OSError)        the file store cannot be read or written now
    ├── FormatError (ValueError)          an annotation file does not say what its format says
    ├── UnknownFormat (LookupError)       no such annotation format
    ├── ModelNotFound (LookupError)       weights are not on this machine and cannot be fetched
    ├── BrokenModel (ValueError)          a model folder is there but cannot be used
    ├── EngineFailed (RuntimeError)       an engine gave up on a recording
    ├── StoreUnavailable (OSError)        the database does not answer
    ├── NotFound (LookupError)            the store holds no such thing, or not for this person
    ├── Conflict (RuntimeError)           it clashes with what is there
    │   └── StaleEdit                     somebody else changed it in between
    ├── NotSignedIn (PermissionError)     nobody said who asks, or not rightly
    ├── Forbidden (PermissionError)       this person may not do that
    ├── TooManyAttempts (PermissionError) wait before trying again
    ├── TooLarge (ValueError)             more than the server takes
    ├── ChecksumMismatch (ValueError)     what arrived is not what was sent
    ├── JobCancelled (RuntimeError)       somebody asked a job to end
    ├── JobLost (RuntimeError)            a job went on elsewhere while a worker thought it had it
    └── MissingExtra (ImportError)        an optional dependency is not installed
"""

from __future__ import annotations


class EarmarkError(Exception):
    """Base of all errors that Earmark raises on purpose."""


class InvalidSettings(EarmarkError, ValueError):
    """A setting is unknown or has a value that cannot be used."""


class InvalidValue(EarmarkError, ValueError):
    """An argument, or a field of a domain object, makes no sense."""


class InvalidItems(InvalidValue):
    """Some of many things that were given together make no sense.

    Attributes
    ----------
    errors : tuple of (str, str)
        Which one, and what is wrong with it.
    """

    SHOWN = 20

    def __init__(self, what: str, errors: tuple[tuple[str, str], ...]) -> None:
        listed = "; ".join(f"{where}: {why}" for where, why in errors[: self.SHOWN])
        more = f"; and {len(errors) - self.SHOWN} more" if len(errors) > self.SHOWN else ""
        super().__init__(f"{what}, nothing was changed: {listed}{more}.")
        self.what, self.errors = what, errors

    def __reduce__(self) -> tuple[type, tuple[str, tuple[tuple[str, str], ...]]]:
        return type(self), (self.what, self.errors)


class InvalidField(InvalidValue):
    """A field of a request makes no sense; ``field`` names it."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field, self.why = field, why

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (self.field, self.why)


class UnreadableMedia(EarmarkError, ValueError):
    """A file or stream is not a recording, or is broken beyond use."""

    def __init__(self, source: str, why: str, do: str) -> None:
        super().__init__(f"{source}: {why}. {do}")
        self.source, self.why, self.do = source, why, do

    def __reduce__(self) -> tuple[type, tuple[str, str, str]]:
        return type(self), (self.source, self.why, self.do)


class SourceNotFound(EarmarkError, LookupError):
    """A file or folder does not exist or may not be read."""


class FetchFailed(EarmarkError, OSError):
    """A URL did not give a recording."""


class AddressRefused(FetchFailed):
    """A URL leads into a private network, or to something that is neither http nor https."""


class OutputFailed(EarmarkError, OSError):
    """A result could not be written."""


class FileMissing(EarmarkError, LookupError):
    """The file store holds no file under a key."""

    def __init__(self, where: str, key: str) -> None:
        super().__init__(f"{where}: there is no file {key!r}. It was deleted, or never stored.")
        self.where, self.key = where, key

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (self.where, self.key)


class FilesUnavailable(EarmarkError, OSError):
    """The file store cannot be read or written now: disk full, server down, access refused."""


class FormatError(EarmarkError, ValueError):
    """An annotation file does not hold what its format demands."""

    def __init__(self, source: str, why: str, line: int | None = None) -> None:
        where = source if line is None else f"{source}, line {line}"
        super().__init__(f"{where}: {why}")
        self.source, self.why, self.line = source, why, line

    def __reduce__(self) -> tuple[type, tuple[str, str, int | None]]:
        return type(self), (self.source, self.why, self.line)


class UnknownFormat(EarmarkError, LookupError):
    """No annotation format of that name or file ending is known."""


class ModelNotFound(EarmarkError, LookupError):
    """The weights of a model are not on this machine and could not be fetched."""


class BrokenModel(EarmarkError, ValueError):
    """A model folder exists but does not hold a usable model."""


class EngineFailed(EarmarkError, RuntimeError):
    """An engine gave up on a recording."""


class StoreUnavailable(EarmarkError, OSError):
    """The database cannot be reached, is locked or full."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(
            f"the database {where} does not answer ({why}). Check that it runs and has room, then try again."
        )
        self.where, self.why = where, why

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (self.where, self.why)


class NotFound(EarmarkError, LookupError):
    """The store holds no such thing, or this person may not know of it."""

    def __init__(self, what: str, name: str) -> None:
        super().__init__(f"there is no {what} {name[:100]!r} here, or you may not see it.")
        self.what, self.name = what, name

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (self.what, self.name)


class Conflict(EarmarkError, RuntimeError):
    """What is asked for clashes with what is there."""


class StaleEdit(Conflict):
    """Somebody else changed the thing since it was read.

    Attributes
    ----------
    current : int
        The revision or version that it has now.
    changes : tuple
        What changed since, as domain objects of the service that raises it.
    """

    def __init__(self, message: str, *, current: int, changes: tuple[object, ...] = ()) -> None:
        super().__init__(message)
        self.current, self.changes = current, changes


class NotSignedIn(EarmarkError, PermissionError):
    """The request does not say who asks, or the proof is wrong or has expired."""


class Forbidden(EarmarkError, PermissionError):
    """Nothing that this person, or this token, may do."""


class TooManyAttempts(EarmarkError, PermissionError):
    """Too many in a short time; ``retry_after`` seconds to wait."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class QueueFull(EarmarkError, RuntimeError):
    """As much work waits as this server takes; ``retry_after`` seconds to wait."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TimedOut(EarmarkError, TimeoutError):
    """The work took longer than who asked for it allows."""


class TooLarge(EarmarkError, ValueError):
    """More than this server takes at once."""


class ChecksumMismatch(EarmarkError, ValueError):
    """What arrived is not what was sent."""


class JobCancelled(EarmarkError, RuntimeError):
    """Somebody asked the job to end."""


class JobLost(EarmarkError, RuntimeError):
    """The job was given to another worker, because this one was silent for too long."""


class MissingExtra(EarmarkError, ImportError):
    """An optional dependency is not installed."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs an optional part: pip install 'earmark[{extra}]'.")
        self.feature, self.extra = feature, extra

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (self.feature, self.extra)
