"""How long sessions last, and which tokens open them."""

import pytest

from numberkeep.domain.session import IDLE, LIFETIME, LINK_LIFETIME, new_session, unused_session

NOW = 1_790_000_000_000_000
MINUTE = 60_000_000


def test_a_session_lasts_until_it_is_idle_for_too_long() -> None:
    """Its last use counts."""
    session, token = new_session(1, "k", NOW)
    assert session.opens_with(token, NOW + IDLE)
    assert not session.opens_with(token, NOW + IDLE + 1)
    assert session.used(NOW + IDLE).opens_with(token, NOW + 2 * IDLE)


def test_a_session_ends_however_often_it_is_used() -> None:
    """After its lifetime somebody signs in again."""
    session, token = new_session(1, "k", NOW)
    assert session.used(NOW + LIFETIME).opens_with(token, NOW + LIFETIME)
    assert not session.used(NOW + LIFETIME).opens_with(token, NOW + LIFETIME + 1)


def test_a_replaced_token_opens_for_a_minute_more() -> None:
    """Requests that were sent together carry the same one."""
    session, first = new_session(1, "k", NOW)
    session, second = session.rotated(first, NOW + MINUTE)
    session = session.used(NOW + MINUTE)
    assert session.opens_with(first, NOW + 2 * MINUTE)
    assert not session.is_rotated_by(first, NOW + 2 * MINUTE)
    assert not session.opens_with(first, NOW + 2 * MINUTE + 1)
    assert session.opens_with(second, NOW + 2 * MINUTE + 1)
    assert (session.has_current(first), session.has_current(second)) == (False, True)


@pytest.mark.parametrize("token", ["", "wrong", "\u00e9", "x" * 10_000])
def test_another_token_opens_nothing(token: str) -> None:
    """Nor does an empty one, though a new session has no earlier token."""
    session, _ = new_session(1, "k", NOW)
    assert not session.opens_with(token, NOW)


def test_a_link_opens_a_session_that_has_not_begun() -> None:
    """It is no cookie, and a cookie is no link."""
    waiting, link = unused_session(1, "k", NOW)
    assert waiting.opens_by_link(link, NOW + LINK_LIFETIME)
    assert not waiting.opens_by_link(link, NOW + LINK_LIFETIME + 1)
    assert not waiting.opens_by_link("other", NOW)
    assert not waiting.opens_with(link, NOW)
    begun, token = waiting.rotated(link, NOW + 1)
    assert begun.opens_with(token, NOW + 2)
    assert not begun.opens_by_link(token, NOW + 2)


def test_the_tokens_are_not_in_what_is_stored() -> None:
    """Nor in what a log could show of a session."""
    session, token = new_session(1, "k", NOW)
    assert token.encode() not in session.token_hash
    assert token not in repr(session)
    assert session.form_token not in repr(session)
