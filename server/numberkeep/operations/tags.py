"""The operation that adds a tag to contacts, or removes it from them. Not of the hosted API."""

from numberkeep.domain.errors import InvalidInput, MissingFields
from numberkeep.operations.operation import Call, operation
from numberkeep.service import tagging
from numberkeep.wire.tags import TagAnswer, TagBody, tag_answer


@operation("contacts.tag", InvalidInput)
async def tag(call: Call, given: TagBody) -> TagAnswer:
    """Add a tag to contacts, or remove it; their other tags stay. Not of the hosted API."""
    name, numbers = given.tag, given.numbers
    if name is None:
        raise MissingFields("tag")
    if numbers is None:
        raise MissingFields("numbers")
    return await call.once(
        lambda once: tagging.tag(call.context, call.account, name, numbers, remove=given.remove, once=once), tag_answer
    )
