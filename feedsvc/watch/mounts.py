"""Which file systems tell of every change below a directory; pure, from the text of ``/proc/self/mountinfo``."""

from __future__ import annotations

import re

# What other machines change on these, the kernel of this one does not know (inotify(7), "Limitations and caveats").
_SILENT = re.compile(
    r"9p|acfs|afs|autofs|beegfs|ceph|cifs|coda|drvfs|fuse|gfs2?|glusterfs|gpfs|lustre|ncpfs|nfs4?|ocfs2|orangefs|"
    r"prl_fs|pvfs2|smb3|smbfs|vboxsf|virtiofs|vmhgfs|fuse\..*"
)
# Of those in user space these are on disks of this machine, and only it changes them.
_LOCAL = frozenset(("fuse.fuse-overlayfs", "fuse.ntfs-3g", "fuse.exfat", "fuse.ext4"))
_ESCAPE = re.compile(r"\\([0-7]{3})")


def find_silent(mountinfo: str, directory: str) -> tuple[str, str] | None:
    """Return the mount point and the type of a file system that does not tell of every change below ``directory``.

    That is the one it is on, or one that is mounted below it; None where all do tell. ``directory`` is absolute and
    without links; ``mountinfo`` is as proc_pid_mountinfo(5) has it. Lines that are not of that form are passed over.
    """
    mounts = _read(mountinfo)
    above = [point for point in mounts if _is_beneath(directory, point)]
    below = [point for point in mounts if _is_beneath(point, directory) and point != directory]
    for point in (*sorted(above, key=len)[-1:], *sorted(below)):
        kind = mounts[point]
        if _SILENT.fullmatch(kind) and kind not in _LOCAL:
            return point, kind
    return None


def _read(mountinfo: str) -> dict[str, str]:
    """Return the type by mount point; of several at one point the last is the one that is seen."""
    mounts = {}
    for line in mountinfo.splitlines():
        before, dash, after = line.partition(" - ")
        fields = before.split(" ")
        if dash and len(fields) > 4:
            point = _ESCAPE.sub(lambda match: chr(int(match[1], 8)), fields[4])
            mounts[point] = after.split(" ")[0]
    return mounts


def _is_beneath(path: str, above: str) -> bool:
    return path == above or path.startswith(above.rstrip("/") + "/")
