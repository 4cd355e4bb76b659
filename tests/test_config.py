"""Settings: where they come from, and what stops the start."""

from __future__ import annotations

from pathlib import Path

import pytest

from earmark.config import Settings, config_path, load_settings, setting_names, sources, variable
from earmark.errors import InvalidSettings

DOCUMENTATION = Path(__file__).parents[1] / "docs" / "configuration.md"


def written(path: Path, text: str) -> dict[str, str]:
    """The environment that names a configuration file with this text."""
    path.write_text(text, encoding="utf-8")
    return {"EARMARK_CONFIG": str(path)}


def test_without_anything_said_the_defaults_hold() -> None:
    assert load_settings({}) == Settings()
    assert Settings().model == "small"
    assert Settings().models_dir.is_absolute()


def test_variables_give_every_setting() -> None:
    environ = {
        "EARMARK_MODELS_DIR": "/data/models",
        "EARMARK_MODEL": "large-v3",
        "EARMARK_DEVICE": "cpu",
        "EARMARK_COMPUTE_TYPE": "int8",
        "EARMARK_OFFLINE": "Yes",
        "EARMARK_FETCH_TIMEOUT": "2.5",
        "EARMARK_FETCH_MAX_BYTES": "1_000",
        "EARMARK_THREADS": "3",
        "EARMARK_DATA_DIR": "/data",
        "EARMARK_DATABASE": "postgresql://u:p@h/d",
        "EARMARK_FILES": "s3://bucket/prefix",
        "EARMARK_S3_ENDPOINT": "http://minio:9000",
        "EARMARK_S3_REGION": "eu-central-1",
        "EARMARK_S3_ACCESS_KEY": "key",
        "EARMARK_S3_SECRET_KEY": "secret",
        "EARMARK_CACHE_MAX_BYTES": "5",
        "EARMARK_QUEUE": "celery",
        "EARMARK_BROKER": "redis://h",
        "EARMARK_WORKERS": "4",
        "EARMARK_JOB_TIME_LIMIT": "60",
        "EARMARK_JOB_MEMORY_LIMIT": "6",
        "EARMARK_HOST": "::",
        "EARMARK_HEADER_TIMEOUT": "3",
        "EARMARK_PORT": "0",
        "EARMARK_PUBLIC_URL": "https://earmark.example.org/",
        "EARMARK_ADMIN_LOGIN": "owner",
        "EARMARK_ADMIN_PASSWORD": "word",
        "EARMARK_SESSION_HOURS": "1",
        "EARMARK_UPLOAD_MAX_BYTES": "7",
        "EARMARK_IMPORT_FOLDERS": "/a, /b",
        "EARMARK_ALLOWED_HOSTS": "minio:9000,*.lan",
        "EARMARK_CORS_ORIGINS": "",
        "EARMARK_TRASH_DAYS": "0.5",
        "EARMARK_TRANSCRIPTIONS_WAITING": "8",
        "EARMARK_TRANSCRIPTION_HOURS": "1.5",
        "EARMARK_LIVE_SESSIONS": "3",
        "EARMARK_PYANNOTE": "/models/pyannote",
        "EARMARK_TRANSCRIPTION_ENGINE": "pocketsphinx",
        "EARMARK_LOG_FORMAT": "json",
        "EARMARK_LOG_LEVEL": "debug",
    }
    assert set(environ) == {variable(name) for name in setting_names()}
    assert load_settings(environ) == Settings(
        models_dir=Path("/data/models"),
        model="large-v3",
        device="cpu",
        compute_type="int8",
        offline=True,
        fetch_timeout=2.5,
        fetch_max_bytes=1000,
        threads=3,
        data_dir=Path("/data"),
        database="postgresql://u:p@h/d",
        files="s3://bucket/prefix",
        s3_endpoint="http://minio:9000",
        s3_region="eu-central-1",
        s3_access_key="key",
        s3_secret_key="secret",  # noqa: S106 - opens nothing
        cache_max_bytes=5,
        queue="celery",
        broker="redis://h",
        workers=4,
        job_time_limit=60.0,
        job_memory_limit=6,
        host="::",
        header_timeout=3.0,
        port=0,
        public_url="https://earmark.example.org",
        admin_login="owner",
        admin_password="word",  # noqa: S106 - opens nothing
        session_hours=1.0,
        upload_max_bytes=7,
        import_folders=("/a", "/b"),
        allowed_hosts=("minio:9000", "*.lan"),
        trash_days=0.5,
        transcriptions_waiting=8,
        transcription_hours=1.5,
        live_sessions=3,
        pyannote="/models/pyannote",
        transcription_engine="pocketsphinx",
        log_format="json",
        log_level="debug",
    )


def test_secrets_are_not_shown() -> None:
    secret = ("s3_access_key", "s3_secret_key", "broker", "admin_password", "database")
    assert "hidden" not in repr(Settings(**dict.fromkeys(secret, "hidden")))


def test_it_is_told_where_settings_come_from(tmp_path: Path) -> None:
    environ = written(tmp_path / "my.toml", 'model = "tiny"\nthreads = 4\n') | {"EARMARK_THREADS": "1"}
    assert sources(environ) == {"model": str(tmp_path / "my.toml"), "threads": "EARMARK_THREADS"}


def test_a_variable_wins_over_the_file_and_the_file_over_the_default(tmp_path: Path) -> None:
    environ = written(tmp_path / "my.toml", 'model = "tiny"\nthreads = 4\noffline = true\nmodels_dir = "/m"\n')
    settings = load_settings({**environ, "EARMARK_THREADS": "1"})
    assert (settings.model, settings.threads, settings.device) == ("tiny", 1, "auto")
    assert (settings.offline, settings.models_dir) == (True, Path("/m"))


def test_the_file_of_the_user_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_config_path", lambda *_, **__: tmp_path)
    written(config_path(), 'model = "base"')
    assert load_settings({}).model == "base"


def test_the_home_folder_may_be_written_as_a_tilde() -> None:
    assert load_settings({"EARMARK_MODELS_DIR": "~/models"}).models_dir == Path.home() / "models"


def test_variables_of_others_and_of_the_tests_are_no_settings() -> None:
    assert load_settings({"EARMARK_TEST_DATA": "/x", "PATH": "/bin", "MODEL": "tiny"}) == Settings()


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("EARMARK_DEVICE", "gpu", "auto, cpu, cuda"),
        ("EARMARK_COMPUTE_TYPE", "int4", "int8_float16"),
        ("EARMARK_OFFLINE", "maybe", "true or false"),
        ("EARMARK_THREADS", "-1", "whole number, 0 or more"),
        ("EARMARK_THREADS", "2.5", "whole number"),
        ("EARMARK_FETCH_MAX_BYTES", "0", "whole number, 1 or more"),
        ("EARMARK_FETCH_MAX_BYTES", "10 GB", "whole number"),
        ("EARMARK_FETCH_TIMEOUT", "0", "seconds above 0"),
        ("EARMARK_FETCH_TIMEOUT", "inf", "seconds above 0"),
        ("EARMARK_FETCH_TIMEOUT", "nan", "seconds above 0"),
        ("EARMARK_MODEL", " ", "not empty"),
        ("EARMARK_MODELS_DIR", "", "not empty"),
    ],
)
def test_a_value_that_cannot_be_used_stops_the_start(key: str, value: str, allowed: str) -> None:
    with pytest.raises(InvalidSettings, match=f"^{key} must .*{allowed}.*, not '{value}'"):
        load_settings({key: value})


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('device = "gpu"', "device must be one of auto, cpu, cuda, not 'gpu'"),
        ("threads = true", "threads must be a whole number"),
        ("threads = 1.0", "threads must be a whole number"),
        ("fetch_timeout = false", "fetch_timeout must be a number of seconds"),
        ("model = 3", "model must be a text"),
        ("modell = 'x'", "no setting modell. Did you mean model?"),
        ("[server]", "no setting server. There are admin_login, admin_password"),
        ("model = ", "not a TOML file"),
    ],
)
def test_a_file_with_a_mistake_stops_the_start_and_is_named(tmp_path: Path, line: str, message: str) -> None:
    environ = written(tmp_path / "my.toml", line)
    with pytest.raises(InvalidSettings) as caught:
        load_settings(environ)
    assert message in str(caught.value)
    assert str(tmp_path / "my.toml") in str(caught.value)


def test_a_file_in_another_encoding_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_bytes('model = "é"'.encode("latin-1"))
    with pytest.raises(InvalidSettings, match="UTF-8"):
        load_settings({"EARMARK_CONFIG": str(tmp_path / "my.toml")})


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_named_file_that_cannot_be_read_stops_the_start(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidSettings, match=r"cannot be read.*EARMARK_CONFIG"):
        load_settings({"EARMARK_CONFIG": str(tmp_path / name)})


def test_an_unknown_variable_stops_the_start_with_a_guess() -> None:
    with pytest.raises(InvalidSettings, match=r"no setting EARMARK_MODLE\. Did you mean EARMARK_MODEL\?"):
        load_settings({"EARMARK_MODLE": "tiny"})


def test_settings_made_by_hand_are_checked_too() -> None:
    with pytest.raises(InvalidSettings, match="setting threads must be a whole number"):
        Settings(threads=-1)


@pytest.mark.parametrize("name", setting_names())
def test_every_setting_is_documented(name: str) -> None:
    row = next((line for line in DOCUMENTATION.read_text(encoding="utf-8").splitlines() if f"`{name}`" in line), "")
    default = getattr(Settings(), name)
    shown = {True: "true", False: "false"}.get(default, default) if isinstance(default, bool) else default
    assert f"`{variable(name)}`" in row
    computed = name in ("models_dir", "data_dir", "workers")
    assert computed or ("| empty |" if shown in ("", ()) else f"`{shown}`") in row
