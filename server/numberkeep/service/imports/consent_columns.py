"""Which columns are about consent, by the words of their names, whichever program wrote them."""

import re
from collections.abc import Sequence
from typing import Final

from numberkeep.service.imports.column_names import Use, word_set

_opt_out = re.compile(
    r"\b(?:(?:is|has|sms|text|email)?opt(?:ed|ing)? ?outs?(?:of\w*|from\w*|at|date|time)?|(?:is)?unsub\w*|"
    r"do ?not ?(?:contact|call|text|sms|message|e ?mail|disturb|market)|dnc|dnd|"
    r"(?:email|sms)?(?:black|block) ?list(?:ed)?|blocked|suppress(?:ed|ions?)?|"
    r"abgemeldet|abmeldung|abbestellt|werbesperre|kontaktsperre|desabonne|desinscri(?:t|ption)|(?:dado ?de ?)?baja)\b"
    r"|^no ?(?:sms|texts?|calls|marketing|contact)\b"
).search
_opt_in = re.compile(
    r"\b(?:(?:is|has|sms|text|email)?opt(?:ed)? ?in(?:s|to\w*|at|date|time)?|(?:is|sms)?subscribed(?:at|to\w*)?|"
    r"accepts ?(?:sms|text|whatsapp)\w*|(?:sms|text) subscriptions?|angemeldet|abonne|suscrito)\b"
).search
_wanted = re.compile(
    r"(?:(?:ok|okay|can|may|allow|receive|send|want|wish|accept|agree|accepte)\w* (?:\w+ ){0,3}"
    r"(?:sms|texts?|whatsapp)\b.*|"
    r"(?:sms|texts?|text message|whatsapp) (?:ok|okay|alert|update|notification|reminder|marketing|allowed|enabled|"
    r"erlaubt)s?)"
).fullmatch
"""Names of columns that ask whether messages are wanted: `OK to text`, `SMS alerts`."""
_consent = re.compile(
    r"consent(?:s|ed)?\b|\w permissions?\b|\bpermissions? \w|"
    r"\b(?:einwilligung|zustimmung|consentement|consentimiento)\b"
).search

_BESIDE_CONSENT: Final = word_set(
    "consents consented permission permissions einwilligung zustimmung consentement consentimiento sms text texts "
    "texting marketing contact messaging message messages communication communications mobile phone whatsapp gdpr "
    "tcpa express written promotional customer client subscriber user has is given granted received obtained to "
    "for the a by of and date time at on timestamp email e mail newsletter"
)
"""Words that leave a column with the word consent one of consent to messages. `Parental consent` is not."""

_ABOUT: Final = word_set(
    "url link token id ids code codes count counts rate page template reason reasons source ip campaign keyword "
    "keywords language instructions footer method form type list double confirmation"
)
"""Words of columns that only describe a consent, or that count."""
_OTHER_CHANNELS: Final = word_set("fax direct video cookie cookies tracking track push post postal")
_EMAIL: Final = word_set("email emails mail mails newsletter newsletters")
_TEXT: Final = word_set("sms text texts texting mobile phone whatsapp message messages messaging")
_STATUS: Final = word_set("status statut estado stato")
_BESIDE_STATUS: Final = _STATUS | word_set(
    "subscription subscriber subscribers consent contact member customer user person marketing email e mail "
    "newsletter sms text texts mobile phone optin opt in out optout permission messaging channel list audience "
    "communication"
)
_JOINED_STATUS: Final = word_set(
    "smsstatus emailstatus optstatus optinstatus consentstatus subscriptionstatus subscriberstatus "
    "marketingstatus smsmarketingstatus emailmarketingstatus"
)


def consent_use(words: Sequence[str]) -> Use | None:
    """Return what a column with these words in its name says about consent, or None if it says nothing."""
    if not _JOINED_STATUS.isdisjoint(words) or (not _STATUS.isdisjoint(words) and _BESIDE_STATUS.issuperset(words)):
        return Use.STATUS
    is_text = words[-1] in {"text", "message"} and words[-2:-1] not in ([], ["not"], ["to"], ["by"], ["via"])
    if is_text or not _ABOUT.isdisjoint(words) or not _OTHER_CHANNELS.isdisjoint(words):
        return None
    name = " ".join(words)
    if _opt_out(name):
        return Use.OPT_OUT
    if not _opt_in(name) and not _wanted(name) and not (_consent(name) and all(map(_may_be_beside_consent, words))):
        return None
    # Who never subscribed to a newsletter may be sent messages: of such a column, only a clear refusal counts.
    return Use.STATUS if not _EMAIL.isdisjoint(words) and _TEXT.isdisjoint(words) else Use.OPT_IN


def _may_be_beside_consent(word: str) -> bool:
    return word in _BESIDE_CONSENT or word.endswith("consent")
