"""The page of the state file, made from its schema."""

from fakefax.state.database.schema import APPLICATION_ID, TABLES, VERSION, Table

HEAD = """# The state file

The file of `serve --state FILE` is a SQLite database, version VERSION (`PRAGMA user_version`), with `PRAGMA
application_id` APPLICATION. Read it with any program that reads SQLite 3.31 or later, also while fakefax
runs. Do not write to it while fakefax runs. [Keep the state over a restart](../how-to/state.md) says what it
is for.

Each row is a record. The column `record` has it as JSON, in the form that a snapshot has. The other columns
show its fields, so that you can query them: all but `files` are views, computed when they are read, over
tables such as `kept_faxes`, which are fakefax's own. Amounts are text, exact to the last digit. Times are
ISO 8601 in UTC, spans ISO 8601 durations, bytes base64, lists and objects JSON. In most tables `sandbox` is
the number of the sandbox; the server's own is 1.

For example, what each fax has cost, and how often its receipt was posted:

```text
SELECT faxes.fax_job_id, fax_number, cost, count(attempts.attempt) AS attempts
FROM faxes LEFT JOIN attempts
    ON attempts.sandbox = faxes.sandbox AND attempts.kind = 'receipt' AND attempts.number = faxes.fax_job_id
GROUP BY faxes.fax_job_id;
```

## Tables

<!-- made by `python -m tools.docs` -->
"""


def page() -> str:
    """The whole page."""
    head = HEAD.replace("VERSION", str(VERSION)).replace("APPLICATION", f"{APPLICATION_ID:#x}")
    return head + "".join(map(_table, TABLES)) + _FILES


def _table(table: Table) -> str:
    doc = " ".join((table.record.__doc__ or "").split())
    columns = ", ".join(f"`{name}`" for name in table.columns if name not in (*table.key_columns, "record"))
    key = ", ".join(f"`{name}`" for name in table.key_columns)
    return f"\n### `{table.name}`\n\n{doc}\n\nKey: {key}. Columns: {columns or 'none'}, `record`.\n"


_FILES = """
### `files`

The bytes of uploads and of received faxes, each content once.

Key: `digest`, the SHA-256 of the content. Columns: `size` in bytes, `content`.
"""
