"""Runs the steps of a Dockerfile without Docker: as a shell script in namespaces of its own, with overlays as layers.

The base image is replaced by a folder, such as `/`, with this Python in /usr/local. This shows that the steps work and
that their result runs as the image's user; not that an image is built, nor how large the real base is.
"""

import importlib.util
import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from support.dockerfile import Instruction, Stage, stages

_PATH: Final = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
_PASSED: Final = (
    "PIP_",
    "SSL_CERT_",
    "REQUESTS_CA_BUNDLE",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http",
    "no_proxy",
)
"""Variables of this machine with which its pip finds the index; a build needs them too, the image does not."""


def python_layer(folder: Path) -> Path:
    """Return a folder with this Python in `usr/local`, with pip and without other packages."""
    local, version = folder / "usr" / "local", f"python3.{sys.version_info.minor}"
    (local / "bin").mkdir(parents=True)
    source = Path(sys.base_prefix)
    shutil.copy(source / "bin" / version, local / "bin" / version)
    for name in ("python", "python3"):
        (local / "bin" / name).symlink_to(version)
    left_out = shutil.ignore_patterns("test", "tests", "__pycache__", "idlelib", "site-packages", "config-*")
    shutil.copytree(source / "lib" / version, local / "lib" / version, ignore=left_out)
    packages = local / "lib" / version / "site-packages"
    pip = importlib.util.find_spec("pip")  # of this environment: a system's Python may have none
    assert pip
    assert pip.origin
    shutil.copytree(Path(pip.origin).parent, packages / "pip")
    for library in (source / "lib").glob("libpython*.so*"):
        shutil.copy(library, local / "lib" / library.name)
    return folder


def build_script(dockerfile: Path, base: Path, python: Path, work: Path) -> str:
    """Return a script that runs the steps. Its last stage is then mounted read-only at `final`.

    Its output goes to stderr.

    Args:
        dockerfile: in the folder that COPY copies from.
        base: the folder that takes the place of the base image; it is not written to.
        python: what is copied over it, by `python_layer`.
        work: an empty folder.
    """
    found = stages(dockerfile)
    place = shlex.quote(str(work))
    lines = ["set -eu", "umask 022", "exec 3>&1 >&2", f"mount -t tmpfs -o mode=0755 layers {place}", f"cd {place}"]
    for number, stage in enumerate(found):
        root = _root(stage, number)
        lines += [
            f"mkdir -p {root} work{number} && cp -a {shlex.quote(str(python))} layer{number}",
            f"mount -t overlay -o lowerdir={base},upperdir=layer{number},workdir=work{number} overlay {root}",
            f"mount -t proc proc {root}/proc && mount --rbind /dev {root}/dev",
            f"chroot {root} /sbin/ldconfig",
            *_steps(stage, root, dockerfile.parent),
            f"umount -R {root}/proc {root}/dev",
        ]
    root = _root(found[-1], len(found) - 1)
    lines += [f"mkdir final && mount --rbind {root} final && mount -o remount,ro,bind final", "exec >&3 3>&-"]
    return "\n".join(lines) + "\n"


def run_script(dockerfile: Path, **settings: str) -> str:
    """Return what follows: the container, with a read-only root, no rights and a volume that its user may write to.

    Args:
        dockerfile: that of the build.
        settings: variables that replace those of the image.
    """
    stage = stages(dockerfile)[-1]
    uid, _, gid = stage.last("USER").words[0].partition(":")
    [volume] = stage.last("VOLUME").words
    command = in_container(dockerfile, *stage.last("ENTRYPOINT").words, *stage.last("CMD").words, **settings)
    lines = [
        # Docker fills a new volume with what the image has there, which here is the folder's owner and mode.
        f"mount -t tmpfs -o uid={uid},gid={gid},mode=$(stat -c %a final{volume}) volume final{volume}",
        "mount -t proc proc final/proc && mount --rbind /dev final/dev",
        f"exec chroot final {shlex.join(command)}",
    ]
    return "\n".join(lines) + "\n"


def in_container(dockerfile: Path, *command: str, **settings: str) -> list[str]:
    """Return the words that run a command in the root of a container, as its user and with its variables."""
    stage = stages(dockerfile)[-1]
    uid, _, gid = stage.last("USER").words[0].partition(":")
    rights = f"--reuid {uid} --regid {gid} --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all"
    variables = [f"{name}={value}" for name, value in {**stage.env, **settings}.items()]
    [folder] = stage.last("WORKDIR").words
    return ["env", "-i", *variables, "sh", "-c", f'cd {folder} && exec setpriv {rights} "$@"', "sh", *command]


def _root(stage: Stage, number: int) -> str:
    return stage.name or f"stage{number}"


def _steps(stage: Stage, root: str, context: Path) -> Iterator[str]:
    folder, env = "/", {"PATH": _PATH, "HOME": "/root"}
    passed = {name: value for name, value in os.environ.items() if name.startswith(_PASSED)}
    for each in stage.instructions:
        match each.name:
            case "ENV":
                env |= each.pairs
            case "WORKDIR":
                [folder] = each.words
                yield f"mkdir -p {root}{folder}"
            case "COPY":
                yield from _copied(each, root, folder, context)
            case "RUN":
                variables = " ".join(shlex.quote(f"{name}={value}") for name, value in (passed | env).items())
                step = f"cd {folder} && {each.text}"
                yield f"chroot {root} env -i {variables} /bin/sh -euc {shlex.quote(step)}"


def _copied(copy: Instruction, root: str, folder: str, context: Path) -> Iterator[str]:
    *sources, target = copy.words
    top = Path(copy.flags.get("from", str(context)))
    goal = f"{root}{target}" if target.startswith("/") else f"{root}{folder}/{target}"
    for source in sources:
        # Of a folder, COPY copies the contents.
        name = top / source.lstrip("/")
        into = goal if "from" in copy.flags or name.is_dir() else f"{goal}/"
        yield f"mkdir -p {into} && cp -a --no-preserve=ownership {name}{'/.' if into == goal else ''} {into}"
