"""The conditions of a search as SQL."""

from typing import Final

from numberkeep.domain.contacts.search import Clause, Search
from numberkeep.store.postgres.listing_statement import Statement

_FIELDS: Final = (
    "concat_ws(E'\\n', page.first_name, page.last_name, page.company_name, page.assigned_to_email, "
    "page.tags, page.custom_variables)"
)


def found_in_text(statement: Statement, search: Search) -> str:
    """Return the condition that a contact, whose alias is page, is found by its search text and its number."""
    return " AND ".join(
        "("
        + " OR ".join([f"strpos(page.search_text, {statement.value(each.text)}) > 0", *_numbers(statement, each)])
        + ")"
        for each in search.clauses
    )


def may_be_found_in_fields(statement: Statement, search: Search) -> str:
    """Return a condition on the fields of a contact, whose alias is page, that every contact meets which is found.

    Only for texts in ASCII is folding the same as changing to lower case.
    """
    return (
        " AND ".join(
            f"(octet_length({_FIELDS}) <> char_length({_FIELDS}) OR "
            + " OR ".join(
                [
                    f'strpos(lower({_FIELDS} COLLATE "C"), {statement.value(clause.text)}) > 0',
                    *_numbers(statement, clause),
                ]
            )
            + ")"
            for clause in search.clauses
            if not _is_escaped(clause.text)
        )
        or "true"
    )


def _is_escaped(text: str) -> bool:
    """Return whether JSON, in which tags and custom variables are stored, has a text in another form."""
    return any(character in '"\\' or character < " " for character in text)


def _numbers(statement: Statement, clause: Clause) -> list[str]:
    conditions = [f"starts_with(page.phone, {statement.value(each)})" for each in clause.begins]
    conditions += [f"right(page.phone, {len(each)}) = {statement.value(each)}" for each in clause.ends]
    if clause.wholes:
        conditions.append(f"page.phone = ANY({statement.value(list(clause.wholes))}::text[])")
    return conditions
