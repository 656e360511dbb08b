"""The labs of a server as one WSGI application, and a server for it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.utils import redirect

from simlab.errors import LabError
from simlab.lab import Lab
from simlab.labs import offered
from simlab.ui.shell import create

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def application(labs: Sequence[Lab]) -> Application:
    """One lab at the root; several each at an address of its own, as an application of its own
    that knows of no other records and jobs than its lab's. The root then leads to the first.
    LabErrors of `simlab.labs.offered`."""
    several = offered(labs)
    if len(several) == 1:
        served: Application = create(several[0].lab).server
        return served
    beside = [(each.title, f"/{each.slug}/") for each in several]
    mounts = {f"/{each.slug}": create(each.lab, prefix=f"/{each.slug}/", beside=beside).server
              for each in several}
    mounted: Application = DispatcherMiddleware(redirect(beside[0][1]), mounts)
    return mounted


def run(labs: Sequence[Lab], host: str, port: int, announce: Callable[[str], None]) -> None:
    """Serve the pages of `labs` until interrupted; `announce` is told the address.

    Raises LabError ``cannot_listen`` where the address is taken or not this machine's.
    """
    try:
        listening = socket.create_server((host, port))
    except OSError as error:
        raise LabError("cannot_listen", host=host, port=port, why=error.strerror or error) from None
    with listening, suppress(KeyboardInterrupt):
        server = make_server(host, port, application(labs), threaded=True,
                             request_handler=_Quiet, fd=listening.fileno())
        announce(f"http://{host}:{listening.getsockname()[1]}/")
        server.serve_forever()


class _Quiet(WSGIRequestHandler):
    """Says nothing of each request; errors still show."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass
