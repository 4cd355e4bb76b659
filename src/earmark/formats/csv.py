"""CSV: a table with commas, one segment per row."""

from __future__ import annotations

from functools import partial

from earmark.formats import table
from earmark.formats.format import Format

FORMAT = Format(
    name="csv",
    title="CSV",
    suffixes=(".csv",),
    keeps=table.KEEPS,
    dumps=partial(table.dumps, delimiter=","),
    loads=table.loads,
)
