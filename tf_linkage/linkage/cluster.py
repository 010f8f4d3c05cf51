"""The cluster that engine `spark` may use: its address, and what must hold before anything is sent there.

All that can be refused without a connection.
"""

from __future__ import annotations

import ipaddress
import os
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass

from tf_linkage.errors import LinkageRefused

TOKEN = "SPARK_CONNECT_AUTHENTICATE_TOKEN"  # noqa: S105 - the name of a variable, which Spark's client reads
"""Environment variable that holds the cluster's token. Addresses are recorded and shown; this never is."""

PORT = 15002
"""Port of a Spark Connect server unless its address names another."""

_TLS = "use_ssl"


@dataclass(frozen=True)
class Cluster:
    """A Spark Connect server.

    Attributes:
        address: `sc://HOST[:PORT]`, for another machine with `/;use_ssl=true`.
        invented: whether all records are of invented people. What a cluster encrypts of what its machines send each
            other and write to disk is not to be proved from here, so that real records stay on this machine.

    Raises:
        LinkageRefused: the address is none, or holds a token; it is another machine's, and there is no TLS or no
            token, or the records may be real.
    """

    address: str
    invented: bool = False

    def __post_init__(self) -> None:
        """Refuse what no record may be sent to."""
        self._refuse_address()
        if self.loopback:
            return
        shown = f"the cluster at {self.host}"
        if self._parameters.get(_TLS, "").lower() != "true":
            raise LinkageRefused(
                f"{shown} is another machine, and what is sent there must be encrypted: "
                f"sc://{self.host}:{self.port}/;{_TLS}=true"
            )
        if not os.environ.get(TOKEN):
            raise LinkageRefused(f"{shown} is another machine, which must ask for a token: set {TOKEN}")
        if not self.invented:
            raise LinkageRefused(
                f"{shown} is another machine, and whether its workers encrypt what they send each other and write "
                "to disk cannot be proved from here, so real records are not sent there; link them by engine "
                "'duckdb', or on a cluster of this machine"
            )

    @property
    def host(self) -> str:
        """Name or number of the machine."""
        return str(self._url.hostname)

    @property
    def port(self) -> int:
        """Its port."""
        return self._url.port or PORT

    @property
    def loopback(self) -> bool:
        """Whether the address is of this machine."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def _url(self) -> urllib.parse.ParseResult:
        # Python takes such an address apart if it knows the scheme.
        return urllib.parse.urlparse(self.address.replace("sc://", "http://", 1))

    @property
    def _parameters(self) -> Mapping[str, str]:
        parts = [part.partition("=") for part in self._url.params.split(";") if part]
        return {name: value for name, _, value in parts}

    def _refuse_address(self) -> None:
        form = "a cluster is named sc://HOST:PORT, on another machine sc://HOST:PORT/;use_ssl=true"
        if not self.address.startswith("sc://"):
            raise LinkageRefused(f"{form}; the address given begins otherwise")
        try:
            right = bool(self._url.hostname) and self.port > 0
        except ValueError:
            right = False
        if not right or self._url.path not in {"", "/"} or self._url.query or self._url.username:
            raise LinkageRefused(f"{form}; the address given is not of that form")
        if "token" in self._parameters:
            raise LinkageRefused(f"an address is recorded, so it must not hold the token; set {TOKEN} instead")
        if others := sorted(set(self._parameters) - {_TLS}):
            raise LinkageRefused(f"{form}; there is no {others[0]!r}")
