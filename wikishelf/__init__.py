"""The console command: `wikishelf ingest ...` is `python -m ingest ...`; the same is true of train, api, db, sample."""

import sys
from importlib import import_module

from db import console

COMMANDS = {
    "demo": "make a small shelf of 628 articles in a minute, and ask it",
    "ingest": "read a Wikipedia dump into the shelf; fetch one",
    "train": "fit a model, and put it on a map; list, judge and export models",
    "api": "ask the shelf; serve it over HTTP, with a page for people",
    "topics": "list the topics that the shelf has",
    "facets": "list the facets that its articles have",
    "db": "start and stop, upgrade, save, restore, uninstall the database",
    "sample": "write the bundled sample as a dump",
    "completion": "print what completes these commands in a shell",
}


def main() -> None:
    """Run the command that the first argument names."""
    console.form.start = "wikishelf"
    dispatch(sys.argv[1:])


def dispatch(arguments: list[str]) -> None:
    """Run the command of these arguments, and end the program."""
    name, rest = (arguments or [""])[0], arguments[1:]
    if name == "demo" and rest and not rest[0].startswith("-"):
        from wikishelf import demo

        console.form.start = "wikishelf demo"
        console.run("wikishelf demo", lambda: demo.use(rest))
    if name in {"topics", "facets"}:
        console.form.shortcut = name
        name, rest = "api", arguments
    elif arguments[:2] == ["api", "--print-completion"]:  # its name before
        name, rest = "completion", arguments[2:]
    if name in COMMANDS:
        program, module = called(name)
        program = f"{program} {console.form.shortcut}".rstrip()
        sys.argv = [program, *rest]
        console.run(program, lambda: import_module(module).main())
    if name in {"-h", "--help", "--version"}:
        console.run("wikishelf", lambda: print(version() if name == "--version" else usage()))
    if sys.stderr:
        print(_unknown(name) if name else usage(), file=sys.stderr)
    sys.exit(2)


def called(name: str) -> tuple[str, str]:
    """Return the name of a command for messages, and the module whose `main` it is."""
    is_ours = name in {"demo", "completion"}
    return (f"wikishelf {name}", f"wikishelf.{name}") if is_ours else (f"python -m {name}", f"{name}.__main__")


def usage() -> str:
    """Return what `wikishelf --help` prints."""
    purposes = "\n".join(f"  {command:12}{purpose}" for command, purpose in COMMANDS.items())
    return (
        f"usage: wikishelf COMMAND ...\n       wikishelf --version\n\n{purposes}\n\n"
        'Each has its --help.\n\nexample:\n  wikishelf api similar "War and Peace"'
    )


def version() -> str:
    """Return the version that is installed."""
    from importlib import metadata

    try:
        return f"wikishelf {metadata.version('wikishelf')}"
    except metadata.PackageNotFoundError:
        return "wikishelf (run from its sources, not installed)"


def _unknown(name: str) -> str:
    """Name the mistyped command and the nearest one, which may be one of `api` or another."""
    from db.command_line import examples, suggestion

    shown = {command.split()[-1]: f"{console.form.start} {command}" for command in [*reversed(examples()), *COMMANDS]}
    near = suggestion(name, shown) or f"; there are {', '.join(COMMANDS)}"
    return f'{console.form.start}: there is no command "{name}"{near}'
