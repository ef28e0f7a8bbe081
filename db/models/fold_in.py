"""Make vectors for articles that came after a training, from the vectors of their links."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from db.maps import storing
from db.models import registry

# Finds the links of each article without a trained vector, as far as the model has a vector for them. So these links
# are of the kinds that the model was trained on, and none has a title that the training dropped.
KNOWN_LINKS = """
    create temporary table known_links on commit drop as
    select a.article_id, array_agg(p.link_id order by p.link_id) as link_ids
    from articles a
    join article_links p on p.article_id = a.article_id
    join _link_vectors_{id} v on v.link_id = p.link_id
    where (cardinality(cast(:topics as text[])) = 0 or a.topic = any(:topics))
      and not exists (select from _article_vectors_{id} t where t.article_id = a.article_id and t.folded_from is null)
    group by a.article_id"""

DELETE_OTHERS = """
    delete from _article_vectors_{id} t
    where t.folded_from is not null
      and not exists (select from known_links k where k.article_id = t.article_id and k.link_ids = t.folded_from)
    returning t.article_id"""

# Computes what the SQL function embed_links computes for titles.
INSERT_MISSING = """
    insert into _article_vectors_{id} (article_id, embedding, prominence, folded_from)
    select k.article_id, l2_normalize(m.embedding), a.prominence, k.link_ids
    from known_links k
    join articles a using (article_id)
    cross join lateral (
        select avg(_scaled(v.embedding, w.weight)) as embedding
        from unnest(k.link_ids) link_id
        join _link_vectors_{id} v using (link_id)
        join _link_weights_{id} w using (link_id)
    ) m
    where not exists (select from _article_vectors_{id} t where t.article_id = k.article_id)
      and vector_norm(m.embedding) > 0
    returning article_id"""

COUNT_LEFT_OUT = """
    select count(*) from articles a
    where (cardinality(cast(:topics as text[])) = 0 or a.topic = any(:topics))
      and not exists (select from _article_vectors_{id} t where t.article_id = a.article_id)"""


@dataclass(frozen=True, slots=True)
class FoldedIn:
    """What a fold-in did to a model.

    Attributes
    ----------
    new : int
        Articles that got their first vector.
    changed : int
        Articles that got another vector, because their links changed.
    removed : int
        Articles that lost their vector, because they lost all links that have one.
    left_out : int
        Articles of the model's topics that have no link with a vector, and so have no vector themselves.
    """

    model_id: int
    new: int
    changed: int
    removed: int
    left_out: int


def fold_in(connection: Connection, model_id: int | None = None) -> FoldedIn:
    """Give vectors to the articles that have none in a model, in the caller's transaction.

    An article's vector is the direction of the mean of its links' vectors, weighted as the training weighted them.
    Trained articles keep their vectors. An article that was folded in before gets another vector if its links changed.
    If the model has a map, the articles are placed on it.

    Parameters
    ----------
    model_id : int or None
        None stands for the active model.

    Raises
    ------
    ModelNotFound, ModelUnusable, NoActiveModel
    """
    model = registry.kept(connection, model_id, "folded into")
    topics = {"topics": list(model.settings.get("topics", ()))}

    def run(statement: str, **values: object) -> list[int]:
        return list(connection.scalars(text(statement.format(id=model.model_id)), values))

    # One fold-in runs at a time, and searches go on. The next statement sees what other fold-ins have committed.
    connection.execute(text(f"lock table _article_vectors_{model.model_id} in share row exclusive mode"))
    connection.execute(text(KNOWN_LINKS.format(id=model.model_id)), topics)
    connection.execute(text("analyze known_links"))
    deleted, inserted = set(run(DELETE_OTHERS)), set(run(INSERT_MISSING))
    (left_out,) = run(COUNT_LEFT_OUT, **topics)
    storing.follow(connection, model.model_id, moved=deleted)
    return FoldedIn(model.model_id, len(inserted - deleted), len(inserted & deleted), len(deleted - inserted), left_out)
