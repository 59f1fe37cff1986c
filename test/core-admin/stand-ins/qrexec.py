"""Stands in for qrexec, of which core-admin asks nothing while it renders or answers."""

import sys
import types


def _module(name, **members):
    module = types.ModuleType(name)
    vars(module).update(members)
    sys.modules[name] = module
    return module


__path__ = []
server = _module("qrexec.server", call_socket_service=None)
policy = _module("qrexec.policy", utils=None, parser=None)
policy.__path__ = []
policy.utils = _module("qrexec.policy.utils")
policy.parser = _module("qrexec.policy.parser")
