"""What core-admin's own code makes of a qubes.xml: its loader, its create_config_file() and its Admin API on a socket.

Usage: judge.py CHECKOUT, with a job in JSON on standard input, in one line:
{"stores": [paths of qubes.xml], "kernels": folder, "sysfs": folder, "memory": MiB, "templates": folder or null}.
Prints, in one line, {path: {name of a VM: {"xml": text} or {"error": text}, each with "properties" and "values"}}; then
answers at each PATH.sock until standard input ends. A store that core-admin does not load is {"refused": text}.
"""

import asyncio
import json
import logging
import os
import sys
import tempfile
import types
from pathlib import Path

# The extensions that the XML or the answers of the API depend on; the others need parts of Qubes that are not here.
EXTENSIONS = ("qubes.ext.block", "qubes.ext.pci")

VALUES = (
    "kernel_path",
    "initramfs_path",
    "kernelopts_common",
    "bootmode_kernelopts",
    "use_memory_hotplug",
    "netmask",
)


def main():
    checkout = Path(sys.argv[1]).resolve()
    job = json.loads(sys.stdin.readline())
    os.environ["JUDGE_SYSFS"] = job["sysfs"]
    os.environ["JUDGE_MEMORY"] = str(job["memory"])
    sys.path[:0] = [str(checkout), str(Path(__file__).parent / "stand-ins")]
    with tempfile.TemporaryDirectory() as folder:
        make_entry_points(checkout, Path(folder))
        sys.path.insert(0, folder)
        asyncio.run(judge(job, checkout))


def make_entry_points(checkout, folder):
    """Says what setup.py says would be installed: core-admin finds its own classes that way."""
    found = {}
    setuptools = types.ModuleType("setuptools")
    setuptools.setup = lambda **arguments: found.update(arguments["entry_points"])
    setuptools.find_packages = lambda **arguments: []
    setuptools.command = types.ModuleType("setuptools.command")
    setuptools.command.install = types.ModuleType("setuptools.command.install")
    setuptools.command.install.install = object
    for module in (setuptools, setuptools.command, setuptools.command.install):
        sys.modules[module.__name__] = module
    before = os.getcwd()
    os.chdir(checkout)
    try:
        exec(compile(Path("setup.py").read_text(), "setup.py", "exec"), {"__name__": "__main__"})
    finally:
        os.chdir(before)
    lines = []
    for group, points in found.items():
        lines.append("[%s]" % group)
        lines += [point for point in points if group != "qubes.ext" or point.split(" ")[0] in EXTENSIONS]
    info = folder / "judged-0.dist-info"
    info.mkdir()
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: judged\nVersion: 0\n")


def prepare(job):
    """Points core-admin at the made-up host."""
    import qubes.config
    import qubes.ext.block
    import qubes.storage.lvm
    import qubes.utils

    base = os.path.dirname(job["kernels"])
    qubes.config.qubes_base_dir = base
    qubes.config.system_path["qubes_kernels_base_dir"] = os.path.basename(job["kernels"])
    qubes.utils.SYSFS_BASE = job["sysfs"]
    # No volume group is asked.
    for name in ("refresh_cache", "init_cache"):
        if hasattr(qubes.storage.lvm, name):
            setattr(qubes.storage.lvm, name, lambda *arguments, **options: {})
    qubes.storage.lvm.size_cache = {}
    present_block_devices()


def present_block_devices():
    """Every block device that is assigned is there."""
    import qubes.devices
    import qubes.ext.block

    asked = qubes.devices.DeviceCollection.__getitem__

    def found(self, ident):
        if self._bus != "block":
            return asked(self, ident)
        try:
            from qubes.device_protocol import Port
        except ImportError:
            return qubes.ext.block.BlockDevice(self._vm, ident)

        class Present(qubes.ext.block.BlockDevice):
            device_id = "*"
            interfaces = []

        return Present(Port(self._vm, ident, "block"))

    qubes.devices.DeviceCollection.__getitem__ = found


async def judge(job, checkout):
    import jinja2

    import qubes.api
    import qubes.api.admin
    import qubes.app

    logging.disable(logging.CRITICAL)
    prepare(job)
    answers = {}
    apps = []
    for store in job["stores"]:
        try:
            app = qubes.app.Qubes(store, offline_mode=False)
        except Exception as error:  # what it refuses is an answer
            answers[store] = {"refused": "%s: %s" % (type(error).__name__, error)}
            continue
        app.env.loader = jinja2.FileSystemLoader(job.get("templates") or str(checkout / "templates"))
        apps.append((store, app))
        answers[store] = {vm.name: about(vm) for vm in app.domains if vm.klass != "AdminVM"}
    loop = asyncio.get_running_loop()
    for store, app in apps:
        await loop.create_unix_server(
            lambda app=app: qubes.api.QubesDaemonProtocol(qubes.api.admin.QubesAdminAPI, app=app),
            store + ".sock",
        )
    print(json.dumps(answers), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def about(vm):
    found = {"properties": properties(vm), "values": {name: value(vm, name) for name in VALUES}}
    try:
        found["xml"] = vm.create_config_file()
    except Exception as error:  # as above
        found["error"] = "%s: %s" % (type(error).__name__, error)
    return found


def value(vm, name):
    try:
        return getattr(vm, name)
    except Exception as error:
        return "%s: %s" % (type(error).__name__, error)


def properties(vm):
    """As admin.vm.property.GetAll has them: a text for each, with its type."""
    import qubes.api.admin

    found = {}
    for prop in vm.property_list():
        try:
            text = qubes.api.admin.QubesAdminAPI._serialize_property(vm, prop)
        except Exception as error:
            text = "failed %s: %s" % (type(error).__name__, error)
        found[str(prop)] = text
    return found


if __name__ == "__main__":
    main()
