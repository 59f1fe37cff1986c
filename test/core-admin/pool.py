"""Core-admin's own file pool at work: VMs of its classes, their volumes, and what it does to them.

Usage: pool.py CHECKOUT, with one call in JSON a line on standard input, {"do": name, ...}: the functions of Household below,
with their parameters. Answers each in one line: {"done": what it gives} or {"error": text}.
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


def main():
    checkout = Path(sys.argv[1]).resolve()
    os.environ["JUDGE_MEMORY"] = "16000"
    sys.path[:0] = [str(checkout), str(Path(__file__).parent / "stand-ins")]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["JUDGE_SYSFS"] = folder
        make_entry_points(checkout, Path(folder))
        sys.path.insert(0, folder)
        logging.disable(logging.CRITICAL)
        asyncio.run(answer_all(make_app()))


def make_app():
    """An installation whose pool is of the driver "file"; its volumes are small, for every byte is compared."""
    import qubes.config

    qubes.config.defaults["root_img_size"] = 8 * MEBIBYTE
    qubes.config.defaults["private_img_size"] = 4 * MEBIBYTE
    qubes.config.defaults["pool_configs"]["varlibqubes"]["driver"] = "file"
    kernel = Path(qubes.config.qubes_base_dir, "vm-kernels/lab")
    kernel.mkdir(parents=True, exist_ok=True)
    for name in ("vmlinuz", "initramfs", "modules.img"):
        (kernel / name).touch()

    import qubes.app

    app = qubes.app.Qubes("/run/qubes/qubes.xml", load=False, offline_mode=True)
    app.load_initial_values()
    app.default_pool = "varlibqubes"
    app.default_kernel = "lab"
    app.pools["varlibqubes"].setup()
    return app


async def answer_all(app):
    household = Household(app)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        call = json.loads(line)
        try:
            answer = {"done": await getattr(household, call.pop("do"))(**call)}
        except Exception as error:  # what it refuses is an answer
            answer = {"error": "%s: %s" % (type(error).__name__, error)}
        print(json.dumps(answer), flush=True)


class Household:
    def __init__(self, app):
        self.app = app

    async def add(self, vm, klass, template=None, create=True):
        options = {} if template is None else {"template": self.app.domains[template]}
        if klass == "AppVM":
            options["template_for_dispvms"] = True
        made = self.app.add_new_vm(klass, name=vm, label="red", **options)
        if create:
            await made.storage.create()

    async def start(self, vm):
        await self.app.domains[vm].storage.start()

    async def stop(self, vm):
        await self.app.domains[vm].storage.stop()

    async def remove(self, vm):
        removed = self.app.domains[vm]
        await removed.storage.remove()
        del self.app.domains[vm]

    async def volumes(self, vm):
        """What it takes each volume for at this moment; a device only where its files are there."""
        return {name: about(volume) for name, volume in self.app.domains[vm].volumes.items() if name != "kernel"}

    async def import_volume(self, vm, volume, source):
        """What a clone is made of: each volume that is kept is imported from that of the other VM."""
        await self.app.domains[vm].volumes[volume].import_volume(self.app.domains[source].volumes[volume])

    async def import_data(self, vm, volume, size):
        return self.app.domains[vm].volumes[volume].import_data(size)

    async def import_data_end(self, vm, volume, success):
        self.app.domains[vm].volumes[volume].import_data_end(success)

    async def commit(self, vm, volume):
        self.app.domains[vm].volumes[volume].commit()

    async def resize(self, vm, volume, size):
        self.app.domains[vm].volumes[volume].resize(size)

    async def revert(self, vm, volume):
        await self.app.domains[vm].volumes[volume].revert()

    async def keep(self, vm, volume, revisions):
        self.app.domains[vm].volumes[volume].revisions_to_keep = revisions


def about(volume):
    try:
        device = volume.block_device().path
    except FileNotFoundError:
        device = None
    return {
        "device": device,
        "image": volume.path,
        "cow": volume.path_cow,
        "size": volume.size,
        "dirty": volume.is_dirty(),
        "revisions": sorted(volume.revisions),
    }


if __name__ == "__main__":
    main()
