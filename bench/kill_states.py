"""What a shelf's readers see, as hashes that two runs of one command share."""

import hashlib
import json
import re
from pathlib import Path
from typing import NamedTuple

import psycopg

# Times and numbers that are given anew at every run tell nothing about what is stored. Other rows depend on more than
# the shelf: a map's part begins with its time, and the role of a shelf belongs to the whole server.
GIVEN_ANEW = {"import_id", "model_id", "number", "reason"}
LEFT_OUT = {"_map_points": "part <> 'points'", "_installed": "object not like 'role %'"}
TRAINED = "state in ('ready', 'active')"
OURS = """
    n.nspname in ('public', 'wikishelf')
    and not exists (select from pg_depend d where d.objid = o.oid and d.deptype = 'e')"""
COLUMNS = f"""
    select format('%%I.%%I', n.nspname, o.relname), array_agg(a.attname::text order by a.attname)
           filter (where a.atttypid <> 'timestamptz'::regtype and a.attname <> all(%s))
    from pg_class o join pg_namespace n on n.oid = o.relnamespace
    join pg_attribute a on a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped
    where {OURS} and o.relkind in ('r', 'v') and o.relname !~ '_[0-9]+$|^_staging_|^(models|imports)$'
    group by 1 order by 1"""
DEFINITIONS = f"""
    select pg_get_viewdef(o.oid) from pg_class o join pg_namespace n on n.oid = o.relnamespace
    where {OURS} and o.relkind = 'v'
    union all
    select pg_get_functiondef(o.oid) from pg_proc o join pg_namespace n on n.oid = o.pronamespace where {OURS}
    union all
    select pg_get_indexdef(o.oid) from pg_class o join pg_namespace n on n.oid = o.relnamespace
    where {OURS} and o.relkind = 'i' and o.relname !~ '_[0-9]+_'
    order by 1"""
MODEL_TABLES = """
    select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and c.relname ~ '_[0-9]+$' and n.nspname in ('public', 'wikishelf')"""


class State(NamedTuple):
    """Hashes of what readers see: the rows, the definitions, the trained models, and the dumps that were imported."""

    rows: str
    definitions: str
    models: str
    imports: str


def state(url: str) -> State:
    """Read the state in one transaction.

    Every table and view counts but the staging area, which readers never see, and the tables of a model, which they
    see by its views. Of models those in training or failed do not count, and of imports each dump counts once.
    """
    with psycopg.connect(url) as connection:
        connection.execute("set transaction isolation level repeatable read")
        connection.execute("set local search_path to wikishelf, public")
        tables = connection.execute(COLUMNS, [list(GIVEN_ANEW)]).fetchall()
        rows = [(table, _hash_of(connection, table, columns)) for table, columns in tables]
        definitions = [_unnumbered(text) for (text,) in connection.execute(DEFINITIONS)]
        models = _listed(connection, "models", "state, objective, dimensions, fingerprint, settings", TRAINED)
        imports = _listed(connection, "imports", "distinct sha256, wiki")
        return State(_hash(rows), _hash(sorted(definitions)), _hash(models), _hash(imports))


def strays(url: str) -> set[str]:
    """Return the tables of models that are neither ready nor active, and those that such models lack."""
    with psycopg.connect(url) as connection:
        connection.execute("set search_path to wikishelf, public")
        tables = {name for (name,) in connection.execute(MODEL_TABLES)}
        numbers = [text.strip("(),") for text in _listed(connection, "models", "model_id", TRAINED)]
        return tables ^ {f"{name.rsplit('_', 1)[0]}_{number}" for name in tables for number in numbers}


def files_of(folder: Path) -> frozenset[tuple[str, str]]:
    """Return the names and hashes of a folder's files, without hidden and unfinished ones, which nobody reads."""
    paths = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    shown = [path for path in paths if path.parts[0] != "unfinished" and not path.name.startswith(".")]
    return frozenset((str(path), hashlib.md5((folder / path).read_bytes()).hexdigest()[:12]) for path in shown)


def _hash_of(connection: psycopg.Connection, table: str, columns: list[str]) -> str:
    listed = ", ".join(f'"{column}"' for column in columns)
    rows = f"select {listed} from {table} where {LEFT_OUT.get(table.split('.')[-1], 'true')}"
    query = f"select coalesce(md5(string_agg(x::text, '' order by x::text)), '') from ({rows}) x"
    row = connection.execute(query).fetchone()
    assert row is not None
    return str(row[0])


def _listed(connection: psycopg.Connection, table: str, columns: str, condition: str = "true") -> list[str]:
    """The rows of a table that may be missing, as sorted texts."""
    row = connection.execute("select to_regclass(%s)", [table]).fetchone()
    if row is None or row[0] is None:
        return []
    return sorted(map(str, connection.execute(f"select {columns} from {table} where {condition}")))


def _unnumbered(definition: str) -> str:
    """The definition without the number of the model that its view shows."""
    return re.sub(r"\b(_\w+)_\d+\b|\b\d+ AS model_id", r"\1", definition)


def _hash(values: object) -> str:
    return hashlib.md5(json.dumps(values).encode()).hexdigest()[:12]
