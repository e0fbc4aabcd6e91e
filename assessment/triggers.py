"""SQL triggers that make a table append-only, for PostgreSQL and SQLite; used by migrations only.

SQLite drops a table's triggers when a later migration remakes the table: such a migration adds them again.
"""

from typing import Any

from django.db import migrations

_POSTGRES = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
_SQLITE = (
    "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
    "CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
)


_POSTGRES_FROZEN = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
CREATE TRIGGER {table}_frozen BEFORE UPDATE OF {columns} ON {table} FOR EACH ROW {when} EXECUTE FUNCTION refuse_change();
CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} FOR EACH ROW {when} EXECUTE FUNCTION refuse_change();
"""
_SQLITE_FROZEN = (
    "CREATE TRIGGER {table}_frozen BEFORE UPDATE OF {columns} ON {table} {when} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
    "CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} {when} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
)


def frozen(table: str, *columns: str, once: str = "") -> migrations.RunPython:
    """A migration operation that refuses DELETE on ``table`` and UPDATE of ``columns``; the others may change.

    With ``once`` a row is refused from when it has a value in that column.
    """
    named = {"table": table, "columns": ", ".join(columns), "when": f"WHEN (OLD.{once} IS NOT NULL)" if once else ""}

    def forwards(_apps: Any, schema_editor: Any) -> None:
        statements = (_POSTGRES_FROZEN,) if schema_editor.connection.vendor == "postgresql" else _SQLITE_FROZEN
        for statement in statements:
            schema_editor.execute(statement.format(**named), params=None)

    return migrations.RunPython(forwards, migrations.RunPython.noop)


def append_only(*tables: str) -> migrations.RunPython:
    """A migration operation that refuses UPDATE and DELETE on ``tables``."""

    def forwards(_apps: Any, schema_editor: Any) -> None:
        for table in tables:
            if schema_editor.connection.vendor == "postgresql":
                schema_editor.execute(_POSTGRES.format(table=table), params=None)
            else:
                for statement in _SQLITE:
                    schema_editor.execute(statement.format(table=table), params=None)

    return migrations.RunPython(forwards, migrations.RunPython.noop)
