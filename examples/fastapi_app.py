"""Related books in a shop of FastAPI: the shop's own table, joined with the shelf's answer in one query.

python -m db start && export DATABASE_URL=$(python -m db url)     # or a database of your own
python -m uvicorn --app-dir examples fastapi_app:app --port 8080
curl http://127.0.0.1:8080/books/9780141439471/related
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query
from sqlalchemy import create_engine, text

# There is no foreign key into the shelf: an import may drop an article, and must not wait for the shop.
TABLE = """
create schema if not exists shop;
create table if not exists shop.books (
    isbn text primary key, title text not null, author text not null, price numeric not null, article_id integer);
insert into shop.books values
    ('9780141439846', 'Dracula', 'Stoker, Bram', 7.99), ('9780141439471', 'Frankenstein', 'Mary Shelley', 6.99),
    ('9780140447934', 'War and Peace (Penguin Classics)', 'Leo Tolstoy', 14.99), ('9780000000002', 'Soups', 'Who', 9)
on conflict do nothing"""
# Whenever books or articles came; what has an article keeps it.
MATCH = """
with missing as (select isbn, title, author from shop.books where article_id is null),
     lists as (select array_agg(isbn order by isbn) as isbns, array_agg(title order by isbn) as titles,
                      array_agg(author order by isbn) as authors from missing having count(*) > 0)
update shop.books set article_id = found.article_id
from lists cross join wikishelf.match_articles(titles, authors) found where isbn = isbns[found.position]"""
RELATED = """
select b.isbn, b.title, b.price, s.similarity
from shop.books asked
cross join wikishelf.similar_articles(asked.article_id, count => 1000) s
join shop.books b on b.article_id = s.article_id
where asked.isbn = :isbn
order by s.score desc limit :count"""

engine = create_engine(os.environ["DATABASE_URL"].replace("postgresql:", "postgresql+psycopg:", 1))


@asynccontextmanager
async def start(app: FastAPI) -> AsyncIterator[None]:
    """Make the table, and look up the articles of its books."""
    with engine.begin() as connection:
        connection.execute(text(f"{TABLE}; {MATCH}"))
    yield


app = FastAPI(lifespan=start)


@app.get("/books/{isbn}/related")
def related(isbn: str, count: Annotated[int, Query(ge=1, le=50)] = 5) -> list[dict[str, Any]]:
    """Books that we sell and that are most like this one, best first; none if Wikipedia does not know it."""
    with engine.connect() as connection:
        if connection.scalar(text("select true from shop.books where isbn = :isbn"), {"isbn": isbn}) is None:
            raise HTTPException(404, f"no book has the ISBN {isbn}")
        return [dict(row) for row in connection.execute(text(RELATED), {"isbn": isbn, "count": count}).mappings()]
