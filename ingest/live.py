"""Whether settings lead to a service itself, and not to a copy of it or to a test's server."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from domain.settings import SourceSettings
from ingest.source import Source

_NOWHERE = ("localhost", "test", "example", "invalid", "local", "internal")  # RFC 6761 and usage


def is_live(source: Source, settings: SourceSettings) -> bool:
    """A service with one address must be asked there; of others any public host is one."""
    if source.defaults.base:
        return _host(settings.base) == _host(source.defaults.base)
    return any(_is_public(_host(address)) for address in source.addresses())


def _host(address: str) -> str:
    return (urlsplit(address).hostname or "").lower()


def _is_public(host: str) -> bool:
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and host.rpartition(".")[2] not in _NOWHERE
