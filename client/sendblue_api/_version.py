"""The name and the version of the distribution."""

__title__ = "sendblue_api"
__version__ = "0.1.0"
