"""Stands in for libvirt's module where core-admin is the judge: a Xen host on which no domain is defined.

The PCI devices are those of the folder in JUDGE_SYSFS, the memory that of JUDGE_MEMORY (MiB).
"""

import os

_NUMBERS = {}


class libvirtError(Exception):
    def __init__(self, message, code):
        super().__init__(message)
        self._code = code

    def get_error_code(self):
        return self._code

    def get_error_domain(self):
        return 0

    def get_str2(self):
        return ""


class virDomain:
    """Dom0's."""

    def ID(self):
        return 0

    def XMLDesc(self, flags=0):
        return "<domain><devices/></domain>"

    def isActive(self):
        return True


class NodeDevice:
    def __init__(self, name, xml):
        self._name = name
        self._xml = xml

    def name(self):
        return self._name

    def XMLDesc(self, flags=0):
        return self._xml

    def listCaps(self):
        return ["pci"]


class virConnect:
    def isAlive(self):
        return True

    def getType(self):
        return "Xen"

    def getURI(self):
        return "xen:///system"

    def getInfo(self):
        return ["x86_64", int(os.environ["JUDGE_MEMORY"]), 4, 2000, 1, 1, 4, 1]

    def lookupByUUID(self, uuid):
        raise libvirtError("no such domain", _number("VIR_ERR_NO_DOMAIN"))

    lookupByName = lookupByUUID

    def lookupByID(self, number):
        return virDomain()

    def listAllDevices(self, flags=0):
        return list(_node_devices().values())

    def nodeDeviceLookupByName(self, name):
        found = _node_devices().get(name)
        if found is None:
            raise libvirtError("no such device " + name, _number("VIR_ERR_NO_NODE_DEVICE"))
        return found

    def domainEventRegisterAny(self, *args):
        return 1

    def domainEventDeregisterAny(self, *args):
        pass

    def close(self):
        pass


def open(uri):
    return virConnect()


openReadOnly = open


def registerErrorHandler(handler, context):
    pass


def _node_devices():
    folder = os.path.join(os.environ["JUDGE_SYSFS"], "bus/pci/devices")
    found = {}
    for address in sorted(os.listdir(folder)):
        read = lambda name: _text(os.path.join(folder, address, name))
        if not os.path.exists(os.path.join(folder, address, "vendor")):
            continue
        name = "pci_" + address.replace(":", "_").replace(".", "_")
        found[name] = NodeDevice(
            name,
            "<device><name>%s</name><capability type='pci'><class>%s</class>"
            "<product id='%s'/><vendor id='%s'/></capability></device>"
            % (name, read("class"), read("device"), read("vendor")),
        )
    return found


def _text(path):
    with __builtins__["open"](path, encoding="ascii") as file:
        return file.read().strip()


def _number(name):
    return _NUMBERS.setdefault(name, len(_NUMBERS) + 1)


def __getattr__(name):
    if name.startswith("VIR_"):
        return _number(name)
    raise AttributeError(name)
