"""Builds the console from what the service has."""

from numberkeep.console.endpoint import Console
from numberkeep.console.hosts import Hosts
from numberkeep.console.site import Site
from numberkeep.http.endpoint import Api
from numberkeep.http.stream_limits import StreamLimits
from numberkeep.service.sessions import Sessions


def make_console(api: Api, host: str, public_url: str, streams: StreamLimits) -> Console:
    """Return the console.

    Args:
        api: what endpoints work with.
        host: the host that the service listens on.
        public_url: the URL under which people reach it; `""` if there is no other.
        streams: the limits of event streams.
    """
    sessions = Sessions(api.context.store, api.authenticator)
    return Console(Site(api, sessions, Hosts(host, public_url), streams=streams))
