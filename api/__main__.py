"""python -m api similar | near | lacking | recommend | explain | search | series | map | plot | serve: ask a shelf."""

from dataclasses import asdict

import api
from api import commands, history_command, literals, picture_command, tables
from db import console


def main() -> None:
    """Parse the command line, ask, and print the answer."""
    options = commands.parse()
    if options.command == "serve":
        from api.service.running import serve  # FastAPI is loaded here and nowhere else

        serve(options.host, options.port, options.connections, options.seconds, options.root_path)
        return
    if options.command in {"map", "plot"}:
        with api.connect() as shelf:
            picture_command.draw(shelf, options)
        return
    question = commands.question(options)
    if options.sql:
        console.print_exactly(literals.statement(question))
        return
    history = api.read_history(options.history) if getattr(options, "history", None) is not None else None
    with api.connect() as shelf:
        if history is None:
            answer = getattr(shelf, question.verb)(**question.arguments)
        else:
            answer = history_command.recommend(shelf, history, options, question.arguments)
    if options.json:
        console.print_json([asdict(record) for record in answer])
    else:
        tables.show(answer)


if __name__ == "__main__":
    console.run("python -m api", main)
