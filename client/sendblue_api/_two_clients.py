"""The official client installs a package of this name too. Loaded only where a file of it is found in this package."""


def refuse() -> None:
    """Raise an error that says which distributions are mixed, and how to get one of them back.

    Raises:
        ImportError: always. A mixed package would fail later, in a module of the other client.
    """
    raise ImportError(
        "two distributions have installed sendblue_api here, `sendblue-api` over the official `sendblue`, and neither "
        "works: run `pip uninstall -y sendblue sendblue-api`, install one of them again, and the other in another "
        "environment."
    )
