"""Which sites are alike? Train a model on the sites that articles link to: python examples/external_links.py [SITES].

Two sites are alike when the same books link to them, or when the books that link to them share other sites. The script
prints the commonest sites (12, or as many as you say), and the three nearest sites of each. It drops its model at the
end, so that searches answer as before. Of 1,413 real books 763 link to one or more of 111 sites. Among the 60 commonest
sites are

    erbzine.com (19 articles): erblist.com 0.88, gutenberg.net.au 0.71, gutenberg.org 0.48
    wizards.com (19 articles): rpg.net 0.69, highbeam.com 0.19, scholastic.com 0.16
    kirkusreviews.com (38 articles): booklistonline.com 0.51, publishersweekly.com 0.39, worldswithoutend.com 0.39
    isfdb.org (26 articles): worldswithoutend.com 0.47, locusmag.com 0.44, sf-encyclopedia.com 0.36
    telegraph.co.uk (14 articles): timesonline.co.uk 0.45, metacritic.com 0.36, nobelprize.org 0.36

The commonest of all, archive.org (224 articles), is like no other site: its similarities are 0.26 at most. You need a
dump or records of your own, because the bundled sample has only three sites, and only one article links to each.
"""

import sys

from db.models import activation
from db.opening import connect
from train.config import Settings
from train.pipeline import train
from train.progress import progress

QUERY = """
    select site.title, site.article_count, near.title, near.similarity
    from links site
    join _link_vectors_{model} v using (link_id)
    cross join lateral (
        select other.title, 1 - (o.embedding <=> v.embedding) as similarity
        from _link_vectors_{model} o join links other using (link_id)
        where o.link_id <> v.link_id
        order by o.embedding <=> v.embedding limit 3
    ) near
    where site.link_id in (select link_id from links join _link_vectors_{model} using (link_id)
                           order by article_count desc, title limit %s)
    order by site.article_count desc, site.title, near.similarity desc
"""

n_sites = int(sys.argv[1]) if len(sys.argv) > 1 else 12
with connect(tables="require") as database:
    model = train(database, Settings(kinds=("site",)), activate=False, progress=progress())
    with database.transaction() as connection:
        # The views show the active model; the tables of another one are internal, and named by its number.
        rows = connection.exec_driver_sql(QUERY.format(model=model.model_id), (n_sites,)).all()
        activation.drop(connection, model.model_id)

print(f"{model.metrics['articles']:,} articles, {model.metrics['links']:,} sites")
for site, articles in dict.fromkeys((site, articles) for site, articles, *_ in rows):
    near = ", ".join(f"{title} {similarity:.2f}" for one, _, title, similarity in rows if one == site)
    print(f"{site} ({articles} articles): {near}")
