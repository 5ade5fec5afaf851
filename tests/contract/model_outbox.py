"""The outbox, in dictionaries: the part of the model that takes and settles deliveries."""

from contract.model import Fields, ModelAccount

Key = tuple[int, int]


class ModelOutbox(ModelAccount):
    """An account with a relay."""

    def heads(self) -> dict[Key, Fields]:
        """Return the first delivery of each queue that is not dead."""
        first: dict[tuple[int, str], Key] = {}
        for key, delivery in sorted(self.outbox.items()):
            if not delivery["dead"]:
                first.setdefault((key[0], delivery["phone"]), key)
        return {key: self.outbox[key] for key in first.values()}

    def take(self, limit: int, lease: int) -> list[tuple[int, int, int]]:
        """Take what is due, and return target, item and attempt of each."""
        due = sorted((delivery["due"], key) for key, delivery in self.heads().items() if delivery["due"] <= self.at)
        taken: list[tuple[int, int, int]] = []
        for _, key in due[:limit]:
            delivery = self.outbox[key]
            if key[0] == 0 and not self.is_wanted(key):
                self.cancel(key)
                continue
            delivery["attempts"] += 1
            delivery["due"] = self.at + lease
            delivery["in_flight"] = True
            taken.append((*key, delivery["attempts"]))
        return taken

    def cancel(self, key: Key) -> None:
        """Cancel a message, unless the end of its verification has done so."""
        if self.outbox.pop(key, None) is not None:
            self.set_status(key, "canceled")

    def is_wanted(self, key: Key) -> bool:
        """Return whether what a message asks for is pending, what it confirms is new, or nobody opted out of it."""
        message = self.messages[key[1] - 1]
        phone = message["phone"]
        if message["confirms"]:
            last = max((n for n, (of, _) in enumerate(self.ledger, 1) if of == phone), default=0)
            soon = self.at < message["at"] + 240_000_000
            return soon and message["confirms"] == last and not self.outbox[key]["attempts"]
        if message["plain"]:
            return phone not in self.opted_out
        return self.is_pending(phone) and self.asked[phone]["at"] == message["at"]

    def settle(self, key: Key, taken: tuple[int, int], retry_at: int | None, *, arrived: bool) -> bool:
        """Record an outcome, and return whether the delivery was still open."""
        delivery = self.outbox.get(key)
        if delivery is None:
            return False
        if arrived:
            del self.outbox[key]
            self.set_status(key, "sent")
            return True
        if not delivery["in_flight"] or (delivery["attempts"], delivery["due"]) != taken:
            return False
        confirms = key[0] == 0 and self.messages[key[1] - 1]["confirms"]
        if retry_at is not None and key[0] == 0 and not confirms and not self.is_wanted(key):
            self.cancel(key)
            return True
        delivery["in_flight"] = False
        if confirms:
            del self.outbox[key]
            self.set_status(key, "failed")
            return True
        if retry_at is None:
            delivery["dead"] = True
            self.set_status(key, "failed")
        else:
            delivery["due"] = retry_at
        return True

    def replay(self, target: int | None) -> int:
        """Replay dead deliveries."""
        dead = [key for key, delivery in self.outbox.items() if delivery["dead"] and target in {None, key[0]}]
        for key in sorted(dead):
            self.outbox[key] |= {"dead": False, "attempts": 0, "due": self.at, "in_flight": False}
            self.set_status(key, "queued")
        return len(dead)

    def set_status(self, key: Key, status: str) -> None:
        """Set a message's status and record the event; events have no status."""
        if key[0] == 0:
            self.update(self.messages[key[1] - 1], status)

    def add_webhook(self, types: tuple[str, ...]) -> int:
        """Add a webhook, and return its number."""
        self.hooks_made += 1
        self.hooks[self.hooks_made] = types
        return self.hooks_made

    def remove_webhook(self, number: int) -> None:
        """Remove a webhook and its deliveries."""
        del self.hooks[number]
        self.outbox = {key: delivery for key, delivery in self.outbox.items() if key[0] != number}

    def next_due(self) -> int | None:
        """Return when the next delivery is due."""
        return min((delivery["due"] for delivery in self.heads().values()), default=None)

    def next_late(self) -> int | None:
        """Return when the next verification expires."""
        return min((asked["until"] for asked in self.asked.values() if asked["pending"]), default=None)
