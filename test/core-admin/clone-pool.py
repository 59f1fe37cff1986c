"""Core-admin's own file-reflink pool at work, on one folder: a template's volume, and one of a VM that is a clone of it.

Usage: clone-pool.py CHECKOUT FOLDER, with one call in JSON a line on standard input: {"do": name, "of": "template" or "vm", ...}.
Answers each in one line: {"done": what it gives} or {"error": text}.
"""

import asyncio
import json
import logging
import os
import sys
import tempfile
from pathlib import Path

from judge import make_entry_points

MEBIBYTE = 1 << 20
REVISIONS = 2


def main():
    checkout, folder = (Path(argument).resolve() for argument in sys.argv[1:3])
    os.environ["JUDGE_MEMORY"] = "16000"
    sys.path[:0] = [str(checkout), str(Path(__file__).parent / "stand-ins")]
    with tempfile.TemporaryDirectory() as entries:
        os.environ["JUDGE_SYSFS"] = entries
        make_entry_points(checkout, Path(entries))
        sys.path.insert(0, entries)
        logging.disable(logging.CRITICAL)
        asyncio.run(answer_all(make_volumes(str(folder))))


def make_volumes(folder):
    from qubes.storage.reflink import ReflinkPool, ReflinkVolume

    pool = ReflinkPool(name="clones", revisions_to_keep=REVISIONS, dir_path=folder)

    def volume(vid, **options):
        return ReflinkVolume(
            name="root", pool=pool, vid=vid, size=4 * MEBIBYTE, rw=True, revisions_to_keep=REVISIONS, **options
        )

    template = volume("t/root", save_on_stop=True)
    return {"template": template, "vm": volume("vm/root", snap_on_start=True, source=template)}


async def answer_all(volumes):
    for line in sys.stdin:
        call = json.loads(line)
        try:
            answer = {"done": await ask(volumes[call["of"]], call)}
        except Exception as error:  # what it refuses is an answer
            answer = {"error": "%s: %s" % (type(error).__name__, error)}
        print(json.dumps(answer), flush=True)


async def ask(volume, call):
    if call["do"] == "look":
        return {"outdated": volume.is_outdated(), "dirty": volume.is_dirty(), "revisions": list(volume.revisions)}
    if call["do"] == "revert":
        await volume.revert(call["revision"])
    else:
        await getattr(volume, call["do"])()
    return None


main()
