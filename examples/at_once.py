"""Make many concurrent calls with the async client: at most twenty at a time, and an error affects only its own call.

Run it with the three variables of the `export` line that `make serve` prints:

    .venv/bin/python examples/at_once.py
"""

import asyncio

from sendblue_api import AsyncSendblueAPI, NotFoundError

PHONES = [f"+1415555{number:04d}" for number in range(2000, 2100)]
AT_ONCE = 20


async def main() -> None:
    """Create a hundred contacts, delete one, read all, and clean up."""
    gate = asyncio.Semaphore(AT_ONCE)
    async with AsyncSendblueAPI() as client:

        async def create(phone: str) -> None:
            async with gate:
                await client.contacts.create(number=phone, first_name="Ada", update_if_exists=True)

        async def name_of(phone: str) -> str | None:
            async with gate:
                return (await client.contacts.retrieve(phone)).contact.first_name

        await asyncio.gather(*map(create, PHONES))
        await client.contacts.delete(PHONES[7])

        names = await asyncio.gather(*map(name_of, PHONES), return_exceptions=True)
        missing = [phone for phone, name in zip(PHONES, names, strict=True) if isinstance(name, NotFoundError)]
        print(names.count("Ada"), "found, missing:", *missing)

        deleted = await client.contacts.bulk.delete(contact_ids=PHONES)
        print(deleted.amount, "deleted")


if __name__ == "__main__":
    asyncio.run(main())
