"""The JSON of a response, as bytes."""

import httpx2

_BOM = b"\xef\xbb\xbf"


def json_content(response: httpx2.Response) -> bytes:
    """Return the body of a response that was read, without the byte order mark that some services and proxies add."""
    return response.content.removeprefix(_BOM)
