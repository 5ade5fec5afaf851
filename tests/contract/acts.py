"""The strategies for random histories, and the short commands as data, for a store and for the model of it."""

from collections.abc import Coroutine
from typing import Any, Final

from hypothesis import strategies as st

from contract.model import SENDER_ID, TEXTS, ModelAccount
from numberkeep.domain.consent.commands import Imported, ImportOptOuts
from numberkeep.domain.consent.review import Review
from numberkeep.domain.contacts.contact import Contact
from numberkeep.domain.messages.commands import KeepMessage, Received
from numberkeep.domain.messages.message import Message
from numberkeep.domain.messages.reply import ReplyRules, Verdict
from numberkeep.domain.stamp import Stamp
from support.store import SECOND, START, AccountDriver, phone

RESEND_AFTER: Final = 30 * SECOND
EXPIRES_AFTER: Final = 60 * SECOND
NUMBERS: Final = [phone(n) for n in range(4)]

CARRIERS: Final = {
    "carrier-stop": Verdict.OPT_OUT,
    "carrier-start": Verdict.OPT_IN,
    "carrier-help": Verdict.HELP,
}
"""What a carrier says of an ordinary message."""

Act = tuple[str, str, str]
"""The kind, the number, and for a message its handle."""


def _review(handle: str) -> int:
    """Return the number of a review, from what is drawn as the handle of a message."""
    return {"": 1, "h1": 2, "h2": 3}[handle.partition(" ")[0]]


def _together(number: str, drawn: list[tuple[str, str, bool]]) -> list[Act]:
    return [(kind, NUMBERS[0] if elsewhere else number, handle) for kind, handle, elsewhere in drawn]


# Mostly of one number, so that acts depend on each other: by chance alone no contact is asked, answers and is deleted.
acts = st.builds(
    _together,
    st.sampled_from(NUMBERS[:2]),
    st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "create",
                    "ask",
                    "yes",
                    "ask",
                    "create",
                    "delete",
                    "in",
                    "stop",
                    "start",
                    "out",
                    "expire",
                    "ask",
                    "no",
                    "help",
                    "carrier-stop",
                    "carrier-start",
                    "carrier-help",
                    "bye",
                    "sender",
                    "text",
                    "text-called-back",
                    "import",
                    "decide-keep",
                    "decide-opt_out",
                    "no",
                ]
            ),
            st.sampled_from(["", "h1", "h2", ""]),
            st.sampled_from([False, False, False, True]),
        ),
        min_size=1,
        max_size=8,
    ),
)
text = st.sampled_from(["", "a", "A", "b", "\u00e5", "\U0001f600"]) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5
)
tags = st.lists(st.sampled_from(["red", "Red", "blue"]), unique=True).map(tuple)
variables = st.none() | st.dictionaries(st.sampled_from(["x", "y", "z"]), st.sampled_from(["", "1", "2"]))
said = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(TEXTS, text) | {"tags": tags, "custom_variables": variables, "opt_out": st.booleans()},
)
wheres = st.fixed_dictionaries(
    {},
    optional={
        "tags": tags,
        "verified": st.booleans(),
        "opt_out": st.booleans(),
        "phone": st.sampled_from(NUMBERS),
        "contact_id": st.integers(1, 12),
        "created_from": st.sampled_from([START + seconds * SECOND for seconds in (0, 1, 2, 30, 31, 60)]),
    },
)


def call(account: AccountDriver, act: Act, contact_id: int, at: int) -> Coroutine[Any, Any, object]:
    """Return the command for an act."""
    kind, number, _ = act
    match kind:
        case "create":
            return account.create(number, at=at, contact_id=contact_id)
        case "delete":
            return account.delete(number, at=at)
        case "ask":
            return account.request_verification(number, at=at, resend_after=RESEND_AFTER, expires_after=EXPIRES_AFTER)
        case "expire":
            return account.expire(at, 2)
        case "out" | "in" | "import" | "decide-keep" | "decide-opt_out":
            return _consent(account, act, at)
        case _:
            return _message(account, act, at)


def _consent(account: AccountDriver, act: Act, at: int) -> Coroutine[Any, Any, object]:
    kind, number, handle = act
    match kind:
        case "out" | "in":
            return account.opt_out(number, opted_out=kind == "out", at=at)
        case "import":
            return account.store.apply(ImportOptOuts(account.account_id, [number], [], Stamp(at)))
        case _:
            return account.decide(_review(handle), opts_out=kind == "decide-opt_out", at=at)


def _message(account: AccountDriver, act: Act, at: int) -> Coroutine[Any, Any, object]:
    kind, number, _ = act
    match kind:
        case "text" | "text-called-back":
            return account.send(number, at=at, status_callback="" if kind == "text" else "https://example.com/")
        case _:
            return _receive(account, act, at)


def _receive(account: AccountDriver, act: Act, at: int) -> Coroutine[Any, Any, object]:
    kind, number, handle = act
    match kind:
        case "sender":
            return account.store.apply(KeepMessage(account.account_id, SENDER_ID, "", "stop", handle, Stamp(at)))
        case "bye":
            return account.receive(number, "stop", handle, at=at, rules=ReplyRules(confirmation="Bye."))
        case "carrier-stop" | "carrier-start" | "carrier-help":
            return account.receive(number, "hello", handle, at=at, carrier=CARRIERS[kind])
        case _:
            return account.receive(number, kind, handle, at=at)


def expected(model: ModelAccount, act: Act, contact_id: int) -> str:
    """Apply an act to the model, and return the expected outcome."""
    kind, number, handle = act
    done: object = None
    match kind:
        case "create":
            if number in model.contacts:
                done = "ContactExists"
            else:
                model.upsert(number, {}, contact_id=contact_id)
        case "delete":
            done = model.delete([number])
        case "out" | "in":
            model.opt_out(number, opted_out=kind == "out")
        case "ask":
            done = model.request_verification(number, resend_after=RESEND_AFTER, expires_after=EXPIRES_AFTER)
        case "expire":
            done = model.expire(2)
        case "import":
            done = model.import_opt_out(number)
        case "decide-keep" | "decide-opt_out":
            done = model.decide(_review(handle), kind.removeprefix("decide-"))
        case _:
            done = _expected_message(model, act)
    return str(done)


def _expected_message(model: ModelAccount, act: Act) -> str:
    kind, number, handle = act
    match kind:
        case "text" | "text-called-back":
            return model.text(number, callback=kind != "text")
        case "sender":
            return model.receive(SENDER_ID, "stop", handle)
        case _:
            return model.receive(number, kind, handle)


def shown(outcome: object) -> str:
    """Return the outcome of a command as the model represents it."""
    if isinstance(outcome, BaseException):
        return type(outcome).__name__
    if isinstance(outcome, Received):
        return str((outcome.duplicate, outcome.verified, outcome.opted_out))
    if isinstance(outcome, Message):
        return outcome.status.value
    if isinstance(outcome, Review):
        return outcome.decision.value
    if isinstance(outcome, Imported):
        return str(outcome.new)
    return str(None if isinstance(outcome, Contact) else outcome)
