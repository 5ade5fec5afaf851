"""numberkeep: a contacts service you own, speaking the Sendblue v2 Contacts API."""

__version__ = "0.1.0"
