"""The Python side of render.ts: renders once and prints, or renders many times and prints the seconds of one."""

import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "domain-xml"))

import oracle


def main():
    mode, templates, name, description = sys.argv[1:5]
    with open(description, encoding="utf8") as file:
        vm = json.load(file)
    if mode == "once":
        sys.stdout.write(oracle.render({"templates": [templates], "names": [name], "vm": vm}))
        return
    template = oracle.environment((templates,)).get_template(name)
    made = oracle.Vm(vm)
    best = float("inf")
    for _ in range(20):
        start = time.perf_counter()
        for _ in range(100):
            template.render(vm=made)
        best = min(best, (time.perf_counter() - start) / 100)
    print(best)


main()
