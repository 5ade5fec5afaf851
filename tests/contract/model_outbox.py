"""What the outbox does, in dictionaries: the part of the model that gives out and settles."""

from contract.model import Fields, ModelAccount

Key = tuple[int, int]


class ModelOutbox(ModelAccount):
    """An account with a relay."""

    def heads(self) -> dict[Key, Fields]:
        """What is owed and waits for nothing before it."""
        first: dict[tuple[int, str], Key] = {}
        for key, owed in sorted(self.outbox.items()):
            if not owed["dead"]:
                first.setdefault((key[0], owed["phone"]), key)
        return {key: self.outbox[key] for key in first.values()}

    def take(self, limit: int, lease: int) -> list[tuple[int, int, int]]:
        """Give out what is due: target, item and attempt of each."""
        due = sorted((owed["due"], key) for key, owed in self.heads().items() if owed["due"] <= self.at)
        given: list[tuple[int, int, int]] = []
        for _, key in due[:limit]:
            owed = self.outbox[key]
            if key[0] == 0 and not self.is_wanted(self.messages[key[1] - 1]):
                self.cancel(key)
                continue
            owed["attempts"] += 1
            owed["due"] = self.at + lease
            owed["flying"] = True
            given.append((*key, owed["attempts"]))
        return given

    def cancel(self, key: Key) -> None:
        """Owe a message no longer, unless that came with the end of its verification."""
        if self.outbox.pop(key, None) is not None:
            self.stands(key, "canceled")

    def is_wanted(self, message: Fields) -> bool:
        """Whether the message asks for what is waited for."""
        phone = message["phone"]
        return self.waits(phone) and self.asked[phone]["at"] == message["at"]

    def settle(self, key: Key, taken: tuple[int, int], retry_at: int | None, *, arrived: bool) -> bool:
        """Note what became of it; gives whether it was open."""
        owed = self.outbox.get(key)
        if owed is None:
            return False
        if arrived:
            del self.outbox[key]
            self.stands(key, "sent")
            return True
        if not owed["flying"] or (owed["attempts"], owed["due"]) != taken:
            return False
        if retry_at is not None and key[0] == 0 and not self.is_wanted(self.messages[key[1] - 1]):
            self.cancel(key)
            return True
        owed["flying"] = False
        if retry_at is None:
            owed["dead"] = True
            self.stands(key, "failed")
        else:
            owed["due"] = retry_at
        return True

    def replay(self, target: int | None) -> int:
        """Revive what is dead."""
        dead = [key for key, owed in self.outbox.items() if owed["dead"] and target in {None, key[0]}]
        for key in sorted(dead):
            self.outbox[key] |= {"dead": False, "attempts": 0, "due": self.at, "flying": False}
            self.stands(key, "queued")
        return len(dead)

    def stands(self, key: Key, status: str) -> None:
        """A message's new status, which is told; of an event nothing is."""
        if key[0] == 0:
            message = self.messages[key[1] - 1]
            message["status"] = status
            self.tell("message.updated", message["phone"])

    def add_webhook(self, types: tuple[str, ...]) -> int:
        """One more webhook."""
        self.hooks_made += 1
        self.hooks[self.hooks_made] = types
        return self.hooks_made

    def remove_webhook(self, number: int) -> None:
        """It goes, and all that is owed to it."""
        del self.hooks[number]
        self.outbox = {key: owed for key, owed in self.outbox.items() if key[0] != number}

    def next_due(self) -> int | None:
        """When there is something to give out."""
        return min((owed["due"] for owed in self.heads().values()), default=None)

    def next_late(self) -> int | None:
        """When a verification has waited too long."""
        return min((asked["until"] for asked in self.asked.values() if asked["pending"]), default=None)
