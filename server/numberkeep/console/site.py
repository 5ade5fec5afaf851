"""What the whole console works with."""

from dataclasses import dataclass, field

from numberkeep.console.attempts import Attempts
from numberkeep.console.hosts import Hosts
from numberkeep.http.endpoint import Api
from numberkeep.http.stream_limits import StreamLimits
from numberkeep.service.sessions import Sessions

ROOT = "/console"


@dataclass(slots=True, frozen=True)
class Site:
    """What every page works with.

    Attributes:
        api: what endpoints work with.
        sessions: opens and ends sessions.
        hosts: the names under which browsers may reach the console.
        attempts: limits sign-ins.
        streams: limits event streams.
    """

    api: Api
    sessions: Sessions
    hosts: Hosts
    attempts: Attempts = field(default_factory=Attempts)
    streams: StreamLimits = field(default_factory=StreamLimits)
