"""Contacts: what they are, how they are listed, and the commands that change them."""
