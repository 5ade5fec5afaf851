"""Contacts with every text that an export may have to write, for Hypothesis."""

from hypothesis import strategies as st

from numberkeep.domain.contacts.contact import ContactPatch, composed

ANY = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
ODD = st.text(st.sampled_from("'\"=+-@\t\r\n ,;:\\[]{}|*/é\u2028\u00a0\uff1d\uff201a"), max_size=90)
TEXTS = st.one_of(st.just(""), ANY, ODD)
TAGS = st.lists(
    st.one_of(ANY, ODD, st.sampled_from(["* x", "myContacts", "a ::: b"])).filter(str.strip).map(composed),
    max_size=3,
    unique=True,
)
LABELS = st.one_of(ANY, ODD, st.sampled_from(["phone", "a.b", "line", "first_name"])).filter(bool).map(composed)
PATCHES = st.builds(
    ContactPatch,
    first_name=TEXTS,
    last_name=TEXTS,
    company_name=TEXTS,
    assigned_to_email=TEXTS,
    sendblue_number=st.sampled_from(["", "+14155550199"]),
    tags=TAGS.map(tuple),
    custom_variables=st.dictionaries(LABELS, TEXTS, max_size=3),
)
