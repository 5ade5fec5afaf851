"""A process that inherits a service's lock, as a worker does."""

from multiprocessing.connection import Connection

from numberkeep.store.sqlite import ServiceLock


def hold(lock: ServiceLock, until: Connection) -> None:
    """Join the holders of a lock, report it, and stay until a message arrives or the process is killed."""
    lock.join()
    until.send("joined")
    until.recv()
