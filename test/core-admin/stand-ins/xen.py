"""Stands in for Xen's modules: a host of JUDGE_MEMORY MiB, whose xenstore is empty."""

import os
import sys
import types

__path__ = []


class _Store:
    def read(self, transaction, path):
        return None

    def ls(self, transaction, path):
        return None

    def close(self):
        pass


class _Control:
    def physinfo(self):
        total = int(os.environ["JUDGE_MEMORY"]) * 1024
        return {"total_memory": total, "free_memory": total, "virt_caps": ["hvm", "hvm_directio"]}


lowlevel = types.ModuleType("xen.lowlevel")
lowlevel.__path__ = []
lowlevel.xs = types.ModuleType("xen.lowlevel.xs")
lowlevel.xs.xs = _Store
lowlevel.xc = types.ModuleType("xen.lowlevel.xc")
lowlevel.xc.xc = _Control
for _module in (lowlevel, lowlevel.xs, lowlevel.xc):
    sys.modules[_module.__name__] = _module
