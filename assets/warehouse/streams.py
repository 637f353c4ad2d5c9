"""Results of DuckDB's queries, such that reading one comes to an end.

What belongs here: the setting of a connection, and why. What does not: connections (`database`).

DuckDB hands a result out while it is made, and stops making it while a buffer of a megabyte is full. In 1.5.5 the
threads that make it and the one that reads it can then wait for each other for ever, one of them at full load: of a
result of 40 thousand rows about one reading in forty never ended, on two cores (a hang of the same kind stands open at
DuckDB). A buffer that is never full stops nobody. It takes no more memory: what a reader here has taken out of a result
is in its own arrays, and no longer in the buffer.
"""

from __future__ import annotations

import duckdb

BUFFER = "1 TB"
"""More than any result has."""


def let_results_end(connection: duckdb.DuckDBPyConnection) -> None:
    """Have the connection never wait for a reader."""
    connection.execute(f"set streaming_buffer_size = '{BUFFER}'")
