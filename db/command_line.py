"""Parsers of command lines: each help ends with an example, and what is mistyped is named beside the nearest name."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from db.console import form, typed


class Parser(argparse.ArgumentParser):
    """A parser whose program and texts name commands in the form that was typed; its subparsers are of this class.

    Its example stands in `examples.toml`. Write programs as `python -m api`.
    """

    def __init__(self, **given: Any) -> None:
        texts = {name: typed(given[name]) for name in ("prog", "description", "epilog") if given.get(name)}
        super().__init__(**{"formatter_class": _with_room, **given, **texts})

    def format_help(self) -> str:
        """Return the help, with an example at its end."""
        name = self.prog.removeprefix(f"{form.start} ").removeprefix("wikishelf ")
        arguments = examples().get(f"api {name}" if name == form.shortcut else name)
        example = "" if arguments is None else f"\nexample:\n  {f'{self.prog} {arguments}'.strip()}\n"
        return super().format_help() + example

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse, and refuse what is left over: the parser of a subcommand knows best which options it has."""
        options, left = super().parse_known_args(args, namespace)
        if left:
            known = {option.strip("-"): option for option in self._option_string_actions}
            near = suggestion(next((one.strip("-") for one in left if one.startswith("-")), ""), known)
            self.error(f"unrecognized arguments: {' '.join(left)}{near}")
        return options, left

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if isinstance(action, argparse._SubParsersAction) and value not in action.choices:
            shown = {name: command.prog for name, command in action.choices.items()}
            near = suggestion(value, shown) or f"; there are {', '.join(shown)}"
            raise argparse.ArgumentError(None, f'there is no command "{value}"{near}')
        super()._check_value(action, value)


def _with_room(prog: str) -> argparse.HelpFormatter:
    """Format help with room for the names of commands, which argparse does not count."""
    formatter = argparse.HelpFormatter(prog)
    formatter._action_max_length = 14
    return formatter


def examples() -> dict[str, str]:
    """Return the arguments of the example of each command, by its name, such as `api similar`."""
    import tomllib  # for help and mistyped commands only

    return tomllib.loads((Path(__file__).parent / "examples.toml").read_text(encoding="utf-8"))


def suggestion(mistyped: str, shown: Mapping[str, str]) -> str:
    """Ask whether the nearest of the names is meant; return an empty text if none is near."""
    from difflib import get_close_matches

    near = get_close_matches(mistyped, shown, 1)
    return f'; did you mean "{shown[near[0]]}"?' if near else ""
