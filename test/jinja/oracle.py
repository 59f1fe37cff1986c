"""Renders templates with the real Jinja2, for the tests to compare with: a request a line, an answer a line."""

import gc
import json
import resource
import signal
import sys

import jinja2
from markupsafe import Markup

SECONDS = 3
MEMORY = 1 << 30


class Plain:
    """An object with attributes and nothing else."""

    def __init__(self, attributes):
        self.__dict__.update(attributes)

    def __str__(self):
        return str(self.__dict__.get("name", "plain"))

    __repr__ = __str__


class TookTooLong(Exception):
    pass


def value_of(tagged):
    if isinstance(tagged, list):
        return [value_of(item) for item in tagged]
    if not isinstance(tagged, dict):
        return tagged
    if "$float" in tagged:
        return float(tagged["$float"])
    if "$tuple" in tagged:
        return tuple(value_of(item) for item in tagged["$tuple"])
    if "$markup" in tagged:
        return Markup(tagged["$markup"])
    if "$object" in tagged:
        return Plain({key: value_of(item) for key, item in tagged["$object"].items()})
    if "$dict" in tagged:
        return {value_of(key): value_of(item) for key, item in tagged["$dict"]}
    raise ValueError(tagged)


def bug(message, *args):
    raise AssertionError(message % args)


def stop(*_):
    raise TookTooLong()


def place(error, files):
    """The innermost template that the traceback shows, and the line in there: what Python tells a person."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        return {"template": error.name, "line": error.lineno}
    found = {"template": None, "line": None}
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_globals.get("__jinja_exception__") is error:
            found = {"template": trace.tb_frame.f_globals["__file__"], "line": trace.tb_lineno}
        trace = trace.tb_next
    return found


def as_before_slices_had_hashes(error):
    """Dictionaries take a slice for a key since Python 3.12; what templates are compared with is as before."""
    if isinstance(error, KeyError) and isinstance(error.args[0], slice):
        return TypeError("unhashable type: 'slice'")
    return error


def answer(request):
    files = request["files"]
    environment = jinja2.Environment(
        # As from a folder: a template's file has a name, which is what a traceback tells.
        loader=jinja2.FunctionLoader(lambda name: (files[name], name, None) if name in files else None),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
    )
    variables = {key: value_of(item) for key, item in request["variables"].items()}
    signal.alarm(SECONDS)
    try:
        return {"output": environment.get_template("main").render(bug=bug, **variables)}
    except TookTooLong:
        return {"tooLong": True}
    except Exception as error:
        raised = as_before_slices_had_hashes(error)
        return {"error": type(raised).__name__, "message": str(raised), **place(error, files)}
    finally:
        signal.alarm(0)


# Syntax trees come and go by the million: looking through them less often takes a quarter off the time.
gc.set_threshold(200_000)
signal.signal(signal.SIGALRM, stop)
resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
sys.setrecursionlimit(1000)
print(json.dumps({"version": jinja2.__version__}), flush=True)
for request in sys.stdin:
    print(json.dumps(answer(json.loads(request))), flush=True)
