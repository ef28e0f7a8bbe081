"""The examples of applications, started as their docstrings say, beside similarities by numpy."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import psycopg
import pytest

from tests.conftest import ROOT


@contextmanager
def running(url: str, *command: str) -> Iterator[int]:
    """A Python program that listens on a free port, which is its last argument."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, *command, str(port)],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_for(process, port)
        yield port
    finally:
        process.terminate()
        process.communicate(timeout=20)


def wait_for(process: subprocess.Popen[str], port: int) -> None:
    """Until it listens; what it says if it ends before that is the failure."""
    for _ in range(600):
        if process.poll() is not None:
            raise AssertionError(process.communicate()[1])
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("it does not listen")


def get(port: int, path: str) -> tuple[int, Any]:
    """Status and document."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read().decode()
        return response.status, json.loads(body) if "json" in response.headers["Content-Type"] else body
    finally:
        connection.close()


def similarities(url: str, title: str, *others: str) -> dict[str, float]:
    """The cosines of the articles' vectors, the largest first."""
    query = """
        select title, embedding::real[] from wikishelf.article_vectors join wikishelf.articles using (article_id)
        where title = any (%s)"""
    with psycopg.connect(url) as connection:
        vectors = {name: np.array(vector) for name, vector in connection.execute(query, [[title, *others]])}
    found = {name: float(vectors[name] @ vectors[title]) for name in others}
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def test_related_books_of_fastapi(sample_copy: str) -> None:
    expected = similarities(sample_copy, "Frankenstein", "Dracula", "War and Peace")
    with running(sample_copy, "-m", "uvicorn", "--app-dir", "examples", "fastapi_app:app", "--port") as port:
        status, books = get(port, "/books/9780141439471/related")
        assert status == 200
        assert [(book["isbn"], book["price"]) for book in books] == [
            ("9780141439846", "7.99"),
            ("9780140447934", "14.99"),
        ]
        assert [book["similarity"] for book in books] == pytest.approx(list(expected.values()), abs=1e-6)
        assert len(get(port, "/books/9780141439471/related?count=1")[1]) == 1
        assert get(port, "/books/9780000000002/related") == (200, [])  # Wikipedia does not know the book
        assert get(port, "/books/1/related") == (404, {"detail": "no book has the ISBN 1"})
        assert get(port, "/books/9780141439471/related?count=0")[0] == 422


def test_related_films_of_django(sample_copy: str) -> None:
    titles = ("Dracula (1931 English-language film)", "Star Wars (film)", "Dune (2021 film)")
    expected = similarities(sample_copy, "Nosferatu", *titles)
    with running(sample_copy, "examples/django_app.py") as port:
        status, answer = get(port, "/films/1/related")
        assert (status, answer["film"]) == (200, "Nosferatu")
        found = {one["film"]: one["similarity"] for one in answer["related"]}
        assert list(found) == list(expected)
        assert found == pytest.approx(expected, abs=1e-6)
        with psycopg.connect(sample_copy) as connection:
            connection.execute("update shop.shop_film set copies = 0 where article = 'Dune (2021 film)'")
        assert "Dune (2021 film)" not in {one["film"] for one in get(port, "/films/1/related")[1]["related"]}
        assert get(port, "/films/99/related")[0] == 404
    with running(sample_copy, "examples/django_app.py") as port:  # and a second start finds its table
        assert len(get(port, "/films/1/related")[1]["related"]) == 2
