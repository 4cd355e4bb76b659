"""A running server as RunPod's clients use it: their SDK, curl's requests, clients that go away, workers that die."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from tests.integrations.runpod.conftest import ENGLISH, Site, site
from tests.runpod_sdk import WORKER, environment, run_code, sdk_python

PASSWORD = "four words are enough"  # noqa: S105 - of a server that lasts a minute
SECONDS = 120
__all__ = ["site"]


@dataclass
class Server:
    """`earmark serve --integration runpod`, and a token for it."""

    process: subprocess.Popen[str]
    address: str
    token: str

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.token}"}
        return httpx.request(method, self.address + path, headers=headers, **{"timeout": SECONDS, **more})

    def until(self, job_id: str, *states: str) -> dict[str, Any]:
        """Ask for a status until it is one of some."""
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            said: dict[str, Any] = self.ask("GET", f"/status/{job_id}").json()
            if said["status"] in states:
                return said
            time.sleep(0.1)
        raise AssertionError(f"never {states}: {said}")

    @property
    def workers(self) -> list[psutil.Process]:
        children = psutil.Process(self.process.pid).children(recursive=True)
        return [child for child in children if _works(child)]


def _works(process: psutil.Process) -> bool:
    try:
        return "--child-of" in " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return False  # It ended just now.


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    command = [sys.executable, "-m", "earmark", "serve", "--integration", "runpod", "--port", "0"]
    environ = os.environ | {
        "EARMARK_DATA_DIR": str(folder / "data"),
        "EARMARK_MODELS_DIR": str(folder / "models"),
        "EARMARK_OFFLINE": "1",
        "EARMARK_WORKERS": "1",
        "EARMARK_ALLOWED_HOSTS": "127.0.0.1",
        "EARMARK_ADMIN_PASSWORD": PASSWORD,
    }
    process = subprocess.Popen(command, env=environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert process.stdout is not None
    lines: list[str] = []
    found = None
    while found is None:
        lines.append(process.stdout.readline())
        assert lines[-1], lines
        found = re.search(r"listens on (\S+);", lines[-1])
    reader = threading.Thread(target=lambda: lines.extend(process.stdout or ()), daemon=True)
    reader.start()
    yield Server(process=process, address=found[1], token=_token(found[1]))
    process.send_signal(signal.SIGTERM)
    process.wait(60)
    reader.join(10)
    process.stdout.close()
    assert not [line for line in lines if "Traceback" in line], lines


def _token(address: str) -> str:
    with httpx.Client(base_url=address, headers={"origin": address}, timeout=60) as client:
        signed_in = client.post("/api/v1/session", json={"login": "admin", "password": PASSWORD})
        assert signed_in.status_code == 201, signed_in.text
        made = client.post("/api/v1/tokens", json={"name": "runpod", "scopes": ["transcribe"]})
        assert made.status_code == 201, made.text
        return str(made.json()["secret"])


@pytest.fixture
def speech_url(site: Site, test_data: Path) -> str:
    return site.put("/audio.flac", (test_data / "audio" / "speech_en" / "LJ001-0002.flac").read_bytes(), "audio/flac")


@pytest.fixture
def long_url(site: Site, test_data: Path) -> str:
    """Half a minute that takes a worker some seconds."""
    return site.put("/long.flac", (test_data / "audio" / "composites" / "conversation_01.flac").read_bytes())


def test_the_curl_call_works_as_it_stands(server: Server, speech_url: str) -> None:
    body = {"audio_url": speech_url, "language": "en", "min_speakers": 2, "max_speakers": 4, "output_format": "json"}
    answer = httpx.post(
        server.address + "/runsync",
        content=json.dumps({"input": {**body, "engine": "pocketsphinx"}}, indent=2),
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {server.token}"},
        timeout=SECONDS,
    )
    said = answer.json()
    assert said["status"] == "COMPLETED", said
    assert "comparatively" in said["output"]["transcription"]["text"]
    assert server.ask("GET", f"/status/{said['id']}").json() == said


SDK_CLIENT = """
import json, sys, time
import runpod

url, key = sys.argv[1:]
given = {"audio_url": url, "engine": "pocketsphinx", "language": "en"}
runpod.api_key = key
endpoint = runpod.Endpoint("any-endpoint")
said = {"sync": endpoint.run_sync(given, timeout=100)}
job = endpoint.run(given)
said["first"] = job.status()
said["output"] = job.output(timeout=100)
said["last"] = job.status()
streamed = endpoint.run({"input": given})
said["stream"] = list(streamed.stream())
said["health"] = endpoint.health()
waiting = [endpoint.run({"audio_url": url, "engine": "pocketsphinx"}) for _ in range(3)]
said["cancel"] = waiting[-1].cancel()
said["cancelled"] = waiting[-1].status()
said["purged"] = endpoint.purge_queue()
wrong = endpoint.run({"language": "xx", "audio_url": url})
said["wrong"] = wrong.status()
try:
    runpod.Endpoint("any-endpoint", api_key="wrong").health()
except RuntimeError as error:
    said["unauthorized"] = str(error)
print(json.dumps(said))
"""


def test_runpods_own_client_works_unchanged(server: Server, speech_url: str) -> None:
    done = run_code(SDK_CLIENT, speech_url, server.token, RUNPOD_ENDPOINT_BASE_URL=server.address)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    for name in ("sync", "output"):
        assert "comparatively" in said[name]["transcription"]["text"], said
    assert said["first"] in ("IN_QUEUE", "IN_PROGRESS", "COMPLETED")
    assert said["last"] == "COMPLETED"
    assert "comparatively" in " ".join(chunk["text"] for chunk in said["stream"])
    assert said["health"]["jobs"]["completed"] >= 2
    assert said["cancel"]["status"] == "CANCELLED"
    assert said["cancelled"] == "CANCELLED"
    assert said["purged"]["status"] == "completed"
    assert said["wrong"] == "FAILED"
    assert "401 Unauthorized" in said["unauthorized"]


def test_the_client_finds_the_server_below_v2_too(server: Server, speech_url: str) -> None:
    code = "import runpod, sys; runpod.api_key = sys.argv[1]; print(runpod.Endpoint('abc').health()['workers'])"
    done = run_code(code, server.token, RUNPOD_ENDPOINT_BASE_URL=f"{server.address}/v2")
    assert done.returncode == 0, done.stderr
    assert "running" in done.stdout


def test_health_answers_while_jobs_run(server: Server, long_url: str) -> None:
    job_id = server.ask("POST", "/run", json={"input": {**ENGLISH, "audio_url": long_url}}).json()["id"]
    server.until(job_id, "IN_PROGRESS")

    def look(_number: int) -> tuple[int, float]:
        began = time.monotonic()
        return server.ask("GET", "/health").status_code, time.monotonic() - began

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(look, range(40)))
    assert {status for status, _ in answers} == {200}
    assert sorted(seconds for _, seconds in answers)[len(answers) // 2] < 2.0
    seen = server.ask("GET", f"/status/{job_id}").json()
    assert seen["status"] == "IN_PROGRESS"
    assert 0 <= seen["output"]["progress"] <= 1
    server.ask("POST", f"/cancel/{job_id}")
    assert server.ask("GET", f"/status/{job_id}").json()["status"] == "CANCELLED"


def test_who_goes_away_cancels_the_work(server: Server, long_url: str) -> None:
    before = server.ask("GET", "/health").json()["jobs"]
    with pytest.raises(httpx.ReadTimeout):
        server.ask("POST", "/runsync", json={"input": {**ENGLISH, "audio_url": long_url}}, timeout=2)
    end = time.monotonic() + SECONDS
    while (now := server.ask("GET", "/health").json()["jobs"])["inProgress"] + now[
        "inQueue"
    ] and time.monotonic() < end:
        time.sleep(0.2)
    assert (now["inProgress"], now["inQueue"]) == (0, 0)
    assert now["completed"] == before["completed"]


def test_a_worker_that_is_killed_in_the_middle_loses_no_job(server: Server, site: Site, test_data: Path) -> None:
    url = site.put("/jfk.flac", (test_data / "audio" / "speech_en" / "jfk.flac").read_bytes())
    given = {**ENGLISH, "audio_url": url, "diarize": False}
    sent = {"input": given, "webhook": site.url("/hook")}
    job_id = server.ask("POST", "/run", json=sent).json()["id"]
    server.until(job_id, "IN_PROGRESS")
    time.sleep(0.3)
    for worker in server.workers:
        worker.kill()
    said = server.until(job_id, "COMPLETED", "FAILED")
    assert said["status"] == "COMPLETED", said
    assert said["output"]["transcription"]["text"]
    assert server.ask("GET", "/health").json()["jobs"]["retried"] >= 1
    end = time.monotonic() + SECONDS
    while not site.posted and time.monotonic() < end:
        time.sleep(0.1)
    assert site.posted == [("/hook", said)]


# The worker of images on RunPod.


@pytest.fixture
def audio(test_data: Path) -> str:
    return base64.b64encode((test_data / "audio" / "speech_en" / "LJ001-0002.flac").read_bytes()).decode()


def test_the_serverless_worker_does_a_test_input(audio: str, tmp_path: Path) -> None:
    given = {"input": {"engine": "pocketsphinx", "language": "en", "audio_base64": audio, "output_format": "srt"}}
    (tmp_path / "test_input.json").write_text(json.dumps(given))
    done = subprocess.run(
        [sdk_python(), "-c", WORKER, "runpod"],
        env=environment(TMPDIR=str(tmp_path)),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "comparatively" in done.stdout
    # Their SDK leaves a hidden file.
    left = [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")]
    assert left == ["test_input.json"], "nothing is left behind"


def test_the_serverless_worker_serves_its_simulator(audio: str, speech_url: str, tmp_path: Path) -> None:
    port = _free_port()
    process = subprocess.Popen(
        [sdk_python(), "-c", WORKER, "runpod", "--rp_serve_api", "--rp_api_port", str(port)],
        env=environment(EARMARK_ALLOWED_HOSTS="127.0.0.1"),
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with httpx.Client(base_url=f"http://localhost:{port}", timeout=SECONDS, trust_env=False) as client:
            _wait_for(client, process)

            def sync(given: dict[str, Any]) -> dict[str, Any]:
                answer = client.post("/runsync", json={"input": given})
                assert answer.status_code == 200, answer.text
                said: dict[str, Any] = answer.json()
                return said

            good = sync({**ENGLISH, "audio_url": speech_url})
            assert good["status"] == "COMPLETED", good
            assert list(good["output"])[:5] == ["transcription", "speakers", "language", "duration", "processing_time"]
            assert "comparatively" in good["output"]["transcription"]["text"]
            assert sync({"language": "fr"})["error"] == "audio_url is required"
            refused = sync({**ENGLISH, "audio_url": "http://10.0.0.1/a.wav"})
            assert refused["status"] == "FAILED"
            assert refused["error"].startswith("Transcription failed: ")
            assert "Traceback" not in refused["error"]
    finally:
        process.terminate()
        process.wait(30)


def _free_port() -> int:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_for(client: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, "it ended"
        try:
            client.get("/docs")
        except httpx.ConnectError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("it does not answer")
