"""A mail that came back as what it says: a bounce, a delay, a complaint, an automatic answer, or none of these.

The sources: RFC 3464 (delivery status notifications), RFC 5965 (complaints, "ARF"), RFC 3834 (automatic answers), and two
forms older than these that are still sent: Exim's plain text, and qmail's (QSBMF). All of it is a stranger's text: it is cut
at `MAX_MAIL`, read without the parser of structured headers (which takes quadratic time on some), and believed only when it
carries a mark that was signed here, which is for others to check.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from hashlib import sha256
from itertools import islice
from quopri import decodestring

from monitor.domain.bounces import BounceKind, BounceReport
from monitor.postmaster.authentication import proven_author
from monitor.postmaster.plain_report import code_in, named_in, read_plain, reason_in

#: More of a mail is not looked at, bytes: a report and our own message in it are shorter.
MAX_MAIL = 256 * 1024
_MAX_PARTS, _MAX_MARKS, _MAX_FIELD = 60, 50, 1000
_MARK = re.compile(r"(?<![a-z2-7])[a-z2-7]{42}(?![a-z2-7])", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"^[ \t>]*(?:X-)?(?:Original-)?Message-ID:\s{0,5}(<[^<>\s]{1,250}>)", re.IGNORECASE | re.MULTILINE)
_CODE = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_REPLY_CODE = re.compile(r"\b([45])\d\d\b")
_ADDRESS = re.compile(r"[^\s<>;,\"]{1,200}@[^\s<>;,\"]{1,255}")
_FIELD_LINE = re.compile(r"^([A-Za-z][A-Za-z-]{0,60}):[ \t]*(.*(?:\n[ \t]+.*)*)", re.MULTILINE)
_TAG = re.compile(r"<[^<>@]{1,500}>")
_STATUS_TYPES = {"message/delivery-status", "message/global-delivery-status"}
_COMPLAINTS = {"abuse", "fraud", "opt-out", "opt-out-list"}
_OUT_OF_OFFICE = re.compile(
    r"^(?:automatic reply|auto(?:matic)?[ -]?(?:reply|response)|out of (?:the )?office)\b", re.IGNORECASE
)

Fields = Mapping[str, str]  #: by small name


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """The kind of a mail with what goes with it."""

    kind: BounceKind
    code: str = ""
    said: str = ""
    recipients: tuple[str, ...] = ()


def parse_bounce(raw: bytes, authserv_id: str = "") -> BounceReport:
    """What a mail says. Never raises for what is in it. `authserv_id`: see `authentication.proven_author`."""
    raw = raw[:MAX_MAIL]
    try:
        mail = BytesParser(policy=compat32).parsebytes(raw)
        parts = tuple(islice(_parts(mail), _MAX_PARTS))
        found = _of_status(parts) or _of_complaint(parts) or _of_words(mail, parts) or _automatic(mail)
        text = "\n".join([raw.decode("utf-8", "replace"), *map(_text, parts)])
    except (RecursionError, ValueError, LookupError, TypeError):
        # Nested deeper than any mail, or in no encoding there is. The library gives up in several ways.
        return BounceReport(kind=BounceKind.OTHER, key=sha256(raw).hexdigest())
    return BounceReport(
        kind=found.kind,
        key=sha256(_header(mail, "Message-ID").encode() or raw).hexdigest(),
        code=found.code,
        said=found.said,
        author=proven_author(_header(mail, "From"), _every(mail, "Authentication-Results"), authserv_id),
        # A mark proves itself wherever it stands: in the address that the report was sent to, or in the mail that it quotes.
        tokens=tuple(dict.fromkeys(mark[0].lower() for mark in islice(_MARK.finditer(text), _MAX_MARKS))),
        message_ids=tuple(dict.fromkeys(each[1] for each in islice(_MESSAGE_ID.finditer(text), _MAX_MARKS))),
        recipients=found.recipients,
    )


def _parts(mail: Message) -> Iterator[Message]:
    """The parts of a mail, its own but not those of mails within it: a report that somebody passes on is none."""
    waiting = [mail]
    while waiting:
        part = waiting.pop(0)
        yield part
        payload = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(payload, list):
            waiting = [each for each in payload if isinstance(each, Message)] + waiting


def _header(mail: Message, name: str) -> str:
    return " ".join(str(mail.get(name, ""))[:_MAX_FIELD].split())


def _every(mail: Message, name: str) -> list[str]:
    return [" ".join(str(each)[:_MAX_FIELD].split()) for each in mail.get_all(name, [])[:_MAX_PARTS]]


def _text(part: Message) -> str:
    """The text of a part; of a report, or a mail within, only where it is hidden by an encoding. Empty where it is none."""
    if part.get_content_maintype() == "message":
        return _message_text(part) if _encoding(part) in {"base64", "quoted-printable"} else ""
    if part.get_content_maintype() != "text":
        return ""
    payload = part.get_payload(decode=True)
    text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    return _TAG.sub(" ", text) if part.get_content_subtype() == "html" else text


def _encoding(part: Message) -> str:
    return str(part.get("Content-Transfer-Encoding", "")).strip().lower()


def _message_text(part: Message) -> str:
    """What stands in a report, as text: the library has it in pieces, and leaves it encoded, which some servers send it as."""
    payload = part.get_payload()
    raw = b"\n\n".join(map(_as_written, payload)) if isinstance(payload, list) else _raw(part)
    if _encoding(part) == "base64":
        letters = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
        letters += b"=" * (-len(letters) % 4) if len(letters) % 4 != 1 else b""
        raw = b64decode(letters[: len(letters) // 4 * 4])
    elif _encoding(part) == "quoted-printable":
        raw = decodestring(raw)
    return raw.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")


def _as_written(block: object) -> bytes:
    """One piece of a report as it stood in it."""
    if not isinstance(block, Message):
        return b""
    fields = "".join(f"{name}: {value}\n" for name, value in block.raw_items()).encode("utf-8", "surrogateescape")
    return b"\n".join(part for part in (fields, _raw(block)) if part)


def _raw(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _field(value: str) -> str:
    """A field's value on one line; eight-bit letters, which the library keeps as surrogates, as what they are."""
    plain = value[:_MAX_FIELD].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return " ".join(plain.split())


def _blocks(part: Message) -> Iterator[Fields]:
    """The groups of fields of a report; the first is about the message, each further one about a recipient."""
    for group in re.split(r"\n[ \t]*\n", _message_text(part)):
        yield {name.lower(): _field(value) for name, value in _FIELD_LINE.findall(group)}


def _addresses(*values: str) -> tuple[str, ...]:
    """The addresses in some fields, small: ``rfc822; Ann@Reader.test``."""
    return tuple(dict.fromkeys(found.casefold() for value in values for found in _ADDRESS.findall(value)[:20]))


def _status_parts(parts: Sequence[Message]) -> list[Message]:
    """The parts for machines. Some say that theirs is text, or a file."""
    reports = [part for part in parts if part.get_content_type() in _STATUS_TYPES]
    if not reports and parts[0].get_content_type() == "multipart/report":
        reports = [part for part in parts[1:] if not part.is_multipart() and _is_status(_message_text(part))]
    return reports


def _of_status(parts: Sequence[Message]) -> _Found | None:
    """RFC 3464, the worst that it says of anybody."""
    reports = _status_parts(parts)
    if not reports:
        return None
    groups = [fields for fields in islice(_blocks(reports[0]), _MAX_PARTS) if {"action", "status"} & set(fields)]
    told = [(_status_kind(fields), fields) for fields in groups]
    for kind in (BounceKind.BOUNCE, BounceKind.DELAY):
        chosen = [fields for found, fields in told if found is kind]
        if chosen:
            named = [f.get(name, "") for f in chosen for name in ("original-recipient", "final-recipient")]
            said = chosen[0].get("diagnostic-code", "")
            return _Found(kind=kind, code=_status_code(kind, chosen[0]), said=said, recipients=_addresses(*named))
    return _Found(kind=BounceKind.ARRIVED)


def _is_status(text: str) -> bool:
    names = {name.lower() for name, _ in _FIELD_LINE.findall(text)}
    return {"action", "status"} <= names and not names.isdisjoint({"final-recipient", "original-recipient"})


def _status_kind(fields: Fields) -> BounceKind:
    action = fields.get("action", "").lower()
    if action in {"failed", "delayed"}:
        return BounceKind.BOUNCE if action == "failed" else BounceKind.DELAY
    if action in {"delivered", "relayed", "expanded"}:
        return BounceKind.ARRIVED
    return {"5": BounceKind.BOUNCE, "4": BounceKind.DELAY}.get(fields.get("status", "")[:1], BounceKind.ARRIVED)


def _status_code(kind: BounceKind, fields: Fields) -> str:
    """The enhanced status; the one that the server itself gave, where the report only says that there was one."""
    said = _CODE.search(fields.get("status", ""))
    diagnostic = fields.get("diagnostic-code", "")
    own = _CODE.search(diagnostic)
    if said and not (said[1].endswith(".0.0") and own and own[1][0] == said[1][0]):
        return said[1]
    if own:
        return own[1]
    reply = _REPLY_CODE.search(diagnostic)
    digit = reply[1] if reply else {BounceKind.BOUNCE: "5", BounceKind.DELAY: "4"}[kind]
    return f"{digit}.0.0"


def _of_complaint(parts: Sequence[Message]) -> _Found | None:
    """RFC 5965."""
    reports = [part for part in parts if part.get_content_type() == "message/feedback-report"]
    if not reports:
        return None
    fields = next(_blocks(reports[0]), {})
    if fields.get("feedback-type", "").lower() not in _COMPLAINTS:
        return _Found(kind=BounceKind.OTHER)  # "not spam" after all, or statistics of authentication
    return _Found(kind=BounceKind.COMPLAINT, recipients=_addresses(fields.get("original-rcpt-to", "")))


def _of_words(mail: Message, parts: Sequence[Message]) -> _Found | None:
    """Reports without a part for machines: Exim's header with text below it, qmail's first words, and text alone."""
    text = next((found for part in parts if (found := _text(part))), "").replace("\r\n", "\n")
    if failed := _header(mail, "X-Failed-Recipients"):
        about = text.partition("\n------")[0]  # below that line stands our own mail
        return _Found(kind=BounceKind.BOUNCE, code=code_in(about), said=reason_in(about), recipients=_addresses(failed))
    if text.lstrip().startswith("Hi. This is the"):
        about = re.split(r"(?m)^-", text, maxsplit=1)[0]
        named = _addresses(*named_in(about))
        return _Found(kind=BounceKind.BOUNCE, code=code_in(about), said=reason_in(about), recipients=named) if named else None
    plain = read_plain(_header(mail, "From"), _header(mail, "Subject"), text)
    if plain is None:
        return None
    return _Found(kind=plain.kind, code=plain.code, said=plain.said, recipients=_addresses(*plain.named))


def _automatic(mail: Message) -> _Found:
    """RFC 3834, and what was there before it."""
    submitted = _header(mail, "Auto-Submitted").lower()
    told = submitted not in {"", "no"} or _header(mail, "X-Autoreply") or _header(mail, "X-Autorespond")
    precedence = _header(mail, "Precedence").lower()
    if told or precedence == "auto_reply" or _OUT_OF_OFFICE.search(_header(mail, "Subject")):
        return _Found(kind=BounceKind.AUTOMATIC)
    return _Found(kind=BounceKind.OTHER)
