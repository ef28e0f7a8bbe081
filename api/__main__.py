"""python -m api similar | near | lacking | recommend | explain | search | series | topics | ...: ask a shelf."""

from argparse import Namespace
from dataclasses import asdict, fields
from typing import Any

import api
from api import commands, history_command, literals, picture_command, tables
from api.answer import Answer
from db import console


def main() -> None:
    """Parse the command line, ask, and print the answer."""
    options = commands.parse()
    if options.command == "serve":
        from api.service.running import Service, serve  # FastAPI is loaded here and nowhere else

        serve(Service(**{field.name: getattr(options, field.name) for field in fields(Service)}))
        return
    if options.command in {"map", "plot"}:
        with api.connect() as shelf:
            picture_command.draw(shelf, options)
        return
    if options.command in {"topics", "facets"}:
        _show(_contents(options), options.json)
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
    _show(answer, options.json)


def _contents(options: Namespace) -> Answer[Any]:
    """What there is to ask for."""
    from db.search import contents

    with api.connect() as shelf:
        if options.command == "topics":
            return Answer(contents.TopicArticles, contents.topics(shelf.database))
        return Answer(contents.FacetValues, contents.facets(shelf.database, options.topic, options.count))


def _show(answer: Answer[Any], is_json: bool) -> None:
    if is_json:
        console.print_json([asdict(record) for record in answer])
    else:
        tables.show(answer)


if __name__ == "__main__":
    console.run("python -m api", main)
