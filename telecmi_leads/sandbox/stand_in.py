"""The sandbox as Python code and tests use it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from telecmi_leads.sandbox.faults import Fault, parse_fault
from telecmi_leads.sandbox.server import Server
from telecmi_leads.sandbox.service import UPLOAD_PATH, Service

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from telecmi_leads.sandbox.service import Received


class Form(StrEnum):
    """How business errors arrive: as HTTP status, or with HTTP 200 and the code in the body."""

    HTTP = "http"
    BODY = "body"


class Sandbox:
    """A stand-in for the service on 127.0.0.1; a context manager that runs while it is entered.

    `port` 0 takes a free one; `latency` is in seconds and delays each request; `form` says how business errors
    arrive; `accounts` fixes the App ids and their secrets; `faults` may be texts. `on_request` is called, from
    the server's threads, with each request when it is over. Whether the service tells names apart by case, blanks
    or Unicode form, and how long a name may be, is not documented: `same_name` returns what of a name is compared.
    Raises UsageError on entering where the port can't be had, ValueError for a fault that can't be read.
    """

    def __init__(  # noqa: PLR0913 - keywords only, each with a default
        self,
        *,
        port: int = 0,
        latency: float = 0.0,
        form: Form | str = Form.HTTP,
        faults: Sequence[Fault | str] = (),
        accounts: Mapping[int, str] | None = None,
        on_request: Callable[[Received], None] | None = None,
        same_name: Callable[[str], str] = str,
    ) -> None:
        self._port = port
        self._service = Service(
            latency=latency,
            in_body=Form(form) is Form.BODY,
            accounts=accounts,
            on_request=on_request,
            same_name=same_name,
        )
        for fault in faults:
            self.order(fault)
        self._server: Server | None = None

    def __enter__(self) -> Self:
        self._server = Server(self._port, self._service)
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        server = self._running()
        self._server = None
        server.stop()
        if server.crash is not None and error is None:
            raise server.crash

    def _running(self) -> Server:
        if self._server is None:
            raise RuntimeError("the sandbox runs only inside its with block")
        return self._server

    @property
    def url(self) -> str:
        """The base URL to send to, such as `http://127.0.0.1:40123/TOKEN`: the token lets a request in."""
        server = self._running()
        return f"http://127.0.0.1:{server.port}/{server.token}"

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._running().port

    def campaigns(self, app_id: int | None = None) -> dict[str, list[dict[str, Any]]]:
        """Return name → leads as received, of one account or of all; also after the sandbox has ended."""
        return self._service.campaigns.listed(app_id)

    def requests(self, path: str | None = UPLOAD_PATH) -> tuple[Received, ...]:
        """Return the requests in the order of their coming: uploads, or those to `path`, or all for None."""
        return self._service.log.listed(path)

    def order(self, fault: Fault | str) -> None:
        """Order a fault, as a value or as text."""
        self._service.faults.order(parse_fault(fault) if isinstance(fault, str) else fault)
