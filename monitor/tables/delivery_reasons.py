"""What the reasons of deliveries mean and what to do about them: a row a kind, the first that fits; each with one it is for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of reason. `words` and `todo` may hold `{stage}`: what a mail server was asked for; and `{rest}`."""

    pattern: str
    words: str
    todo: str  #: empty where there is nothing to do
    example: str


_LOGIN = "put user and password right in the channel's address; `monitor test-alert` tries it"
_SERVER = "is the server's name and port in the channel's address right, and is there a network?"
_ADDRESS = "put the channel's address right; `monitor test-alert` tries it"
_DOUBT = "it may have arrived: ask the recipient, then `monitor outbox retry` or `drop`"
_WAITS = "it is tried again by itself"

#: What a mail server was asked for when it refused or fell silent.
STAGES = {
    "connect": "at the connection",
    "helo": "at the greeting",
    "starttls": "at the encryption",
    "auth": "at the login",
    "mail": "at the sender's address",
    "rcpt": "at the recipient's address",
    "data": "at the message",
    "commit": "at the end of the message",
    "dot": "at the end of the message",
}
_STAGE = rf"_(?P<stage>{'|'.join(STAGES)})"

ROWS = (
    Row(r"starttls_not_offered", "the mail server offers no encryption", "use mailtos://...?mode=ssl, or another port", "starttls_not_offered"),
    Row(r"auth_not_offered.*", "the mail server offers no login that we know", "ask its operator for PLAIN, LOGIN or CRAM-MD5", "auth_not_offered: XOAUTH2"),
    Row(r"smtputf8_not_offered", "the mail server takes no address with such letters", "use an address in plain letters", "smtputf8_not_offered"),
    Row(rf"{_STAGE[1:]}_not_offered", "the mail server lacks what is needed {stage}", _SERVER, "helo_not_offered"),
    Row(r"smtp_\d{3}_auth\b.*", "the mail server refuses our login", _LOGIN, "smtp_535_auth 5.7.8"),
    Row(r"smtp_5\d\d_\w+.*\(ours: (?P<rest>.+)\)", "the mail server refuses us, not the recipient: {rest}", "it waits until that is put right; `monitor check --dns` looks at the sender", "smtp_554_data 5.7.1 (ours: content)"),
    Row(r"smtp_5\d\d_rcpt( 5\.1\.\d+)?", "there is no such recipient", "put the address right", "smtp_550_rcpt 5.1.1"),
    Row(rf"smtp_4\d\d{_STAGE}.*", "the mail server put it off {stage}", _WAITS, "smtp_451_rcpt 4.7.1"),
    Row(rf"smtp_\d{{3}}{_STAGE}.*", "the mail server refused it {stage}", "the server's operator knows what its code means", "smtp_552_data 5.3.4"),
    Row(r"smtp_2\d\d", "the mail server took it", "", "smtp_250"),
    Row(rf"timeout{_STAGE}", "the mail server did not answer in time {stage}", _WAITS, "timeout_connect"),
    Row(rf"disconnected{_STAGE}", "the mail server broke the connection off {stage}", _WAITS, "disconnected_data"),
    Row(rf"unreachable{_STAGE}", "no connection to the mail server {stage}", _SERVER, "unreachable_connect"),
    Row(r"garbled_auth", "the login could not be said or understood", _LOGIN, "garbled_auth"),
    Row(rf"garbled{_STAGE}", "the mail server answered what is no answer {stage}", _SERVER, "garbled_helo"),
    Row(r"\w+_after_last_byte", "the connection ended before the answer came, after everything was said", _DOUBT, "timeout_after_last_byte"),
    Row(r"apprise_failed", "the service said no, or nothing", _DOUBT, "apprise_failed"),
    Row(r"bad_certificate (?P<rest>.+)", "the certificate of the server is not good: {rest}", "have it renewed, or name it with ca_file", "bad_certificate expired"),
    Row(r"tls_failed", "no encryption could be agreed on", _SERVER, "tls_failed"),
    Row(r"unreachable|dns", "no connection to it", _SERVER, "unreachable"),
    Row(r"timeout", "it did not answer in time", _WAITS, "timeout"),
    Row(r"disconnected", "it broke the connection off", _WAITS, "disconnected"),
    Row(r"lost_claim", "another process took it over", "", "lost_claim"),
    Row(r"address_unusable", "the address is none that mail can go to", "put the address right", "address_unusable"),
    Row(r"no_recipient", "nobody is named that it could go to", "add `to` to the subscription, or a recipient to the channel's address", "no_recipient"),
    Row(r"channel_not_configured", "its channel is no longer in channels.toml", "put it back, or `monitor outbox drop`", "channel_not_configured"),
    Row(r"fault: .+", "a fault in the monitor; the log has it", "please report it", "fault: KeyError"),
    Row(r"terminal: .+", "the terminal did not take it", _DOUBT, "terminal: BrokenPipeError"),
    Row(r"(?:http_40[134]|http_410|(?:invalid|not)_auth|token_\w+|account_inactive|no_service|no_team|invalid_token|missing_scope)\b.*", "it refuses our address or token", _ADDRESS, "http_403 invalid_token"),
    Row(r"(?:channel_(?:not_found|is_archived)|not_in_channel|action_prohibited).*", "Slack does not let us into that channel", "invite the app there, or name another", "channel_not_found"),
    Row(r"http_429.*|rate_?limited", "it has had too much from us for now", _WAITS, "http_429"),
    Row(r"http_5\d\d.*", "it is out of order", _WAITS, "http_503"),
    Row(r"http_2\d\d|ok|accepted", "it was taken", "", "accepted"),
    Row(r"http_\d+.*", "it refused the message", _ADDRESS, "http_400 invalid_blocks"),
    Row(r"suspended", "nothing is sent to its address at present", "`monitor subscribers list` says why", "suspended"),
    Row(r"unsubscribed", "its reader unsubscribed", "", "unsubscribed"),
    Row(r"withdrawn", "what it told was withdrawn before anybody had it", "", "withdrawn"),
    Row(r"grouped", "further news joined it", "", "grouped"),
    Row(r"interrupted_before_commit", "the monitor ended before everything was said; it is sent again", "", "interrupted_before_commit"),
    Row(r"interrupted_after_commit_resending", "the monitor ended before the answer came; it is sent again, as configured", "", "interrupted_after_commit_resending"),
    Row(r"interrupted_after_commit", "the monitor ended before the answer came, after everything was said", _DOUBT, "interrupted_after_commit"),
    Row(r"found_in_journal", "the journal knows that it was sent", "", "found_in_journal"),
)
