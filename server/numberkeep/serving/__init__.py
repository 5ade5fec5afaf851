"""Running the service: the checks before it starts, its processes, and its log."""

from numberkeep.serving.address import CannotServe
from numberkeep.serving.server import calm_collector, load, make_server
from numberkeep.serving.start import Started, serve

__all__ = ["CannotServe", "Started", "calm_collector", "load", "make_server", "serve"]
