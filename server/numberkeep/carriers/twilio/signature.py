"""Verifies that a request comes from Twilio.

Source: Twilio's documentation, "Secure webhooks", and its own libraries, which sign each value of a parameter that
comes more than once, in order, and the same value once.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from typing import Final

from numberkeep.service.inbound import CarrierRequest

_STANDARD_PORTS: Final = {"https": ":443", "http": ":80"}
_port = re.compile(r":[0-9]+$")


def is_signed(url: str, params: Sequence[tuple[str, str]], signature: str, auth_token: str) -> bool:
    """Return whether a request has Twilio's signature, in a time that does not depend on the signature's content.

    Args:
        url: the whole URL as Twilio knows it, with scheme, host and query; behind a proxy, the proxy's.
        params: the form's parameters, decoded.
        signature: the value of `X-Twilio-Signature`.
        auth_token: the secret of the Twilio account; with `""` nothing is signed.
    """
    if not auth_token:
        return False
    signed = url + "".join(name + value for name, value in sorted(set(params)))
    mac = hmac.digest(auth_token.encode(), signed.encode(errors="surrogatepass"), hashlib.sha1)
    return hmac.compare_digest(base64.b64encode(mac), signature.encode(errors="surrogatepass"))


def signed_urls(request: CarrierRequest, public_url: str) -> Iterable[str]:
    """Return the URLs that Twilio may have signed: that of the request, with and without the standard port.

    Twilio's own libraries accept them all, because it has signed URLs with and without the standard port.

    Args:
        request: the request.
        public_url: the service's URL as Twilio knows it; `""` to take scheme and host from the request's headers.
    """
    base = public_url.rstrip("/").encode()
    if not base:
        headers = request.headers
        proto = _first(headers.get(b"x-forwarded-proto", request.scheme.encode()))
        base = proto + b"://" + _first(headers.get(b"x-forwarded-host", headers.get(b"host", b"")))
    scheme, _, rest = base.decode("latin-1").partition("://")
    authority, slash, path = rest.partition("/")
    host = _port.sub("", authority)
    target = slash + path + request.target.decode("latin-1")
    ports = ("", _STANDARD_PORTS.get(scheme.lower(), "")) if host == authority else ("",)
    return dict.fromkeys(f"{scheme}://{each}{target}" for each in (authority, *(host + port for port in ports)))


def _first(forwarded: bytes) -> bytes:
    """Return the entry of the proxy nearest to Twilio; each proxy behind it appends its own."""
    return forwarded.partition(b",")[0].strip()
