"""Running the service: the checks before it starts, its processes, and its log."""

from numberkeep.serving.address import CannotServe
from numberkeep.serving.end_of_input import stop_at_end_of_input
from numberkeep.serving.server import make_server
from numberkeep.serving.start import Started, serve
from numberkeep.serving.worker import calm_collector, load

__all__ = ["CannotServe", "Started", "calm_collector", "load", "make_server", "serve", "stop_at_end_of_input"]
