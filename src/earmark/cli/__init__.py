"""The command line: parse, call one service, print.

Exit codes: 0 all done; 1 something failed; 2 wrong usage; 3 done, but something asked for (a model) could not be had;
130 stopped by Ctrl-C.
"""

from __future__ import annotations

import signal
import sys
from typing import Any

EXIT_OK = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_UNAVAILABLE = 3
EXIT_INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> None:
    """Run the command ``earmark`` and leave with its exit code."""
    # Being asked to end is no reason to leave temporary files behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: list[str]) -> int:
    """Run the command line and return its exit code; errors that a user can mend become one line."""
    from earmark.errors import EarmarkError, InvalidSettings, InvalidValue, UnknownFormat

    _speak_utf8()
    try:
        code = _invoke(arguments)
        if code == EXIT_INTERRUPTED:
            raise KeyboardInterrupt
        return code
    except (InvalidSettings, InvalidValue, UnknownFormat) as error:
        print(f"earmark: {error}", file=sys.stderr)  # noqa: T201
        return EXIT_USAGE
    except EarmarkError as error:
        print(f"earmark: {error}", file=sys.stderr)  # noqa: T201
        return EXIT_FAILED
    except KeyboardInterrupt:
        print("earmark: stopped. What was finished is whole and kept.", file=sys.stderr)  # noqa: T201
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader of our output (head, less) has gone; there is nobody to tell.
        sys.stderr.close()
        return EXIT_OK
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"earmark: {where}{error.strerror or error}.", file=sys.stderr)  # noqa: T201
        return EXIT_FAILED


def _speak_utf8() -> None:
    """Names of files and texts may hold any character, whatever the terminal says it can show."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def _invoke(arguments: list[str]) -> int:
    import typer
    from typer.main import get_command

    from earmark.cli.commands import build

    # Typer brings its own copy of click from some version on; this finds the base of its errors in either.
    usage_error: type[Any] = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")
    try:
        code = get_command(build()).main(arguments, prog_name="earmark", standalone_mode=False)
    except typer.Exit as done:
        return done.exit_code
    except typer.Abort:
        raise KeyboardInterrupt from None
    except SystemExit as left:
        # Typer calls it a failure where the reader of our output has gone.
        if isinstance(left.__context__, BrokenPipeError):
            raise left.__context__ from None
        raise
    except usage_error as error:
        error.show()
        return EXIT_USAGE
    return code if isinstance(code, int) else EXIT_OK
