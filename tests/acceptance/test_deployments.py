"""The image, compose's services and the manifest for Kubernetes, as written: their commands, probes and ends."""

import signal
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import psycopg
import pytest
from ruamel.yaml import YAML

from supply import image
from supply.packages import ROOT

OBJECTS = {one["kind"]: one for one in YAML(typ="safe").load_all(ROOT / "examples" / "kubernetes.yaml")}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The image's folder; its packages are those of the tests, which need no index."""
    folder = tmp_path_factory.mktemp("image")
    environment = folder / "environment"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    (packages,) = (environment / "lib").glob("python*/site-packages")
    (packages / "tests.pth").write_text(f"{sysconfig.get_path('platlib')}\n", encoding="utf-8")
    return image.carry_out(folder, sys.executable, without=image.LOCKED)


def surroundings(app: Path, url: str) -> dict[str, str]:
    """The variables that a container has; the address takes the place of compose's."""
    return image.surroundings(app.parent / "environment") | {"DATABASE_URL": url}


@contextmanager
def started(app: Path, url: str, arguments: list[str]) -> Iterator[tuple[subprocess.Popen[str], int, int]]:
    """The service by its own command, on free ports: that of the pages, and that of the probes."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        admin: int = free.getsockname()[1]
    arguments = [str(admin) if one == "8001" else one for one in arguments]
    process = subprocess.Popen(
        [*arguments, "--port", "0"], cwd=app, env=surroundings(app, url), stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    try:
        said = [process.stderr.readline()]
        while "startup complete" not in said[-1]:
            said.append(process.stderr.readline())
            assert said[-1], said
        yield process, int(said[0].rsplit(":", 1)[1]), admin
    finally:
        process.kill()
        process.communicate()


def status(port: int, path: str) -> int:
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


def ends_within(process: subprocess.Popen[str], seconds: float) -> float:
    """How long it takes to end by SIGTERM, while a client stays connected."""
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=seconds) in (0, -signal.SIGTERM)
    return time.monotonic() - began


def test_the_image_has_what_was_copied_and_a_command(app: Path) -> None:
    where = "import wikishelf; print(wikishelf.__file__)"
    variables = image.surroundings(app.parent / "environment")
    found = subprocess.run(["python", "-c", where], cwd="/", env=variables, capture_output=True, text=True, check=True)
    assert found.stdout.startswith(str(app.parent / "environment"))
    assert (
        subprocess.run(["wikishelf", "--help"], cwd="/", env=variables, capture_output=True, check=False).returncode
        == 0
    )


def test_compose_s_service_is_healthy_until_it_is_stopped(app: Path, sample_url: str) -> None:
    service = image.services()["service"]
    probe = service["healthcheck"]["test"][1:]
    with started(app, sample_url, service["command"].split()) as (process, port, admin):
        check = [part.replace("8001", str(admin)) for part in probe]
        variables = surroundings(app, sample_url)
        assert subprocess.run(check, env=variables, check=False).returncode == 0
        assert status(port, "/articles/Dracula/similar") == 200
        with socket.create_connection(("127.0.0.1", port)):
            ends_within(process, int(service["stop_grace_period"].removesuffix("s")))
        failed = subprocess.run(check, env=variables, capture_output=True, check=False)
        assert failed.returncode != 0


def test_compose_s_upgrade_makes_a_shelf(app: Path, url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("drop schema wikishelf cascade")
    upgrade = image.services()["upgrade"]["command"].split()
    done = subprocess.run(upgrade, cwd=app, env=surroundings(app, url), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with psycopg.connect(url) as connection:
        assert connection.execute("select count(*) from wikishelf.articles").fetchone() == (0,)


def container(kind: str) -> dict[str, Any]:
    (found,) = OBJECTS[kind]["spec"]["template"]["spec"]["containers"]
    return dict(found)


def test_kubernetes_probes_are_answered_and_a_pod_ends_in_time(app: Path, sample_url: str) -> None:
    service = container("Deployment")
    pod = OBJECTS["Deployment"]["spec"]["template"]["spec"]
    ports = {port["name"]: port["containerPort"] for port in service["ports"]}
    assert ports == {"http": 8000, "admin": int(service["command"][-1])}
    left = pod["terminationGracePeriodSeconds"] - service["lifecycle"]["preStop"]["sleep"]["seconds"]
    with started(app, sample_url, service["command"]) as (process, port, admin):
        for name in ("startupProbe", "livenessProbe", "readinessProbe"):
            probe = service[name]["httpGet"]
            assert (probe["port"], status(admin, probe["path"])) == ("admin", 200)
            assert status(port, probe["path"]) == 404  # not for strangers
        assert status(port, "/articles/Dracula/similar") == 200
        with socket.create_connection(("127.0.0.1", port)):
            assert ends_within(process, left) < left


def test_a_pod_without_a_model_lives_and_is_not_ready(app: Path, url: str) -> None:
    """Nothing restarts it, and nothing sends it questions."""
    with started(app, url, container("Deployment")["command"]) as (_, _, admin):
        assert [status(admin, path) for path in ("/healthz", "/readyz")] == [200, 503]  # no model is active


def test_kubernetes_job_upgrades(app: Path, url: str) -> None:
    job = container("Job")
    done = subprocess.run(
        job["command"], cwd=app, env=surroundings(app, url), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_no_pod_has_more_rights_than_it_needs() -> None:
    for kind in ("Job", "Deployment"):
        pod = OBJECTS[kind]["spec"]["template"]["spec"]
        assert pod["automountServiceAccountToken"] is False
        assert (pod["securityContext"]["runAsNonRoot"], pod["securityContext"]["runAsUser"]) == (True, 65534)
        rights = container(kind)["securityContext"]
        assert rights == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        secret = container(kind)["env"][0]["valueFrom"]["secretKeyRef"]
        assert secret == {"name": "wikishelf", "key": "owner" if kind == "Job" else "service"}


READ_ONLY = ("unshare", "--mount", "sh", "-c", 'mount -o remount,bind,ro / && exec "$@"', "sh")


def test_it_answers_with_a_read_only_file_system(app: Path, sample_url: str) -> None:
    if subprocess.run([*READ_ONLY, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("only root can make its file system read-only")
    with started(app, sample_url, [*READ_ONLY, *container("Deployment")["command"]]) as (_, port, _):
        for path in ("/articles/Dracula/similar", "/article/Dracula", "/map.png"):
            assert status(port, path) == 200, path
    upgrade = [*READ_ONLY, *container("Job")["command"]]
    done = subprocess.run(
        upgrade, cwd=app, env=surroundings(app, sample_url), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
