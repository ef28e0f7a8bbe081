"""Whether the service has given up the rights of its login."""

from api.errors import ReaderNotTaken
from db.connection import Database

QUERY = """
    select current_user = %(role)s, quote_ident(session_user), quote_ident(%(role)s),
        case when to_regrole(quote_ident(%(role)s)) is null
        then 'run "python -m db upgrade" as one who may create roles'
        else format('run "grant %%I to %%I" as one who may', %(role)s::text, session_user) end"""


def require_reader(database: Database) -> None:
    """Check that questions are asked by the rights of the shelf's reader, who may do nothing else.

    Raises
    ------
    ReaderNotTaken
    """
    ((is_taken, login, role, remedy),) = database.fetch(QUERY, {"role": f"{database.schema}_reader"})
    if not is_taken:
        raise ReaderNotTaken(login=login, role=role, remedy=remedy)
