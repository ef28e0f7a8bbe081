"""Run `python -m ...` in a fork of an interpreter that has imported our packages: imports are most of a short command.

It is a process of its own, with arguments, variables and streams of its own; only its last step, in which an
interpreter clears its memory, is left out. What is about imports, or about what comes before a module, needs a new one.
"""

import atexit
import gc
import importlib
import json
import os
import pkgutil
import runpy
import signal
import socket
import subprocess
import sys
import warnings
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile

PACKAGES = ("db", "ingest", "sample", "train", "api")
WITHOUT_TENSORFLOW = {"models", "activate", "drop", "fold-in", "export", "map"}  # subcommands of train
EARLY = ("PYTHON", "LC_", "LANG", "TF_", "KERAS_", "OMP_")  # They count before a module runs.
LONGEST_REQUEST = 1 << 17  # bytes


def run(arguments: tuple[str, ...], changed: dict[str, str], seconds: float) -> subprocess.CompletedProcess[str] | None:
    """Run it to its end; None where only a new interpreter will do, as on macOS, which keeps no messages apart."""
    if sys.platform != "linux" or arguments[0] not in PACKAGES or any(name.startswith(EARLY) for name in changed):
        return None
    fits = arguments[0] == "train" and not WITHOUT_TENSORFLOW & set(arguments[1:2])
    request = json.dumps([arguments, {**os.environ, **changed}]).encode()
    ours, theirs = socket.socketpair()
    with ours, theirs, TemporaryFile() as printed, TemporaryFile() as said:
        handed = [printed.fileno(), said.fileno(), theirs.fileno()]
        socket.send_fds(_interpreter("train.fit" if fits else "train.map.layout"), [request], handed)
        theirs.close()
        ours.settimeout(seconds)
        code = int(ours.recv(16))
        texts = [(file.seek(0), file.read().decode())[1] for file in (printed, said)]
    return subprocess.CompletedProcess(arguments, code, *texts)


@cache
def _interpreter(module: str) -> socket.socket:
    """The way to one that has this module imported as well; it ends when this process does."""
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    command = [sys.executable, "-m", "tests.support.warm", str(theirs.fileno()), module]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[2], pass_fds=[theirs.fileno()])
    theirs.close()
    atexit.register(process.wait)
    atexit.register(ours.close)
    return ours


def _import(extra: str) -> None:
    """Import what the commands may need, also what they import late, but not a `__main__`, which is to run."""
    for package in PACKAGES[:3]:
        for module in pkgutil.walk_packages([package], f"{package}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    for name in ("api.__main__", "train.__main__", extra):
        importlib.import_module(name)
    for name in ("api.__main__", "train.__main__"):
        del sys.modules[name]


def _serve(channel: socket.socket) -> str:
    """Fork for each request until the other side is gone; only a fork returns, with the name of its package."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        request, handed, _, _ = socket.recv_fds(channel, LONGEST_REQUEST, 3)
        if not request:
            sys.exit()
        if _fork() == 0:
            channel.close()
            return _become(request, handed)
        for number in handed:
            os.close(number)


def _become(request: bytes, handed: list[int]) -> str:
    """Be the process that was asked for; its parent waits, and hands its exit code on."""
    if child := _fork():
        _, status = os.waitpid(child, 0)
        os.write(handed[2], str(os.waitstatus_to_exitcode(status)).encode())
        os._exit(0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number in (1, 2):
        os.dup2(handed[number - 1], number)
    os.closerange(3, 1024)
    arguments, variables = json.loads(request)
    imported = {name: value for name, value in os.environ.items() if name.startswith(EARLY)}
    os.environ.clear()
    os.environ.update(variables | imported)
    sys.argv, sys.orig_argv = ["-m", *arguments[1:]], [sys.executable, "-m", *arguments]
    return str(arguments[0])


def _fork() -> int:
    with suppress(ChildProcessError):  # those before, which have ended
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads, which hold nothing here
        return os.fork()


class _Run:
    """What `python -m` does with a module, but for the end."""

    code = 0

    def leave(self) -> None:
        """Do the last that is left to do when all others have cleared up."""
        sys.stdout.flush()
        os._exit(self.code)

    def module(self, name: str) -> None:
        """Run it, and keep its exit code."""
        try:
            runpy.run_module(name, run_name="__main__", alter_sys=True)
        except BaseException as error:
            code = error.code if isinstance(error, SystemExit) else 1
            self.code = code if isinstance(code, int) else int(code is not None)
            raise


if __name__ == "__main__":
    only = _Run()
    atexit.register(only.leave)
    _import(sys.argv[2])
    gc.freeze()
    only.module(_serve(socket.socket(fileno=int(sys.argv[1]))))
