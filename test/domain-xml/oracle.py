"""Renders the jobs given on standard input with Python's own Jinja2, as Qubes does.

Input: a JSON list of jobs {"templates": [folders], "names": [template names, the first that exists wins],
"vm": description, "device": description or null, "options": {...}, "power_mgmt": bool}.
Output: a JSON list of {"output": text} or {"error": class, "message": text}.
The classes below say in Python what src/domain-xml says in TypeScript: each is written from domain-xml-rules.md,
neither from the other.
"""

import functools
import json
import sys

import jinja2


class Features(dict):
    def __init__(self, owner, values):
        super().__init__(values)
        self._owner = owner

    def _along(self, attribute, key, default):
        vm = self._owner
        while vm is not None:
            if key in vm.features:
                return vm.features[key]
            vm = getattr(vm, attribute, None)
        return default

    def check_with_template(self, key, default=None):
        return self._along("template", key, default)

    def check_with_netvm(self, key, default=None):
        return self._along("netvm", key, default)

    def check_with_adminvm(self, key, default=None):
        if key in self:
            return self[key]
        return self._owner.app.domains["dom0"].features.get(key, default)

    def check_with_template_and_adminvm(self, key, default=None):
        missing = object()
        value = self.check_with_template(key, missing)
        return self.check_with_adminvm(key, default) if value is missing else value


class Thing:
    """Whatever the description holds, by attribute; printed as its name."""

    def __init__(self, values):
        for key, value in values.items():
            setattr(self, key, value)

    def __str__(self):
        return self.__dict__.get("name") or repr(self)


class Addresses(tuple):
    def __str__(self):
        return " ".join(self)


class Assignment(Thing):
    @property
    def device(self):
        return self.devices[0]


class Collection:
    def __init__(self, assignments):
        self._set = assignments

    def get_assigned_devices(self, required_only=False):
        for assignment in self._set:
            if assignment.required or not required_only:
                yield assignment

    def assignments(self, persistent=None):
        for assignment in self._set:
            if persistent is None or assignment.required == persistent:
                yield assignment

    def attached(self, persistent=None):
        for assignment in self.assignments(persistent):
            yield from assignment.devices

    def persistent(self):
        yield from self.attached(True)


class Devices(dict):
    def __missing__(self, key):
        return Collection([])


class Domains:
    def __init__(self, vms):
        self._vms = vms

    def __getitem__(self, key):
        if isinstance(key, int):
            return self._vms[key]
        for vm in self._vms:
            if vm.name == key:
                return vm
        raise KeyError(key)

    def __iter__(self):
        return iter(self._vms)


class Vm(Thing):
    def __init__(self, values, app=None):
        values = dict(values)
        self.app = app
        if "app" in values:
            self.app = Thing({"host": None, "domains": None})
            given = values.pop("app")
            host = dict(given["host"])
            host["cpu_family_model"] = tuple(host["cpu_family_model"])
            self.app.host = Thing(host)
            self.app.domains = Domains([Vm(domain, self.app) for domain in given["domains"]])
        for key in ("template", "netvm", "guivm", "audiovm"):
            if values.get(key) is not None:
                values[key] = Vm(values[key], self.app)
        if "features" in values:
            values["features"] = Features(self, values["features"])
        if "dns" in values:
            values["dns"] = Addresses(values["dns"])
        if "block_devices" in values:
            values["block_devices"] = [Thing(device) for device in values["block_devices"]]
        if "devices" in values:
            values["devices"] = Devices(
                {
                    name: Collection([self._assignment(assignment) for assignment in assignments])
                    for name, assignments in values["devices"].items()
                }
            )
        for key in ("label", "storage"):
            if key in values:
                values[key] = Thing(values[key])
        super().__init__(values)

    def _assignment(self, values):
        return Assignment(dict(values, devices=[make_device(device, self.app) for device in values["devices"]]))

    def is_running(self):
        return self.running

    def is_halted(self):
        return not self.running


def make_device(values, app):
    values = dict(values)
    if "backend_domain" in values:
        values["backend_domain"] = Vm(values["backend_domain"], app)
    return Thing(values)


def bug(message, *args):
    raise AssertionError(message % args)


@functools.cache
def environment(folders):
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(list(folders)), undefined=jinja2.StrictUndefined, autoescape=True
    )
    made.globals["bug"] = bug
    return made


def render(job, made=None):
    made = made or environment(tuple(job["templates"]))
    vm = Vm(job["vm"])
    context = {"vm": vm}
    if job.get("device") is not None:
        context["device"] = make_device(job["device"], vm.app)
        context["options"] = job.get("options", {})
        context["power_mgmt"] = job.get("power_mgmt", False)
    return made.select_template(job["names"]).render(context)


def main():
    answers = []
    for job in json.load(sys.stdin):
        try:
            answers.append({"output": render(job)})
        except Exception as error:  # each kind is an answer
            answers.append({"error": type(error).__name__, "message": str(error)})
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
