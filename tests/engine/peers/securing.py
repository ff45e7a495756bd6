"""How a Python charge point reaches the platform, and how it secures that: as it was started, and as it was told since
(1.6 security whitepaper; OCPP 2.0.1 part 2, A and B09). Keys and requests are openssl's.
"""

import base64
import ssl
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote


class Way:
    """`profile`: 0 nothing, 1 a password, 2 TLS and a password, 3 TLS and a certificate of its own."""

    def __init__(self, given):
        self.id, self.url = given.id, given.url
        self.password = given.password.encode() if given.password is not None else None
        self.root, self.certificate, self.key = given.ca, given.cert, given.key
        self.profile = 3 if self.certificate else 2 if self.root else 0 if self.password is None else 1
        self.folder = tempfile.TemporaryDirectory()

    def address(self):
        scheme = "wss" if self.profile >= 2 else "ws"
        return f"{scheme}://{self.url.split('://')[1].rstrip('/')}/{quote(self.id, safe='')}"

    def options(self, subprotocol):
        # OCPP 1.6 knows no compression, which `websockets` offers unless it is told not to.
        options = {"subprotocols": [subprotocol], "compression": None if subprotocol == "ocpp1.6" else "deflate"}
        if self.profile in (1, 2):
            credentials = base64.b64encode(self.id.encode() + b":" + self.password).decode()
            options["additional_headers"] = {"Authorization": f"Basic {credentials}"}
        if self.profile >= 2:
            options["ssl"] = ssl.create_default_context(cafile=self.root)
        if self.profile == 3:
            options["ssl"].load_cert_chain(self.certificate, self.key)
        return options

    def can_be(self, profile):
        """Has it what a profile needs (A05)?"""
        needs = {1: self.password, 2: self.password and self.root, 3: self.root and self.certificate}
        return profile > self.profile and bool(needs.get(profile))

    def keep(self, name, text):
        path = Path(self.folder.name) / name
        path.write_text(text)
        return str(path)

    def install(self, root):
        self.root = self.keep("root.pem", root)

    def openssl(self, *arguments):
        return subprocess.run(["openssl", *arguments], cwd=self.folder.name, capture_output=True, text=True)

    def request(self):
        """A new key, and its request for a certificate."""
        new = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "own.key"]
        return self.openssl(*new, "-subj", f"/O=Independent/CN={self.id}").stdout

    def take(self, chain):
        """A certificate that was signed for the request; is it one that it can use?"""
        path = self.keep("own.pem", chain)
        strict = ["verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", self.root]
        fits = self.openssl(*strict, "-untrusted", path, path).returncode == 0
        if fits:
            self.certificate, self.key = path, str(Path(self.folder.name) / "own.key")
        return fits
