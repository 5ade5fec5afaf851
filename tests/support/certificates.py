"""A certificate that only the tests trust."""

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

OPENSSL = shutil.which("openssl")


@dataclass
class Certificate:
    """A self-signed certificate and its key, for a server and its clients."""

    path: Path
    key: Path

    def server(self) -> ssl.SSLContext:
        """Return an SSL context for a server with this certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path, self.key)
        return context

    def trusted(self) -> ssl.SSLContext:
        """Return an SSL context for a client that trusts only this certificate."""
        return ssl.create_default_context(cafile=self.path)


def new_certificate(folder: Path, *names: str) -> Certificate:
    """Return a certificate for these names; needs the program openssl."""
    made = Certificate(folder / "cert.pem", folder / "key.pem")
    alternatives = ",".join(f"DNS:{name}" for name in names)
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", str(made.key)]
    about = ["-days", "2", "-subj", "/CN=numberkeep tests", "-addext", f"subjectAltName={alternatives}"]
    command = [OPENSSL or "openssl", "req", "-x509", *key, *about, "-out", str(made.path)]
    subprocess.run(command, check=True, capture_output=True)
    return made
