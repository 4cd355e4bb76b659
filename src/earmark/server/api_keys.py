"""Who asks, for programs that were made for another server and send its key in their own way.

A key is an API token of Earmark. It comes as ``Authorization: Bearer``, as ``X-API-Key``, or as the password of
``Authorization: Basic``, which is how programs send it that know a URL and no key (``http://any:em_...@host:8000``).
Whoever sends one is judged by that alone, as everywhere. Under open access, which answers this machine only, a key that
is no token of Earmark is let pass: such programs always send one, and there is none to be had.
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

from fastapi import Depends, Request

from earmark.core.people import Actor
from earmark.errors import NotSignedIn
from earmark.server.identity import origin_of, recognise
from earmark.services import sign_in, transcriptions

HEADER = "x-api-key"

_HOW = "send an API token of this server as the key: Authorization: Bearer em_... or X-API-Key: em_..."


def program_of(request: Request) -> Actor:
    """Tell who asks for a transcript.

    Raises
    ------
    NotSignedIn
        There is no key, or it is wrong or has expired.
    Forbidden
        The token has not the scope ``transcribe``.
    """
    key = key_of(request)
    if key is not None:
        request.state.known = _known(request, key)
    actor = recognise(request).actor
    transcriptions.require_may_ask(actor)
    return actor


def key_of(request: Request) -> str | None:
    """The key that a request brings; None where it brings none."""
    header = request.headers.get("authorization")
    if header is None:
        return request.headers.get(HEADER)
    scheme, _, rest = header.strip().partition(" ")
    if scheme.lower() == "basic":
        return _password(rest)
    # Some send the bare key.
    return rest.strip() if scheme.lower() == "bearer" else header.strip()


def _password(encoded: str) -> str:
    try:
        user, _, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise NotSignedIn(f"the header Authorization cannot be read: {_HOW}") from None
    return password or user


def _known(request: Request, key: str) -> sign_in.Known:
    platform, origin = request.app.state.platform, origin_of(request)
    if request.app.state.open_access and not key.startswith(sign_in.TOKEN_PREFIX):
        return sign_in.by_open_access(platform, origin)
    if not key:
        raise NotSignedIn(f"the key is empty: {_HOW}")
    return sign_in.by_token(platform, key, origin)


ProgramDep = Annotated[Actor, Depends(program_of)]
