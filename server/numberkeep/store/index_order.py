"""Which listings are read along an index; the same for all engines, because their indexes are the same."""

from numberkeep.domain.contacts.listing import ContactFilter, ListQuery, OrderBy


def is_along_index(query: ListQuery) -> bool:
    """Return whether the page is a range of an index, whatever values the query has."""
    if query.order.by is OrderBy.CREATED_AT:
        where = ContactFilter(
            created_from=query.where.created_from,
            created_before=query.where.created_before,
            tags=query.where.tags[:1],
        )
    else:
        where = ContactFilter()
    return query.where == where
