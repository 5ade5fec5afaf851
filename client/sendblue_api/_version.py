"""The version of the distribution, in one place."""

__title__ = "sendblue_api"
__version__ = "0.1.0"
