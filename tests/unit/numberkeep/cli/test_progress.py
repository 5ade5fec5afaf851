"""How progress is shown: rarely enough to be read, and without leaving anything behind."""

from io import StringIO

from numberkeep.cli.progress import Progress


class Screen(StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


class Time:
    """A clock that stands still."""

    now = 100.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def test_a_log_gets_a_line_every_few_seconds() -> None:
    """Where nothing can be rewritten, what is quick says nothing, and what is not says so every five seconds."""
    stream, clock = StringIO(), Time()
    progress = Progress(stream, clock)
    for second in range(13):
        clock.now = 100.0 + second
        progress("copying", second * 1000, 20_000)
    progress.clear()
    assert stream.getvalue() == "copying: 5,000 of about 20,000 rows\ncopying: 10,000 of about 20,000 rows\n"


def test_a_terminal_shows_one_line_that_is_rewritten() -> None:
    """The line is written over, to its whole width, at most ten times a second; in the end it is empty."""
    stream, clock = Screen(), Time()
    progress = Progress(stream, clock)
    for done in (1000, 1001, 5):
        progress("comparing" if done > 5 else "copying", done, 1000)
        clock.now += 0.06
    progress.clear()
    long = "comparing: 1,000 of about 1,000 rows"
    short = "copying: 5 of about 1,000 rows"
    assert stream.getvalue() == f"\r{long}\r{short.ljust(len(long))}\r{' ' * len(short)}\r"


def test_more_rows_than_were_counted_are_no_nonsense() -> None:
    """A service that writes on makes more rows than there were."""
    stream = Screen()
    Progress(stream)("copying", 11, 10)
    assert stream.getvalue() == "\rcopying: 11 of about 11 rows"
