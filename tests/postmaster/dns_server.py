"""A small DNS server on loopback, over UDP and TCP: answers from a zone, and faults by name."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

SERVFAIL, TIMEOUT = "servfail", "timeout"


@dataclass
class Zone:
    """What the server knows: records by name and type, as a zone file writes them; or a fault for a whole name."""

    records: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str, str]] = field(default_factory=list)  #: protocol, name, type

    def txt(self, name: str, *texts: str) -> None:
        """One TXT record a text, split into strings of 255 as it has to be."""
        pieces = [[text[n : n + 255] for n in range(0, len(text), 255)] or [""] for text in texts]
        self.records[name, "TXT"] = [" ".join(f'"{piece}"' for piece in each) for each in pieces]

    def host(self, name: str, *addresses: str) -> None:
        """Addresses of a name."""
        for kind, sign in (("A", "."), ("AAAA", ":")):
            if of := [each for each in addresses if sign in each]:
                self.records[name, kind] = of

    def answer(self, wire: bytes, protocol: str) -> bytes | None:
        """The answer to a question; None for silence."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((protocol, name, kind))
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        if self.faults.get(name) == TIMEOUT:
            return None
        if self.faults.get(name) == SERVFAIL:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif found := self.records.get((name, kind)):
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *found))
        elif not any(known == name for known, _ in self.records):
            response.set_rcode(dns.rcode.NXDOMAIN)
        try:
            return response.to_wire(max_size=1232 if protocol == "udp" else 65535)
        except dns.exception.TooBig:
            short = dns.message.make_response(query)
            short.flags |= dns.flags.TC
            return short.to_wire()


@contextmanager
def dns_server(zone: Zone) -> Iterator[str]:
    """The server of a zone; its address as ``--dns-server`` takes it."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    packets = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    packets.bind(("127.0.0.1", port))

    def over_udp() -> None:
        while True:
            try:
                wire, where = packets.recvfrom(4096)
            except OSError:
                return
            if not wire:
                return
            if (said := zone.answer(wire, "udp")) is not None:
                packets.sendto(said, where)

    def over_tcp() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                head = connection.recv(2)
                wire = connection.recv(struct.unpack("!H", head)[0])
                if (said := zone.answer(wire, "tcp")) is not None:
                    connection.sendall(struct.pack("!H", len(said)) + said)

    threads = [threading.Thread(target=serve, daemon=True) for serve in (over_udp, over_tcp)]
    for thread in threads:
        thread.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        packets.sendto(b"", ("127.0.0.1", port))
        listener.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(timeout=2)
        listener.close()
        packets.close()
