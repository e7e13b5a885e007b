"""Sends a pack by mail: what matters in the message, its files attached."""

import mimetypes
import smtplib
import socket
import ssl
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime, make_msgid
from pathlib import Path

from reporting import Refusal
from reporting.ask.pack.content import Pack
from reporting.draw.files import said_why
from reporting.draw.mail.pack import message_of, one_line
from warehouse.printing import printable
from warehouse.settings import Settings, SettingsError

TIMEOUT_SECONDS = 30
"""How long a mail server may take for an answer."""

_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_HERE = ("localhost", "127.0.0.1", "::1")
_LONGEST_REPLY = 300


class CannotSend(Refusal):
    """A mail that was not sent, or not to everybody; the message says why and what to do.

    Attributes:
        is_of_address: whether the server takes mail, but none for this address.
    """

    exit_code = 1

    def __init__(self, message: str, *, is_of_address: bool = False) -> None:
        super().__init__(message)
        self.is_of_address = is_of_address


@dataclass(frozen=True)
class Route:
    """Where mail goes in, and from whom to whom.

    Attributes:
        host: the mail server.
        port: where it listens.
        security: `starttls`, `tls` or `none`.
        user: who logs in; empty for a server that asks for none.
        password: theirs; never printed.
        sender: an address.
        recipients: addresses.
    """

    host: str
    port: int
    security: str
    user: str
    password: str = field(repr=False)
    sender: Address
    recipients: tuple[Address, ...]


def route(settings: Settings, to: Sequence[str] = ()) -> Route:
    """Read the settings of mail, before anything is made that would be sent.

    Args:
        settings: of the server, and of MAIL_TO.
        to: who gets mail instead of MAIL_TO.

    Raises:
        SettingsError: something is missing, or does not fit together.
    """
    missing = [
        name
        for name, value in (
            ("SMTP_HOST", settings.smtp_host),
            ("MAIL_FROM", settings.mail_from),
            ("MAIL_TO", settings.mail_to or to),
        )
        if not value
    ]
    if missing:
        raise SettingsError(
            f"Mail needs {' and '.join(missing)}: set what is missing (.env.example lists the "
            "settings), or leave out --email."
        )
    password = settings.smtp_password.get_secret_value()
    if bool(settings.smtp_user) is not bool(password):
        raise SettingsError("SMTP_USER and SMTP_PASSWORD go together: set both, or neither.")
    if password and settings.smtp_security == "none" and settings.smtp_host not in _HERE:
        raise SettingsError(
            "SMTP_SECURITY=none would send SMTP_PASSWORD for everybody to read: set starttls or "
            "tls, or leave out SMTP_USER and SMTP_PASSWORD."
        )
    if not (settings.smtp_user + password).isascii():
        raise SettingsError(
            "SMTP_USER and SMTP_PASSWORD cannot have letters or signs outside of ASCII: Python's "
            "mail library does not log in with them."
        )
    senders = addresses("MAIL_FROM", settings.mail_from)
    if len(senders) != 1:
        raise SettingsError("MAIL_FROM takes one address.")
    return Route(
        settings.smtp_host,
        settings.smtp_port or _PORTS[settings.smtp_security],
        settings.smtp_security,
        settings.smtp_user,
        password,
        senders[0],
        tuple(Address(addr_spec=text) for text in to) or addresses("MAIL_TO", settings.mail_to),
    )


def compose(pack: Pack, files: Sequence[Path], on: Route) -> EmailMessage:
    """Write the message: what matters as plain text and as HTML, and the files.

    Args:
        pack: what it is about.
        files: of the pack, to be attached.
        on: from whom to whom.

    Raises:
        CannotWrite: a file cannot be read.
    """
    said = message_of(pack, [path.name for path in files])
    message = compose_text(said.subject, said.text, on, pack.made_at)
    message.add_alternative(said.html, subtype="html")
    for path in files:
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        main, _, sub = kind.partition("/")
        with said_why(path):
            content = path.read_bytes()
        message.add_attachment(content, maintype=main, subtype=sub, filename=path.name)
    return message


def compose_text(
    subject: str, text: str, on: Route, made_at: datetime | None = None
) -> EmailMessage:
    """Write a message of text alone.

    Args:
        subject: of the message.
        text: of the message.
        on: from whom to whom.
        made_at: when, with its time zone; now, if it is not named.
    """
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = on.sender
    message["To"] = on.recipients
    message["Date"] = format_datetime(made_at or datetime.now(UTC))
    # The name of the machine is nobody's business.
    message["Message-ID"] = make_msgid(domain=on.sender.domain)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notes in return
    message.set_content(text)
    return message


def send(message: EmailMessage, on: Route) -> None:
    """Give a message to the mail server.

    Raises:
        CannotSend: it was not taken, or not for everybody.
    """
    with _said_politely(on), _connected(on) as server:
        if on.user:
            server.login(on.user, on.password)
        refused = server.send_message(message)
    if refused:
        raise CannotSend(
            f"{_place(on)} took the mail, but not for {_refusals(refused, on)}. The others get "
            "it. Correct the addresses, and send it to these alone."
        )


def addresses(setting: str, text: str) -> tuple[Address, ...]:
    """Read the addresses of a setting.

    Args:
        setting: its name.
        text: addresses with commas between.

    Raises:
        SettingsError: they are none.
    """
    header = default.header_factory("To", text) if text.isprintable() else None
    found: tuple[Address, ...] = header.addresses if header and not header.defects else ()
    if not found or not all(item.username and item.domain for item in found):
        raise SettingsError(
            f"{setting}: write addresses like ann@example.com, several with commas between."
        )
    return found


# -------------------------------------------------------------------------------- the server


@contextmanager
def _connected(on: Route) -> Iterator[smtplib.SMTP]:
    """Open a connection to the server, encrypted if it is to be: with a certificate that is valid.

    The certificate is compared with those that the computer trusts, or that SSL_CERT_FILE names.
    """
    server: smtplib.SMTP
    if on.security == "tls":
        server = smtplib.SMTP_SSL(
            on.host, on.port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(on.host, on.port, timeout=TIMEOUT_SECONDS)
    with server:
        if on.security == "starttls":
            server.starttls(context=ssl.create_default_context())
        yield server


@contextmanager
def _said_politely(on: Route) -> Iterator[None]:
    """Say in words why a server did not take a mail.

    Raises:
        CannotSend: instead of what the library raises.
    """
    try:
        yield
    except (OSError, smtplib.SMTPException) as error:  # SMTPException is an OSError, but says more
        raise CannotSend(
            f"The mail was not sent: {_reason(error, on)}",
            is_of_address=isinstance(error, smtplib.SMTPRecipientsRefused),
        ) from None


def _reason(error: Exception, on: Route) -> str:
    place = _place(on)
    match error:
        case smtplib.SMTPAuthenticationError():
            return (
                f"{place} does not accept SMTP_USER and SMTP_PASSWORD. Many providers want a "
                f"password made for programs. ({_reply(error, on)})"
            )
        case smtplib.SMTPRecipientsRefused():
            return f"{place} takes none for {_refusals(error.recipients, on)}. Correct the address."
        case smtplib.SMTPSenderRefused():
            return f"{place} takes none from {on.sender.addr_spec}: correct MAIL_FROM. " + (
                f"({_reply(error, on)})"
            )
        case smtplib.SMTPDataError():
            return f"{place} does not take this one; is it too large? ({_reply(error, on)})"
        case smtplib.SMTPNotSupportedError() if on.security == "starttls" and "STARTTLS" in str(
            error
        ):
            return (
                f"{place} does not encrypt. Set SMTP_SECURITY to tls if it does so from the "
                "start (mostly on port 465), or to none if it is within your own network."
            )
        case smtplib.SMTPNotSupportedError():
            return f"{place} cannot do what this mail needs: {_cleaned(str(error), on)}"
        case smtplib.SMTPServerDisconnected() if "timed out" in str(error):
            return _silence(place)
        case smtplib.SMTPServerDisconnected():
            return (
                f"{place} closed the connection. Does SMTP_SECURITY ({on.security}) fit the port?"
            )
        case ssl.SSLCertVerificationError():
            return (
                f"the certificate of {place} is not trusted: {error.verify_message}. Is SMTP_HOST "
                "the name in the certificate? If your company signs its own, name the file of "
                "its certificate authority in SSL_CERT_FILE."
            )
        case ssl.SSLError():
            return (
                f"{place} does not speak TLS as it should. Does SMTP_SECURITY ({on.security}) fit "
                "the port? (465 is mostly tls, 587 starttls.)"
            )
        case TimeoutError():
            return _silence(place)
        case ConnectionRefusedError():
            return (
                f"nothing listens at {on.host}, port {on.port}: are SMTP_HOST and SMTP_PORT right?"
            )
        case socket.gaierror():
            return f"there is no {on.host}. Is SMTP_HOST right, and is the computer online?"
        case smtplib.SMTPResponseException():
            return f"{place} refuses. ({_reply(error, on)})"
        case _:
            return f"{place} cannot be used. ({_cleaned(str(error), on)})"


def _silence(place: str) -> str:
    return (
        f"{place} does not answer within {TIMEOUT_SECONDS} seconds. Are SMTP_HOST and SMTP_PORT "
        "right, and does a firewall let it through?"
    )


def _place(on: Route) -> str:
    return f"{on.host}, port {on.port},"


def _refusals(refused: Mapping[str, tuple[int, bytes]], on: Route) -> str:
    return ", ".join(
        f"{printable(address)} ({code} {_cleaned(reply.decode(errors='replace'), on)})"
        for address, (code, reply) in refused.items()
    )


def _reply(error: smtplib.SMTPResponseException, on: Route) -> str:
    reply = error.smtp_error
    text = reply.decode(errors="replace") if isinstance(reply, bytes) else str(reply)
    return f"{error.smtp_code} {_cleaned(text, on)}"


def _cleaned(reply: str, on: Route) -> str:
    """Return what a server said, without the password if it repeats what it was told."""
    for secret in filter(None, (on.password, b64encode(on.password.encode()).decode())):
        reply = reply.replace(secret, "...")
    return one_line(reply)[:_LONGEST_REPLY]
