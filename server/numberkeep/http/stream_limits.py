"""The limits of event streams."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from numberkeep.http.request_errors import HttpError


class TooManyStreams(HttpError):
    """The key has as many streams open as it may have."""

    def __init__(self, limit: int) -> None:
        message = f"This API key has {limit} event streams open, which is the limit: close one, or retry in 5 seconds."
        super().__init__(429, message, ((b"retry-after", b"5"),))


class StreamLimits:
    """Limits the streams of each API key, and the time that one waits for its client.

    Attributes:
        unread_seconds: how long a stream waits for its client to read.

    Args:
        per_key: how many streams a key may have open.
        unread_seconds: see above.
    """

    def __init__(self, per_key: int = 100, unread_seconds: float = 7) -> None:
        self.unread_seconds = unread_seconds
        self._per_key = per_key
        self._open: Counter[str] = Counter()

    @contextmanager
    def one_of(self, key_id: str) -> Iterator[None]:
        """Count one stream of a key until the block ends.

        Raises:
            TooManyStreams: it would be one too many.
        """
        if self._open[key_id] >= self._per_key:
            raise TooManyStreams(self._per_key)
        self._open[key_id] += 1
        try:
            yield
        finally:
            self._open[key_id] -= 1
            if not self._open[key_id]:
                del self._open[key_id]
