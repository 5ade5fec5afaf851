"""The use case that adds a tag to contacts, or removes it from them."""

from collections.abc import Sequence

from numberkeep.domain.contacts.contact import composed
from numberkeep.domain.contacts.tagging import TagContacts, Tagged
from numberkeep.domain.errors import FieldError, InvalidInput
from numberkeep.domain.identity import Account
from numberkeep.domain.phone import find_phone
from numberkeep.service.context import Context, Idempotency


async def tag(
    context: Context,
    account: Account,
    tag: str,
    numbers: Sequence[str],
    *,
    remove: bool,
    once: Idempotency | None = None,
) -> Tagged:
    """Add a tag to the contacts with these numbers, or remove it; the other tags stay.

    It happens in one transaction, so that no change to a contact in the meantime is lost.

    Raises:
        InvalidInput: the tag is blank.
    """
    tag = checked_tag(tag)
    phones: dict[str, int] = {}
    not_found: list[int] = []
    for index, number in enumerate(numbers):
        phone = find_phone(number, account.region)
        if phone is None:
            not_found.append(index)
        else:
            phones.setdefault(phone, index)
    command = TagContacts(account.account_id, tag, remove, phones, not_found, context.stamp())
    return await context.apply(command, once)


def checked_tag(tag: str) -> str:
    """Return a tag as it is stored.

    Raises:
        InvalidInput: it is blank.
    """
    if not tag.strip():
        raise InvalidInput("Blank tag", [FieldError("tag", "must not be blank: give it a name")])
    return composed(tag)
