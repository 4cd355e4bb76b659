"""Everything that Earmark raises on purpose.

Each message says what is wrong, where, and what to do next; a user never sees a traceback for one of these.

    EarmarkError
    ├── InvalidSettings (ValueError)      a setting is unknown or out of range
    ├── InvalidValue (ValueError)         an argument or a domain object makes no sense
    ├── UnreadableMedia (ValueError)      not sound, or broken beyond use
    ├── SourceNotFound (LookupError)      no such file, or it may not be read
    ├── FetchFailed (OSError)             a URL did not give a recording
    ├── OutputFailed (OSError)            a result could not be written
    ├── FormatError (ValueError)          an annotation file does not say what its format says
    ├── UnknownFormat (LookupError)       no such annotation format
    ├── ModelNotFound (LookupError)       weights are not on this machine and cannot be fetched
    ├── BrokenModel (ValueError)          a model folder is there but cannot be used
    ├── EngineFailed (RuntimeError)       an engine gave up on a recording
    └── MissingExtra (ImportError)        an optional dependency is not installed
"""

from __future__ import annotations


class EarmarkError(Exception):
    """Base of all errors that Earmark raises on purpose."""


class InvalidSettings(EarmarkError, ValueError):
    """A setting is unknown or has a value that cannot be used."""


class InvalidValue(EarmarkError, ValueError):
    """An argument, or a field of a domain object, makes no sense."""


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


class OutputFailed(EarmarkError, OSError):
    """A result could not be written."""


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


class MissingExtra(EarmarkError, ImportError):
    """An optional dependency is not installed."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs an optional part: pip install 'earmark[{extra}]'.")
        self.feature, self.extra = feature, extra

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (self.feature, self.extra)
