"""Ways out of `query`: to another file, to the network, to DuckDB's settings, into the warehouse itself.

Each has to end in one sentence and exit code 1, with every byte of the folder as it was, nothing of another file shown.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb

from assets.warehouse.database import Warehouse
from tests.campaign.attempt import Attack, Attempt

SECRET = "the-secret-of-another-file"

WAYS = (
    # Files written.
    "copy reference.places to '{folder}/out.csv'",
    "copy (select 1) to '{folder}/out.parquet' (format parquet)",
    "copy (select 1) to '{warehouse}' (format csv, use_tmp_file false)",
    "copy (select 1) to '{warehouse}.wal'",
    "copy (select 1) to '{warehouse}.tmp/out.csv'",
    "explain analyze copy (select 1) to '{warehouse}.wal'",
    "explain (analyze, format json) copy (select 1) to '{warehouse}.wal'",
    "/* a */ explain -- b\n analyze /* c /* d */ */ copy (select 1) to '{warehouse}.wal'",
    "export database '{folder}/dump'",
    "export database '{warehouse}.tmp'",
    "from enable_logging(storage='file', storage_path='{warehouse}.tmp')",
    "from system.main.\"enable_logging\" /* /* a */ */ (storage='file', storage_path='{folder}/logs')",
    "from enable_profiling(format='json', save_location='{warehouse}.tmp/profile.json')",
    "call enable_logging(storage='file', storage_path='{folder}/logs')",
    "explain analyze call enable_logging(storage='file', storage_path='{folder}/logs')",
    "from query('from enable_' || 'logging(storage=''file'', storage_path=''{warehouse}.tmp'')')",
    "pragma enable_profiling='json'",
    "set profiling_output='{folder}/profile.json'",
    "set log_query_path='{folder}/log.sql'",
    # Files read.
    "from '{folder}/secret.csv'",
    'select * from "{folder}/secret.csv"',
    "from read_csv('{folder}/secret.csv')",
    "from read_csv(['{folder}/*.csv'])",
    "from read_text('{folder}/secret.csv')",
    "from read_blob('{folder}/secret.csv')",
    "from read_json('{folder}/secret.csv')",
    "from read_ndjson_objects('{folder}/secret.csv')",
    "from sniff_csv('{folder}/secret.csv')",
    "from read_text('{warehouse}.tmp/../secret.csv')",
    "from read_text('{warehouse}/../secret.csv')",
    "from glob('{folder}/*')",
    "from glob('/*')",
    "from read_text('/etc/passwd')",
    "from read_text('/proc/self/environ')",
    "from 'file:{folder}/secret.csv'",
    "from parquet_metadata('{folder}/secret.parquet')",
    "from parquet_kv_metadata('{folder}/secret.parquet')",
    "from read_duckdb('{folder}/other.duckdb')",
    "from query('from ''{folder}/secret.csv''')",
    "from query_table('{folder}/secret.csv')",
    "from json_execute_serialized_sql(json_serialize_sql('from ''{folder}/secret.csv'''))",
    "select (select content from read_text('{folder}/secret.csv'))",
    "with x as (from read_text('{folder}/secret.csv')) from x",
    "describe '{folder}/secret.csv'",
    "summarize '{folder}/secret.csv'",
    "explain from read_csv('{folder}/secret.csv')",
    "pivot '{folder}/secret.csv' on secret",
    "import database '{folder}'",
    "pragma import_database('{folder}')",
    "select getenv('HOME')",
    "from SECRET",
    "from frame",
    # Other databases, the network, extensions.
    "attach '{folder}/other.duckdb' as other",
    "attach '{folder}/new.duckdb' as other",
    "attach ':memory:' as other",
    "attach '{folder}/secret.sqlite' as other (type sqlite)",
    "from sqlite_scan('{folder}/secret.sqlite', 'secret')",
    "from 'https://127.0.0.1:9/secret.csv'",
    "from read_parquet('s3://bucket/secret.parquet')",
    "install httpfs",
    "load httpfs",
    "load '{folder}/evil.duckdb_extension'",
    "update extensions",
    "create secret (type s3, key_id 'a', secret 'b')",
    # Settings, and the warehouse itself.
    "set enable_external_access=true",
    "set lock_configuration=false",
    "reset enable_external_access",
    "set temp_directory='{folder}/elsewhere'",
    "use other",
    "delete from reference.places",
    "insert into reference.places select * from reference.places",
    "update reference.places set place = 'x'",
    "drop table reference.places",
    "truncate reference.places",
    "alter table reference.places add column x integer",
    "create table x as select 1",
    "create temp table x as select 1",
    "explain analyze create temp table x as select 1",
    "create macro f() as 1",
    "comment on table reference.places is 'x'",
    "explain analyze delete from reference.places",
    "checkpoint",
    "force checkpoint",
    "from checkpoint()",
    "from force_checkpoint()",
    "vacuum",
    "analyze",
    "begin",
    "prepare p as select 1",
    "execute p",
    "explain analyze prepare p as select 1",
    "set variable x = 1",
    "select 1; copy (select 1) to '{folder}/out.csv'",
    "; copy (select 1) to '{folder}/out.csv'",
    "-- select 1\n copy (select 1) to '{folder}/out.csv'",
    "/* select */ copy (select 1) to '{folder}/out.csv'",
    "\u00a0copy (select 1) to '{folder}/out.csv'",
    "\ufeffcopy (select 1) to '{folder}/out.csv'",
    "begin; copy (select 1) to '{folder}/out.csv'; commit",
    "pivot reference.places on region; copy (select 1) to '{folder}/out.csv'",
    "create temp table x as (pivot reference.places on region)",
    # No query at all.
    "",
    " \n",
    ";",
    "-- nothing",
    "/* nothing */",
)
"""With {folder} for the warehouse's folder and {warehouse} for its file."""


def make_world(folder: Path) -> Path:
    """A warehouse with a folder to spill to, and files beside it that are none of a query's business; its path."""
    warehouse = Warehouse(folder / "warehouse.duckdb", threads=1)
    warehouse.create()
    (folder / "warehouse.duckdb.tmp").mkdir()
    (folder / "secret.csv").write_text(f"secret\n{SECRET}\n", encoding="utf-8")
    (folder / "schema.sql").write_text(f"select '{SECRET}';", encoding="utf-8")
    (folder / "load.sql").write_text(f"select '{SECRET}';", encoding="utf-8")
    with duckdb.connect(str(folder / "other.duckdb")) as other:
        other.execute(f"create table secret as select '{SECRET}' as secret")
        other.execute(f"copy secret to '{folder / 'secret.parquet'}'")
    return warehouse.path


def query_of(way: str, warehouse: Path) -> str:
    """The query of a way in a world."""
    return way.format(folder=warehouse.parent, warehouse=warehouse)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, and every folder in it."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b""
        for path in sorted(folder.rglob("*"))
    }


def what_got_out(code: int, said: str, before: dict[str, bytes], after: dict[str, bytes]) -> str | None:
    """What is wrong with the end of a way; None where it held."""
    if SECRET in said or "root:" in said:
        return "a file's content was shown"
    if before != after:
        changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
        return f"{', '.join(sorted(changed))} changed"
    if code != 1 or "Traceback" in said or "Error:\n" in said:
        return f"exit code {code}: {said.strip()[-200:]}"
    lines = [line for line in said.splitlines() if line.strip()]
    if (
        not lines
        or not lines[0].startswith("error ")
        or (len(lines) > 1 and not any("LINE 1" in line for line in lines))
    ):
        return f"not one sentence: {said.strip()[:200]}"
    return None


def attempts(folder: Path) -> Iterator[Attempt]:
    """Every way by the command line, as a process of its own."""
    program = Path(sys.executable).with_name("innovation-clusters")
    warehouse = make_world(folder)
    for way in WAYS:
        before = contents(folder)
        process = subprocess.run(
            [program, "query", f"--warehouse={warehouse}", "--format=csv", "--", query_of(way, warehouse)],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
        )
        said = process.stdout + process.stderr
        wrong = what_got_out(process.returncode, said, before, contents(folder))
        yield Attempt(" ".join(way.split()) or "nothing", wrong is None, wrong or said.strip().splitlines()[0])


ATTACK = Attack(
    "ways-out-of-query",
    "A query that writes or reads another file, attaches, loads, sets or changes anything; held: one sentence, exit "
    "code 1, every byte of the folder as it was, nothing of another file shown",
    attempts,
)
