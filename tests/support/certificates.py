"""A certificate that nobody but the tests trusts."""

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

OPENSSL = shutil.which("openssl")


@dataclass
class Certificate:
    """A self-signed certificate and its key, for the server and for who trusts it."""

    path: Path
    key: Path

    def server(self) -> ssl.SSLContext:
        """What a server with this certificate works with."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path, self.key)
        return context

    def trusted(self) -> ssl.SSLContext:
        """What a client works with that trusts this certificate and no other."""
        return ssl.create_default_context(cafile=self.path)


def new_certificate(folder: Path, *names: str) -> Certificate:
    """A certificate for these names; the program openssl must be there."""
    made = Certificate(folder / "cert.pem", folder / "key.pem")
    alternatives = ",".join(f"DNS:{name}" for name in names)
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", str(made.key)]
    about = ["-days", "2", "-subj", "/CN=numberkeep tests", "-addext", f"subjectAltName={alternatives}"]
    command = [OPENSSL or "openssl", "req", "-x509", *key, *about, "-out", str(made.path)]
    subprocess.run(command, check=True, capture_output=True)
    return made
