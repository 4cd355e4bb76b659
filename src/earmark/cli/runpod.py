"""``earmark runpod``: the worker of an image on RunPod's serverless platform."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from types import ModuleType

ARGUMENTS = {"allow_extra_args": True, "ignore_unknown_options": True}
"""The SDK has options of its own: ``--rp_serve_api``, ``--test_input`` and others."""


def runpod_command(context: typer.Context) -> None:
    """Do the jobs of a RunPod endpoint; options that begin with --rp_ and --test_input go to RunPod's SDK."""
    from earmark.app import Context
    from earmark.integrations.runpod_worker import make_handler
    from earmark.server import logs

    sdk = _sdk()
    own = Context.from_environment()
    logs.configure(own.settings)
    sys.argv = ["earmark runpod", *context.args]
    handler: Any = make_handler(own, sdk.progress_update)
    sdk.start({"handler": handler})


def _sdk() -> ModuleType:
    from earmark.errors import MissingExtra

    try:
        return importlib.import_module("runpod.serverless")
    except ImportError as error:
        raise MissingExtra("The worker for RunPod", "runpod") from error
