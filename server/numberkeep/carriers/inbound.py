"""The carriers that deliver inbound messages and receipts."""

from collections.abc import Sequence

from numberkeep.carriers.hosted.inbound import HostedCarrier
from numberkeep.carriers.settings import Carriers
from numberkeep.carriers.twilio.inbound import TwilioCarrier
from numberkeep.service.inbound import Carrier


def inbound_carriers(carriers: Carriers) -> Sequence[Carrier]:
    """Return all such carriers, with these secrets."""
    return (HostedCarrier(carriers.signing_secret), TwilioCarrier(carriers.twilio_auth_token, carriers.public_url))
