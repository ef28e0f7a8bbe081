"""Name the regions of a map by what most of their articles have and few others: a facet's value, or a link."""

from sqlalchemy import Connection, text

LEAST_SHARE, LEAST_LIFT, FEWEST = 0.2, 3.0, 4

# The lift says how many times as often the articles of a region have it as those of the whole map. Of two that are as
# common in a region the rarer one on the map names it better, and of two with the same lift the commoner one.
CANDIDATES = """
    with members as (
        select article_id, region_{level} as region, count(*) over (partition by region_{level}) as size,
               count(*) over () as articles
        from _map_positions_{id} join articles using (article_id)
    ), features as (
        select f.article_id, f.value as name from facets f where f.name <> 'year'
        union
        select p.article_id, l.title from article_links p join links l using (link_id)
        where l.kind in ('page', 'category') and l.article_count >= :fewest
    ), counted as (
        select m.region, m.size, m.articles, f.name, count(*) as common
        from features f join members m using (article_id)
        group by m.region, m.size, m.articles, f.name
    ), known as (
        select *, (common::float / size) / (sum(common) over (partition by name) / articles) as lift from counted
    )
    select region, name, common * ln(lift) as score
    from known
    where common >= greatest(:fewest, :share * size) and lift >= :lift
    order by score desc, name, region"""


def chosen(connection: Connection, model_id: int, level: int, used: set[str]) -> dict[int, str]:
    """The best name of each region of a level; a name stands once on the map, and `used` learns it."""
    asked = {"fewest": FEWEST, "share": LEAST_SHARE, "lift": LEAST_LIFT}
    names: dict[int, str] = {}
    for region, name, _ in connection.execute(text(CANDIDATES.format(id=model_id, level=level)), asked):
        if region not in names and name.casefold() not in used:
            used.add(name.casefold())
            names[region] = name
    return names
