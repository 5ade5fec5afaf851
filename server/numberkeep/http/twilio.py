"""Whether a request comes from Twilio.

Source: Twilio's documentation, "Secure webhooks", and its own libraries, which sign each value of a parameter that
comes more than once, in order, and the same value once.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence


def is_signed(url: str, params: Sequence[tuple[str, str]], signature: str, auth_token: str) -> bool:
    """Whether a request bears Twilio's signature; takes the same time for any signature of one length.

    Args:
        url: all of the URL as Twilio was given it, with scheme, host and query; behind a proxy, that before it.
        params: the form's parameters, decoded.
        signature: what came as `X-Twilio-Signature`.
        auth_token: the secret of the Twilio account; with `""` nothing is signed.
    """
    if not auth_token:
        return False
    signed = url + "".join(name + value for name, value in sorted(set(params)))
    mac = hmac.digest(auth_token.encode(), signed.encode(errors="surrogatepass"), hashlib.sha1)
    return hmac.compare_digest(base64.b64encode(mac), signature.encode(errors="surrogatepass"))
