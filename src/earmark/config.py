"""Settings: one frozen object, built once at the start and passed on.

Defaults give way to a TOML file, and that to environment variables that begin with ``EARMARK_``. The file is
``config.toml`` in the user's configuration folder, or the one that ``EARMARK_CONFIG`` names. Whatever is unknown or
cannot be used stops the start.
"""

from __future__ import annotations

import difflib
import math
import os
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earmark.errors import InvalidSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

PREFIX = "EARMARK_"
CONFIG_VARIABLE = "EARMARK_CONFIG"
TEST_PREFIX = "EARMARK_TEST_"
DEVICES = ("auto", "cpu", "cuda")
TRANSCRIBERS = ("whisper", "pocketsphinx")
COMPUTE_TYPES = (
    "default",
    "auto",
    "int8",
    "int8_float32",
    "int8_float16",
    "int8_bfloat16",
    "int16",
    "float16",
    "bfloat16",
    "float32",
)
"""The types that CTranslate2 computes in (``ctranslate2.models.Whisper``)."""
PYANNOTE = "pyannote/speaker-diarization-community-1"


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be a text that is not empty")
    return value.strip()


def _folder(value: object) -> Path:
    return (value if isinstance(value, Path) else Path(_text(value))).expanduser()


def _switch(value: object) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    answer = value if isinstance(value, bool) else words.get(str(value).strip().lower())
    if answer is None:
        raise ValueError("must be true or false (also 1, yes, on, 0, no, off)")
    return answer


def _one_of(*allowed: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if value not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return str(value)

    return read


def _whole(*, least: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        try:
            number = int(value) if isinstance(value, str) else value
        except ValueError:
            number = None
        if not isinstance(number, int) or isinstance(number, bool) or number < least:
            raise ValueError(f"must be a whole number, {least} or more")
        return number

    return read


def _seconds(value: object) -> float:
    try:
        number = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else math.nan
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise ValueError("must be a number of seconds above 0")
    return number


def _any_text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a text")
    return value.strip()


def _list(value: object) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
        raise ValueError("must be a list of texts, in an environment variable with commas between them")
    return tuple(part.strip() for part in parts if part.strip())


def _port(value: object) -> int:
    number = _whole(least=0)(value)
    if number > 65535:
        raise ValueError("must be a port, 0 to 65535")
    return number


def _web_address(value: object) -> str:
    address = _any_text(value).rstrip("/")
    if address and not address.startswith(("http://", "https://")):
        raise ValueError("must begin with http:// or https://")
    return address


def _positive(value: object) -> float:
    try:
        return _seconds(value)
    except ValueError:
        raise ValueError("must be a number above 0") from None


def _default_data_dir() -> Path:
    from platformdirs import user_data_path

    return user_data_path("earmark", appauthor=False) / "server"


def _default_workers() -> int:
    return max(1, (os.cpu_count() or 2) - 1)


def _default_models_dir() -> Path:
    from platformdirs import user_data_path

    return user_data_path("earmark", appauthor=False) / "models"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the user of a machine decides once.

    Attributes
    ----------
    models_dir : Path
        The models folder.
    model : str
        Whisper weights used where nothing else is asked for: a name, an ``organisation/repository`` or a folder.
    device : str
        Where models run: ``auto``, ``cpu`` or ``cuda``.
    compute_type : str
        Number type that Whisper computes in; ``default`` is int8 on a CPU and float16 on a GPU.
    offline : bool
        Never download weights.
    fetch_timeout : float
        Seconds to wait for a server that says nothing.
    fetch_max_bytes : int
        Largest recording that is downloaded from a URL, in bytes.
    threads : int
        Processor threads to compute with; 0 means all cores.
    data_dir : Path
        Folder of the server: database, files, uploads under way, cache.
    database : str
        URL of the database; empty for SQLite in the data folder.
    files : str
        Where files are kept: ``s3://bucket/prefix`` or a folder; empty for ``files`` in the data folder.
    s3_endpoint, s3_region, s3_access_key, s3_secret_key : str
        How to reach S3; empty ones are looked up where AWS tools look.
    cache_max_bytes : int
        Most bytes of pictures and copies that are kept on this machine because they can be made again.
    queue : str
        Who does long work: ``local`` processes of this server, or workers fed by ``celery``.
    broker : str
        URL of the message broker of Celery, for example ``redis://host:6379/0`` or ``amqp://user:password@host//``.
    workers : int
        Local worker processes at most.
    job_time_limit : float
        Seconds after which a job is ended: some media make decoders loop.
    job_memory_limit : int
        Bytes of memory at which a job is ended; 0 for none.
    host, port : str, int
        Where the server listens.
    header_timeout : float
        Seconds in which the headers of a request have to come; a connection that brings none in that time is closed.
    public_url : str
        How others reach this server, for example ``https://earmark.example.org``; empty if as it listens.
    admin_login, admin_password : str
        The account made at first start; an empty password is made up and printed once.
    session_hours : float
        Hours after which a browser has to sign in again.
    upload_max_bytes : int
        Largest file that is taken.
    import_folders : tuple of str
        Folders of the server, and ``s3://bucket/prefix`` addresses, that may be imported from and watched.
    allowed_hosts : tuple of str
        Hosts in private networks that the server may fetch from and send webhooks to, as ``name`` or ``name:port``.
    cors_origins : tuple of str
        Origins of other sites whose pages may use the API.
    trash_days : float
        Days that deleted things can be restored.
    transcriptions_waiting : int
        Most transcriptions that programs may have waiting for a worker; more are refused until some are done.
    live_sessions : int
        Most live transcriptions at once in each process that answers requests; 0 switches them off.
    transcription_hours : float
        Hours that the results of transcriptions asked for by programs are kept.
    pyannote : str
        Pipeline of pyannote.audio for the diarizer of that name: a folder, or a name on the hub.
    transcription_engine : str
        What writes down what programs send, where they do not say: ``whisper`` or ``pocketsphinx``.
    log_format, log_level : str
        ``text`` or ``json``; ``debug``, ``info``, ``warning`` or ``error``.
    """

    models_dir: Path = field(default_factory=_default_models_dir, metadata={"read": _folder})
    model: str = field(default="small", metadata={"read": _text})
    device: str = field(default="auto", metadata={"read": _one_of(*DEVICES)})
    compute_type: str = field(default="default", metadata={"read": _one_of(*COMPUTE_TYPES)})
    offline: bool = field(default=False, metadata={"read": _switch})
    fetch_timeout: float = field(default=30.0, metadata={"read": _seconds})
    fetch_max_bytes: int = field(default=10_000_000_000, metadata={"read": _whole(least=1)})
    threads: int = field(default=0, metadata={"read": _whole(least=0)})
    data_dir: Path = field(default_factory=_default_data_dir, metadata={"read": _folder})
    database: str = field(default="", metadata={"read": _any_text}, repr=False)
    files: str = field(default="", metadata={"read": _any_text})
    s3_endpoint: str = field(default="", metadata={"read": _any_text})
    s3_region: str = field(default="", metadata={"read": _any_text})
    s3_access_key: str = field(default="", metadata={"read": _any_text}, repr=False)
    s3_secret_key: str = field(default="", metadata={"read": _any_text}, repr=False)
    cache_max_bytes: int = field(default=2_000_000_000, metadata={"read": _whole(least=0)})
    queue: str = field(default="local", metadata={"read": _one_of("local", "celery")})
    broker: str = field(default="", metadata={"read": _any_text}, repr=False)
    workers: int = field(default_factory=_default_workers, metadata={"read": _whole(least=1)})
    job_time_limit: float = field(default=6 * 3600.0, metadata={"read": _seconds})
    job_memory_limit: int = field(default=0, metadata={"read": _whole(least=0)})
    host: str = field(default="127.0.0.1", metadata={"read": _text})
    port: int = field(default=8000, metadata={"read": _port})
    header_timeout: float = field(default=20.0, metadata={"read": _seconds})
    public_url: str = field(default="", metadata={"read": _web_address})
    admin_login: str = field(default="admin", metadata={"read": _text})
    admin_password: str = field(default="", metadata={"read": _any_text}, repr=False)
    session_hours: float = field(default=336.0, metadata={"read": _positive})
    upload_max_bytes: int = field(default=10_000_000_000, metadata={"read": _whole(least=1)})
    import_folders: tuple[str, ...] = field(default=(), metadata={"read": _list})
    allowed_hosts: tuple[str, ...] = field(default=(), metadata={"read": _list})
    cors_origins: tuple[str, ...] = field(default=(), metadata={"read": _list})
    trash_days: float = field(default=30.0, metadata={"read": _positive})
    transcriptions_waiting: int = field(default=100, metadata={"read": _whole(least=1)})
    live_sessions: int = field(default=2, metadata={"read": _whole(least=0)})
    transcription_hours: float = field(default=24.0, metadata={"read": _positive})
    pyannote: str = field(default=PYANNOTE, metadata={"read": _text})
    transcription_engine: str = field(default="whisper", metadata={"read": _one_of(*TRANSCRIBERS)})
    log_format: str = field(default="text", metadata={"read": _one_of("text", "json")})
    log_level: str = field(default="info", metadata={"read": _one_of("debug", "info", "warning", "error")})

    def __post_init__(self) -> None:
        for known in fields(self):
            _read(known.name, getattr(self, known.name), where=f"setting {known.name}")


def setting_names() -> tuple[str, ...]:
    """Name all settings as they stand in the TOML file."""
    return tuple(known.name for known in fields(Settings))


def variable(name: str) -> str:
    """Name the environment variable of a setting."""
    return PREFIX + name.upper()


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Build the settings from the defaults, the configuration file and ``EARMARK_*`` variables.

    Parameters
    ----------
    environ : Mapping
        The environment, usually ``os.environ``.

    Raises
    ------
    InvalidSettings
        If the file cannot be read, or a key, a variable or a value cannot be used.
    """
    return Settings(**(_from_file(environ.get(CONFIG_VARIABLE)) | _from_environment(environ)))


def sources(environ: Mapping[str, str]) -> dict[str, str]:
    """Tell where each setting comes from that is not left at its default: the name of a variable, or a file."""
    path = environ.get(CONFIG_VARIABLE) or str(config_path())
    from_file = dict.fromkeys(_from_file(environ.get(CONFIG_VARIABLE)), path)
    return from_file | {name: variable(name) for name in _from_environment(environ)}


def config_path() -> Path:
    """Name the configuration file that is read when ``EARMARK_CONFIG`` names no other."""
    from platformdirs import user_config_path

    return user_config_path("earmark", appauthor=False) / "config.toml"


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    ours = {key for key in environ if key.startswith(PREFIX) and not key.startswith(TEST_PREFIX)} - {CONFIG_VARIABLE}
    known = {variable(name): name for name in setting_names()}
    for key in sorted(ours):
        _require_known(key, known, where="the environment")
    return {known[key]: _read(known[key], environ[key], where=key) for key in ours}


def _from_file(named: str | None) -> dict[str, Any]:
    path = config_path() if named is None else Path(named).expanduser()
    if named is None and not path.is_file():
        return {}
    content = _toml(path)
    for key in content:
        _require_known(key, setting_names(), where=str(path))
    return {key: _read(key, value, where=f"{path}: {key}") for key, value in content.items()}


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        why = f"{path}: the configuration file cannot be read ({error.strerror})"
        raise InvalidSettings(f"{why}. Correct the file, or {CONFIG_VARIABLE} if that names it.") from error
    except ValueError as error:
        raise InvalidSettings(f"{path}: not a TOML file in UTF-8 ({error}). Correct that line.") from error


def _require_known(key: str, known: Iterable[str], *, where: str) -> None:
    names = sorted(known)
    if key not in names:
        close = difflib.get_close_matches(key, names, n=1)
        advice = f"Did you mean {close[0]}?" if close else f"There are {', '.join(names)}."
        raise InvalidSettings(f"{where}: there is no setting {key}. {advice}")


def _read(name: str, value: object, *, where: str) -> Any:
    read = next(known.metadata["read"] for known in fields(Settings) if known.name == name)
    try:
        return read(value)
    except ValueError as error:
        raise InvalidSettings(f"{where} {error}, not {str(value)!r}.") from error
