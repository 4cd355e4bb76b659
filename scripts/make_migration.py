"""Write the migration that leads from the revisions that there are to `store/tables.py` as it is now.

    python scripts/make_migration.py "adds comments"

With ``--anew`` all revisions are thrown away and one that makes every table takes their place: only for as long as no
release has gone out. Look at what was written; Alembic sees neither renamed columns nor data that has to move.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import command
from sqlalchemy.dialects import mysql

from earmark.store import types
from earmark.store.database import Database
from earmark.store.migrate import SCRIPTS, alembic_config

if TYPE_CHECKING:
    from pathlib import Path


def render_type(kind: str, value: Any, _context: object) -> str | bool:
    """Name our own column types by the functions that make them."""
    if kind != "type":
        return False
    if isinstance(value, types.UtcDateTime):
        return "UtcDateTime()"
    variant = value.dialect_impl(mysql.dialect()) if isinstance(value, sa.String) else None
    if isinstance(variant, mysql.LONGTEXT):
        return "LongText"
    if isinstance(variant, mysql.VARCHAR):
        return f"{'ascii_text' if variant.charset == 'ascii' else 'text'}({variant.length})"
    return "Number" if isinstance(value, sa.BigInteger) and _counts_up(value) else False


def _counts_up(value: sa.BigInteger) -> bool:
    return "sqlite" in value._variant_mapping  # noqa: SLF001 - the only way to tell variants apart


def main() -> None:
    """Read the command line and write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("message")
    parser.add_argument("--anew", action="store_true")
    asked = parser.parse_args()
    versions = SCRIPTS / "versions"
    if asked.anew:
        for path in versions.glob("v*.py"):
            path.unlink()
    number = f"{len(list(versions.glob('v*.py'))) + 1:04}"
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/tables.db")
        if number != "0001":
            database.migrate()
        with database.write() as connection:
            config = alembic_config(connection)
            config.attributes["options"] = {"render_item": render_type}
            command.revision(config, message=asked.message, rev_id=number, autogenerate=True)
        database.close()
    (path,) = versions.glob(f"v{number}_*.py")
    _tidy(path)


def _tidy(path: Path) -> None:
    lines = path.read_text().splitlines()
    # Alembic's comments say only that it wrote what follows.
    path.write_text("\n".join(line for line in lines if not line.strip().startswith("# ###")) + "\n")
    for arguments in (["format", "--quiet"], ["check", "--quiet", "--fix"], ["format", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *arguments, str(path)], check=True)
    print(path)


if __name__ == "__main__":
    main()
