"""A real nginx with `docs/nginx.conf`, its ports, certificate and servers in the places of those
that stand there."""

import os
import re
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.playground import free_port
from tests.support.processes import TOP, Process, environment
from tests.support.tls import certificate
from tests.support.waiting import eventually
from tools import nginx as tool

# What the system's own nginx.conf says around it, in a folder of the test's.
_AROUND = """
daemon off;
{user}
worker_processes 2;
pid {folder}/nginx.pid;
error_log stderr info;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/playground.conf;
}}
"""


class Nginx:
    """A running one in front of the servers at these two or three ports; `pem` has its
    certificate."""

    def __init__(self, folder: Path, path: str, ports: Sequence[int]) -> None:
        self.pem = certificate(folder)
        self.port, self.plain_port = free_port(), free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        told = {
            **{str(8501 + n): str(port) for n, port in enumerate(ports)},
            "listen 80": f"listen 127.0.0.1:{self.plain_port}",
            "listen 443": f"listen 127.0.0.1:{self.port}",
            "/etc/ssl/playground.pem": str(self.pem),
            "/etc/ssl/playground.key": str(self.pem),
            "playground.example": "127.0.0.1",
        }
        (folder / "playground.conf").write_text(_with(told, three=len(ports) == 3))
        # Its workers would be nobody, who may not look into this folder.
        user = "user root root;" if os.geteuid() == 0 else ""
        whole = folder / "nginx.conf"
        whole.write_text(_AROUND.format(folder=folder, user=user))
        self.process = Process(
            [path, "-e", "stderr", "-p", str(folder), "-c", str(whole)],
            log=folder / "nginx.log",
            cwd=folder,
            env=environment(),
        )
        try:
            eventually(self._answers, timeout=10)
        except BaseException:
            self.process.kill()
            raise

    def client(self) -> httpx.Client:
        """A browser without memory but for its cookies."""
        return httpx.Client(base_url=self.url, verify=self.trust, timeout=20, trust_env=False)

    @property
    def trust(self) -> ssl.SSLContext:
        """Believes its certificate, and no other."""
        return ssl.create_default_context(cafile=str(self.pem))

    def _answers(self) -> bool:
        if not self.process.running:
            raise RuntimeError(f"nginx ended at its start:\n{self.process.output}")
        try:
            httpx.get(f"http://127.0.0.1:{self.plain_port}", trust_env=False)
        except httpx.TransportError:
            return False
        return True


@contextmanager
def fronted(folder: Path, ports: Sequence[int]) -> Iterator[Nginx]:
    """nginx in front of the servers at these two or three ports. Fails when none can be found."""
    path = tool.find()
    if path is None:
        pytest.fail(f"No nginx: install one, or name one in {tool.SETTING}.", pytrace=False)
    folder.mkdir()
    running = Nginx(folder, path, ports)
    try:
        yield running
    finally:
        running.process.kill()


_THIRD = """
upstream playground_3 {
    zone playground_3 64k;
    server 127.0.0.1:8503 max_fails=0;
    server 127.0.0.1:8501 backup;
    server 127.0.0.1:8502 backup;
}
"""


def _with_a_third(text: str) -> str:
    """As operations.md says that one is added."""
    more = (
        (r"    server 127.0.0.1:8502 max_fails=1 .*\n", "    server 127.0.0.1:8503 max_fails=1;\n"),
        (r"    server 127.0.0.1:850. backup;\n", "    server 127.0.0.1:8503 backup;\n"),
        (r"upstream playground_2 {[^}]*}\n", _THIRD),
        (r"    2       playground_2;\n", "    3       playground_3;\n"),
        (r'    "~:8502\$" 2;\n', '    "~:8503$" 3;\n'),
    )
    for before, line in more:
        text, count = re.subn(before, lambda found, line=line: found[0] + line, text)
        assert count, f"docs/nginx.conf has no {before}"
    return text.replace("proxy_next_upstream_tries 2;", "proxy_next_upstream_tries 3;")


def _with(told: Mapping[str, str], *, three: bool) -> str:
    """The file, with a third server or without, and with each of these words changed. Fails when
    one does not stand in it."""
    text = (TOP / "docs" / "nginx.conf").read_text()
    if three:
        text = _with_a_third(text)
    missing = [word for word in told if word not in text]
    assert not missing, f"docs/nginx.conf has no {missing}"
    return re.sub("|".join(map(re.escape, told)), lambda found: told[found[0]], text)
