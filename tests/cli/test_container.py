"""A container is recognised by what its engine leaves in it."""

from pathlib import Path

import pytest

from fakefax.cli.environment import in_container


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".dockerenv", ""),
        ("run/.containerenv", "engine=podman"),
        ("proc/1/cgroup", "12:pids:/docker/3f2a\n0::/system.slice/containerd.service\n"),
        ("proc/1/cgroup", "11:memory:/kubepods/besteffort/pod1\n"),
    ],
)
def test_each_engine_is_recognised(tmp_path: Path, path: str, text: str):
    """Docker, Podman and Kubernetes leave a file or a control group of their name."""
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text(text)
    assert in_container(tmp_path)


def test_a_plain_machine_is_not_a_container(tmp_path: Path):
    """Without such a mark, or without /proc at all, it is not a container."""
    assert not in_container(tmp_path)
    (tmp_path / "proc/1").mkdir(parents=True)
    (tmp_path / "proc/1/cgroup").write_text("0::/init.scope\n")
    assert not in_container(tmp_path)
