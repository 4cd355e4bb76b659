"""What the server says is wrong, as the errors that Earmark raises itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import earmark.errors as errors

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS: Mapping[str, type[errors.EarmarkError]] = {
    "address_refused": errors.AddressRefused,
    "bad_request": errors.InvalidValue,
    "broken_model": errors.BrokenModel,
    "checksum_mismatch": errors.ChecksumMismatch,
    "conflict": errors.Conflict,
    "engine_failed": errors.EngineFailed,
    "fetch_failed": errors.FetchFailed,
    "file_missing": errors.FileMissing,
    "files_unavailable": errors.FilesUnavailable,
    "forbidden": errors.Forbidden,
    "format_error": errors.FormatError,
    "invalid_field": errors.InvalidValue,
    "invalid_items": errors.InvalidItems,
    "invalid_request": errors.InvalidValue,
    "invalid_value": errors.InvalidValue,
    "job_cancelled": errors.JobCancelled,
    "job_lost": errors.JobLost,
    "missing_extra": errors.MissingExtra,
    "model_not_found": errors.ModelNotFound,
    "no_such_address": errors.NotFound,
    "not_found": errors.NotFound,
    "not_signed_in": errors.NotSignedIn,
    "source_not_found": errors.SourceNotFound,
    "stale": errors.StaleEdit,
    "queue_full": errors.QueueFull,
    "store_unavailable": errors.StoreUnavailable,
    "too_large": errors.TooLarge,
    "too_many_attempts": errors.TooManyAttempts,
    "unknown_format": errors.UnknownFormat,
    "unreadable_media": errors.UnreadableMedia,
}
"""The error for each code of a problem document; other codes are an `EarmarkError`."""


def error_of(problem: Mapping[str, Any]) -> errors.EarmarkError:
    """Make the error of a problem document, with the server's own words."""
    kind = KINDS.get(str(problem.get("code")), errors.EarmarkError)
    message = str(problem.get("detail") or problem.get("title") or "the server gives no reason")
    mistakes = problem.get("errors") or ()
    if mistakes and kind is not errors.InvalidItems:
        message += " " + "; ".join(f"{one['where']}: {one['message']}" for one in mistakes)
    # The parts of which the server made its message are not told; the message itself is.
    error = kind.__new__(kind)
    error.args = (message,)
    if isinstance(error, errors.InvalidItems):
        error.errors = tuple((str(one["where"]), str(one["message"])) for one in mistakes)
    if isinstance(error, errors.StaleEdit):
        error.current, error.changes = int(problem.get("current", 0)), tuple(problem.get("changes", ()))
    if isinstance(error, errors.TooManyAttempts | errors.QueueFull):
        error.retry_after = int(problem.get("retry_after", 1))
    return error
