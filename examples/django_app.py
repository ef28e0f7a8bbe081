"""Related films in a shop of Django: the shop's own model, joined with the shelf's answer in one query.

pip install django
python -m db start && export DATABASE_URL=$(python -m db url)     # or a database of your own
python examples/django_app.py 8080
curl http://127.0.0.1:8080/films/1/related
"""

import os
import sys

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection, models
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from psycopg.conninfo import conninfo_to_dict

ADDRESS = conninfo_to_dict(os.environ["DATABASE_URL"], options="-c search_path=shop")
DATABASE = {"ENGINE": "django.db.backends.postgresql", "NAME": ADDRESS.pop("dbname"), "OPTIONS": ADDRESS}
settings.configure(DATABASES={"default": DATABASE}, ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], SECRET_KEY="?")
django.setup()


class Film(models.Model):  # type: ignore[misc]  # Django has no types
    """A film that one can rent; `article` is the title of its article in Wikipedia."""

    article = models.TextField(unique=True)
    copies = models.IntegerField(default=1)

    class Meta:
        """It is of no installed app."""

        app_label = "shop"


RELATED = """
select f.*, s.similarity
from wikishelf.similar_articles(%s, count => 1000, topic => 'film') s
join shop_film f on f.article = s.title
where f.copies > 0
order by s.score desc limit 5"""


def related(request: HttpRequest, film_id: int) -> JsonResponse:
    """Films that are there to rent and are most like this one, best first."""
    film = get_object_or_404(Film, pk=film_id)
    found = [{"film": one.article, "similarity": one.similarity} for one in Film.objects.raw(RELATED, [film.article])]
    return JsonResponse({"film": film.article, "related": found})


urlpatterns = [path("films/<int:film_id>/related", related)]

if __name__ == "__main__":
    with connection.cursor() as cursor, connection.schema_editor() as editor:
        cursor.execute("create schema if not exists shop")
        if Film._meta.db_table not in connection.introspection.table_names(cursor):
            editor.create_model(Film)
    for title in ("Nosferatu", "Dracula (1931 English-language film)", "Dune (2021 film)", "Star Wars (film)"):
        Film.objects.get_or_create(article=title)
    call_command("runserver", *sys.argv[1:], "--noreload", "--skip-checks")
