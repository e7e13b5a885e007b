"""Mail to a real server in this process: what arrives, and what is said when nothing does."""

import email.policy
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as Server
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from reporting.ask.pack.content import Change, Headline, Pack, Section
from reporting.doors import mail
from reporting.doors.mail import CannotSend, Route, compose, route, send
from reporting.draw.files import CannotWrite
from reporting.tables import Kind
from warehouse.settings import Settings, SettingsError, read_settings

PASSWORD = "s3cr3t-pass"  # noqa: S105
PACK = Pack(
    "Weekly sales report",
    "2026-W03",
    date(2026, 1, 12),
    date(2026, 1, 18),
    True,
    datetime(2026, 1, 19, 7, 30, tzinfo=UTC),
    (
        Section(
            "EUR",
            (
                Headline(
                    *("revenue", "Revenue", Kind.AMOUNT, Decimal("1234.5")),
                    (Change("last week", Decimal("12.5")), Change("last year", None)),
                ),
                Headline("profit", "Profit", Kind.AMOUNT, None),
            ),
            ("Ann sold <twice> as much & more.",),
        ),
    ),
    quality="warn",
    quality_sentences=("3 rows are kept out.",),
)


class Inbox:
    """What a server has taken, but for some recipients."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.refuses: set[str] = set()
        self.answer = "250 OK"

    async def handle_RCPT(
        self, server: Server, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuses:
            return f"550 no such user here \x1b[31m {address}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Server, session: Session, envelope: Envelope) -> str:
        if self.answer.startswith("250"):
            self.envelopes.append(envelope)
        return self.answer

    def received(self) -> EmailMessage:
        (envelope,) = self.envelopes
        assert isinstance(envelope.content, bytes)
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        return message


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


Start = Callable[..., Route]


@pytest.fixture
def start(inbox: Inbox) -> Iterator[Start]:
    """Start a server, and return the way to it."""
    controllers = []

    def start(security: str = "none", **options: Any) -> Route:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        # "localhost" is what the certificate names.
        controller = Controller(inbox, hostname="127.0.0.1", port=port, **options)
        controller.start()
        controllers.append(controller)
        return routed(security=security, host="localhost", port=port)

    yield start
    for controller in controllers:
        controller.stop()


def routed(**changes: Any) -> Route:
    found = route(
        Settings(
            smtp_host="localhost",
            mail_from="Reports <reports@example.com>",
            mail_to="ann@example.com, Bob <bob@example.com>",
        )
    )
    return replace(found, **changes)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of localhost that nobody has signed, and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl here to make a certificate with")
    folder = tmp_path_factory.mktemp("certificate")
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", folder / "key.pem", "-out", folder / "cert.pem"),
        ],
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture
def encrypts(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    return context


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"weekly-2026-W03.{ending}" for ending in ("xlsx", "pdf", "html")]
    for path in paths:
        path.write_bytes(b"content of " + path.suffix.encode() + b"\r\n\x00")
    return paths


def refusal(on: Route, files: list[Path]) -> str:
    """Send a mail that is not taken, and return what is said."""
    with pytest.raises(CannotSend) as refused:
        send(compose(PACK, files, on), on)
    said = str(refused.value)
    assert PASSWORD not in said
    assert said.isprintable()
    return said


def authenticator(_s: Server, _n: Session, _e: Envelope, _m: str, given: Any) -> AuthResult:
    assert isinstance(given, LoginPassword)
    # Not handled: the server itself says no.
    is_right = (given.login, given.password) == (b"ann", PASSWORD.encode())
    return AuthResult(success=is_right, handled=False)


def test_the_pack_arrives(start: Start, inbox: Inbox, files: list[Path]) -> None:
    on = start()
    send(compose(PACK, files, on), on)
    message = inbox.received()
    assert inbox.envelopes[0].rcpt_tos == ["ann@example.com", "bob@example.com"]
    assert inbox.envelopes[0].mail_from == "reports@example.com"
    assert message["Subject"] == "Weekly sales report 2026-W03"
    assert message["From"] == "Reports <reports@example.com>"
    assert message["To"] == "ann@example.com, Bob <bob@example.com>"
    assert message["Date"].datetime == PACK.made_at
    assert message["Message-ID"].endswith("@example.com>")
    plain = message.get_body(("plain",))
    assert plain is not None
    text = plain.get_content().replace("\r\n", "\n")
    assert "Revenue: €1,234.50 (+12.5% on last week)\n" in text
    assert "Profit: –\n" in text
    assert "- Ann sold <twice> as much & more.\n" in text
    assert "3 rows are kept out.\n" in text
    assert "weekly-2026-W03.xlsx, weekly-2026-W03.pdf" in text
    assert "Not complete" not in text
    html = message.get_body(("html",))
    assert html is not None
    page = html.get_content()
    assert "Ann sold &lt;twice&gt; as much &amp; more." in page
    assert "<strong>€1,234.50</strong>" in page
    assert [
        (part.get_filename(), part.get_content_type(), part.get_payload(decode=True))
        for part in message.iter_attachments()
    ] == [
        (path.name, kind, path.read_bytes())
        for path, kind in zip(
            files,
            (
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "application/pdf",
                "text/html",
            ),
            strict=True,
        )
    ]


def test_what_is_not_complete_says_so(files: list[Path]) -> None:
    message = compose(replace(PACK, is_complete=False), [], routed())
    for kind in ("plain", "html"):
        body = message.get_body((kind,))
        assert body is not None
        assert "Not complete" in body.get_content()


@pytest.mark.parametrize(
    "title",
    [
        "Report\r\nBcc: eve@example.com",
        "Report\nBcc: eve@example.com\n\nbody",
        "Report\x00\x0b\x0c\x85\u2028Bcc: eve@example.com",
        "\u202eReport " + "é" * 400,
    ],
)
def test_a_title_cannot_write_headers(start: Start, inbox: Inbox, title: str) -> None:
    section = replace(PACK.sections[0], sentences=(f"{title}\n.\nQUIT",))
    on = start()
    send(compose(replace(PACK, title=title, sections=(section,)), [], on), on)
    message = inbox.received()
    assert message["Bcc"] is None
    assert len(message.get_all("Subject", [])) == 1
    assert message["Subject"].startswith("Report") or "Report" in message["Subject"]
    assert "\u202e" not in message["Subject"]
    assert inbox.envelopes[0].rcpt_tos == ["ann@example.com", "bob@example.com"]
    body = message.get_body(("plain",))
    assert body is not None
    assert "QUIT" in body.get_content()
    assert "Bcc" not in [line.partition(":")[0] for line in body.get_content().splitlines()]


def test_starttls_with_a_login(
    start: Start, inbox: Inbox, files: list[Path], encrypts: ssl.SSLContext, trusted: None
) -> None:
    on = start(
        "starttls",
        tls_context=encrypts,
        require_starttls=True,
        auth_required=True,
        authenticator=authenticator,
    )
    on = replace(on, user="ann", password=PASSWORD)
    send(compose(PACK, files, on), on)
    assert len(inbox.envelopes) == 1
    said = refusal(replace(on, password=f"{PASSWORD}2"), files)
    assert "does not accept SMTP_USER and SMTP_PASSWORD" in said
    assert "535" in said
    assert len(inbox.envelopes) == 1


def test_tls_from_the_start(
    start: Start, inbox: Inbox, files: list[Path], encrypts: ssl.SSLContext, trusted: None
) -> None:
    on = start("tls", ssl_context=encrypts)
    send(compose(PACK, files, on), on)
    assert len(inbox.envelopes) == 1


@pytest.mark.parametrize(
    ("security", "option"), [("starttls", "tls_context"), ("tls", "ssl_context")]
)
def test_a_certificate_that_nobody_has_signed_is_refused(
    inbox: Inbox, files: list[Path], encrypts: ssl.SSLContext, security: str, option: str
) -> None:
    with answering(inbox, **{option: encrypts}) as port:
        said = refusal(routed(security=security, host="localhost", port=port), files)
    assert "the certificate of localhost" in said
    assert "not trusted: self-signed certificate" in said
    assert "SSL_CERT_FILE" in said
    assert not inbox.envelopes


def test_a_certificate_of_another_name_is_refused(
    start: Start, inbox: Inbox, files: list[Path], encrypts: ssl.SSLContext, trusted: None
) -> None:
    on = replace(start("starttls", tls_context=encrypts), host="127.0.0.1")
    assert "not trusted: IP address mismatch" in refusal(on, files)
    assert not inbox.envelopes


def test_a_server_that_does_not_encrypt_gets_nothing(
    start: Start, inbox: Inbox, files: list[Path]
) -> None:
    assert "does not encrypt. Set SMTP_SECURITY to tls" in refusal(start("starttls"), files)
    assert not inbox.envelopes


def test_a_server_that_speaks_no_tls(start: Start, files: list[Path]) -> None:
    assert "Does SMTP_SECURITY (tls) fit" in refusal(start("tls"), files)


def test_recipients_that_are_refused(start: Start, inbox: Inbox, files: list[Path]) -> None:
    on = start()
    inbox.refuses = {"bob@example.com"}
    said = refusal(on, files)
    assert "took the mail, but not for bob@example.com (550 no such user here" in said
    assert inbox.envelopes[0].rcpt_tos == ["ann@example.com"]
    inbox.refuses |= {"ann@example.com"}
    said = refusal(on, files)
    assert "takes none for ann@example.com (550" in said
    assert len(inbox.envelopes) == 1


def test_a_message_that_is_refused(start: Start, inbox: Inbox, files: list[Path]) -> None:
    on = start()
    inbox.answer = "552 too much mail data"
    assert "is it too large? (552 too much mail data)" in refusal(on, files)


def test_a_server_that_repeats_the_password(start: Start, inbox: Inbox, files: list[Path]) -> None:
    inbox.answer = f"554 go away {PASSWORD}"
    on = replace(start(), password=PASSWORD)
    said = refusal(on, files)
    assert "go away ..." in said


def test_nobody_listens(files: list[Path]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    said = refusal(routed(host="127.0.0.1", port=port, security="none"), files)
    assert f"nothing listens at 127.0.0.1, port {port}" in said


def test_a_host_that_is_not_there(files: list[Path]) -> None:
    said = refusal(routed(host="mail.invalid", security="none"), files)
    assert "mail.invalid" in said
    assert "SMTP_HOST" in said


def test_a_server_that_says_nothing(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "TIMEOUT_SECONDS", 0.3)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        said = refusal(routed(host="127.0.0.1", port=port, security="none"), files)
    assert "does not answer within 0.3 seconds" in said


def test_a_server_that_hangs_up(files: list[Path]) -> None:
    with socket.socket() as rude:
        rude.bind(("127.0.0.1", 0))
        rude.listen()
        on = routed(host="127.0.0.1", port=rude.getsockname()[1], security="none")

        def hang_up() -> None:
            connection, _ = rude.accept()
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        said = refusal(on, files)
        thread.join()
    assert "Does SMTP_SECURITY (none) fit the port?" in said or "cannot be used" in said


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match=r"gone\.pdf"):
        compose(PACK, [tmp_path / "gone.pdf"], routed())


SET = {"SMTP_HOST": "mail.example.com", "MAIL_FROM": "a@example.com", "MAIL_TO": "b@example.com"}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"SMTP_HOST": ""}, "Mail needs SMTP_HOST:"),
        ({"MAIL_FROM": "", "MAIL_TO": ""}, "Mail needs MAIL_FROM and MAIL_TO:"),
        ({"SMTP_USER": "ann"}, "go together"),
        ({"SMTP_PASSWORD": PASSWORD}, "go together"),
        (
            {"SMTP_USER": "ann", "SMTP_PASSWORD": PASSWORD, "SMTP_SECURITY": "none"},
            "for everybody to read",
        ),
        ({"SMTP_USER": "ann", "SMTP_PASSWORD": "Späße"}, "outside of ASCII"),
        ({"MAIL_FROM": "a@example.com, b@example.com"}, "MAIL_FROM takes one"),
        ({"MAIL_FROM": "ann"}, "MAIL_FROM: write addresses like"),
        ({"MAIL_TO": "b@example.com,,"}, "MAIL_TO: write addresses like"),
        ({"MAIL_TO": "b@example.com\nBcc: eve@example.com"}, "MAIL_TO: write addresses like"),
        ({"MAIL_TO": "b@example.com>"}, "MAIL_TO: write addresses like"),
        ({"SMTP_PORT": "0"}, "SMTP_PORT"),
        ({"SMTP_SECURITY": "ssl"}, "SMTP_SECURITY"),
    ],
)
def test_settings_that_cannot_be_used(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], words: str
) -> None:
    for name, value in (SET | settings).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        route(read_settings())
    assert words in str(refused.value)
    assert "Späße" not in str(refused.value)
    assert PASSWORD not in str(refused.value)


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_ports_follow_from_the_security(
    monkeypatch: pytest.MonkeyPatch, security: str, port: int
) -> None:
    for name, value in (SET | {"SMTP_SECURITY": security}).items():
        monkeypatch.setenv(name, value)
    assert route(read_settings()).port == port


def test_the_password_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (SET | {"SMTP_USER": "ann", "SMTP_PASSWORD": PASSWORD}).items():
        monkeypatch.setenv(name, value)
    settings = read_settings()
    assert PASSWORD not in repr(settings)
    assert PASSWORD not in repr(route(settings))
    assert route(settings).password == PASSWORD


@contextmanager
def answering(inbox: Inbox, **options: Any) -> Iterator[int]:
    """Start a server whose own start is not tried: aiosmtpd would not trust it, either."""
    import asyncio

    ready = threading.Event()
    found: dict[str, Any] = {}
    secure = options.pop("ssl_context", None)

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        found["stop"] = asyncio.Event()
        found["loop"] = loop
        server = await loop.create_server(
            lambda: Server(inbox, loop=loop, **options), "127.0.0.1", 0, ssl=secure
        )
        found["port"] = server.sockets[0].getsockname()[1]
        ready.set()
        await found["stop"].wait()
        server.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    ready.wait()
    yield found["port"]
    found["loop"].call_soon_threadsafe(found["stop"].set)
    thread.join()
