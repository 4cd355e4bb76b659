"""TSV: a table with tabs, one segment per row."""

from __future__ import annotations

from functools import partial

from earmark.formats import table
from earmark.formats.format import Format

FORMAT = Format(
    name="tsv",
    title="TSV",
    suffixes=(".tsv",),
    keeps=table.KEEPS,
    dumps=partial(table.dumps, delimiter="\t"),
    loads=table.loads,
)
