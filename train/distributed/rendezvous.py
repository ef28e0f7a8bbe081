"""How the workers of a training meet before the first step, and make sure that they do the same work.

TensorFlow itself waits for ever for a worker that never comes, and cannot be interrupted meanwhile. So the chief
listens before TensorFlow opens its ports. Each worker sends a line of JSON about itself, its card. Then the chief
answers all of them at once: with an error if anything is wrong. Each worker confirms that it is still there.
"""

import json
import socket
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, TextIO

from db.errors import WikishelfError
from train.distributed.tf_config import Workers, split
from train.errors import TfConfigInvalid, WorkerMissing, WorkersDiffer

SECONDS_TO_ARRIVE = 300.0  # A person types the command on the next machine, and the slowest machine reads the pairs.
SECONDS_BETWEEN_TRIES = 0.2  # A worker tries to reach the chief again and again.
SECONDS_TO_REPLY = 10.0  # A connected worker, or a stranger, has this long to send its line.
LONGEST_LINE = 100_000
ERRORS = {error.__name__: error for error in (TfConfigInvalid, WorkerMissing, WorkersDiffer)}

Card = Mapping[str, Any]


def meet(workers: Workers, facts: Card, patience: float = SECONDS_TO_ARRIVE) -> None:
    """Wait until all workers are there. If one is missing or differs, all of them raise the same error.

    Parameters
    ----------
    facts : mapping of str to JSON values
        What must be the same everywhere: settings, data, versions.
    patience : float
        How many seconds to wait.

    Raises
    ------
    TfConfigInvalid, WorkerMissing, WorkersDiffer
    """
    # The chief compares it with cards that went through JSON, so its own one does, too.
    card = json.loads(json.dumps({"index": workers.index, "cluster": workers.addresses, **facts}))
    if workers.index == 0:
        _welcome(workers, card, patience)
    else:
        _introduce(workers, card, patience)


def _welcome(workers: Workers, own: Card, patience: float) -> None:
    with ExitStack() as stack:
        arrived = _arrivals(stack.enter_context(_listening(workers)), stack, own, patience)
        cards = [card for card, _ in arrived]
        missing = set(range(1, len(workers.addresses))) - {card["index"] for card in cards}
        refusal = _objection(own, cards) or (_missing(workers, missing, patience) if missing else None)
        answer = {"error": type(refusal).__name__, "facts": refusal.facts} if refusal else {"error": None}
        gone = {card["index"] for card, stream in arrived if not _told(stream, answer)}
    if refusal or gone:
        raise refusal or _missing(workers, gone, patience)


def _arrivals(server: socket.socket, stack: ExitStack, own: Card, patience: float) -> list[tuple[Card, TextIO]]:
    """The cards of the other workers and their streams, once all are there or patience ends."""
    deadline = time.monotonic() + patience
    arrived: list[tuple[Card, TextIO]] = []
    while len(arrived) < len(own["cluster"]) - 1 and (left := deadline - time.monotonic()) > 0:
        server.settimeout(left)
        try:
            stream = stack.enter_context(_stream(server.accept()[0], SECONDS_TO_REPLY))
        except TimeoutError:
            break
        card = _receive(stream)
        if isinstance(card, dict) and card.get("index") in range(1, len(own["cluster"])):  # Others are strangers.
            arrived.append((card, stream))
    return arrived


def _introduce(workers: Workers, card: Card, patience: float) -> None:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        try:
            connection = socket.create_connection(split(workers.addresses[0]), SECONDS_TO_REPLY)
            with _stream(connection, patience + SECONDS_TO_REPLY) as stream:
                _send(stream, card)
                if answer := _receive(stream):
                    _send(stream, card)
                    if answer["error"]:
                        raise ERRORS[answer["error"]](**answer["facts"])
                    return
        except OSError:  # The chief is not there yet, or it ended before it answered.
            pass
        time.sleep(SECONDS_BETWEEN_TRIES)
    raise _missing(workers, {0}, patience)


def _objection(own: Card, cards: Sequence[Card]) -> WikishelfError | None:
    """The reason why these workers cannot train together, or None if they can."""
    indexes = [card["index"] for card in cards]
    for card in cards:
        index = card["index"]
        if indexes.count(index) > 1:
            return TfConfigInvalid(reason=f"two workers were started with task.index {index}")
        for name in {**own, **card}:  # In the order of our own card.
            theirs, ours = (json.dumps(one.get(name)) for one in (card, own))
            if theirs != ours and name != "index":
                return WorkersDiffer(index=index, what=name, theirs=theirs, ours=ours)
    return None


def _missing(workers: Workers, indexes: Collection[int], patience: float) -> WorkerMissing:
    return WorkerMissing(workers=" and ".join(map(workers.name, sorted(indexes))), seconds=round(patience))


def _listening(workers: Workers) -> socket.socket:
    port = split(workers.addresses[0])[1]
    try:
        return socket.create_server(("", port))
    except OSError as error:
        raise TfConfigInvalid(reason=f"cannot listen on port {port} of this machine: {error.strerror}") from None


@contextmanager
def _stream(connection: socket.socket, patience: float) -> Iterator[TextIO]:
    connection.settimeout(patience)
    with connection, connection.makefile("rw", encoding="utf-8") as stream:
        yield stream


def _told(stream: TextIO, answer: Card) -> bool:
    """Whether the worker got the answer and said so."""
    try:
        _send(stream, answer)
        return _receive(stream) is not None
    except OSError:
        return False


def _send(stream: TextIO, message: Card) -> None:
    stream.write(json.dumps(message) + "\n")
    stream.flush()


def _receive(stream: TextIO) -> Any:
    """What the other side said; None if it is gone or does not speak JSON."""
    try:
        return json.loads(stream.readline(LONGEST_LINE))
    except (OSError, ValueError):
        return None
