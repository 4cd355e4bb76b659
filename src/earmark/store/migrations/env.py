"""Alembic runs this file: it migrates the connection that `earmark.store.migrate` hands over."""

from __future__ import annotations

from earmark.store.tables import metadata


def _run() -> None:
    from alembic import context

    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        **context.config.attributes.get("options", {}),
    )
    context.run_migrations()


_run()
