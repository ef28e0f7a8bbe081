"""The console command: `wikishelf ingest ...` is `python -m ingest ...`; the same is true of train, api and db."""

import runpy
import sys

from db.console import run

COMMANDS = {
    "ingest": "read a Wikipedia dump into the database",
    "train": "fit a model and store its vectors; list, activate and drop models",
    "api": "ask the active model",
    "db": "start, stop, query, upgrade and uninstall the database",
}


def main() -> None:
    """Hand over to the package that the first argument names."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name in COMMANDS:
        sys.argv[:2] = [f"wikishelf {name}"]
        runpy.run_module(name, run_name="__main__", alter_sys=True)
        return
    purposes = "\n".join(f"  {command:8}{purpose}" for command, purpose in COMMANDS.items())
    usage = f"usage: wikishelf COMMAND ...\n\n{purposes}"
    if name in {"-h", "--help"}:
        run("wikishelf", lambda: print(usage))
    if sys.stderr:
        print(usage, file=sys.stderr)
    sys.exit(2)
