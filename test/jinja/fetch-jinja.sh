#!/bin/bash
# Brings the Jinja2 that templates are compared with: 3.1.6 or a later 3.1 with MarkupSafe 3, which Debian has in a newer
# release than most machines run. Prints the folder that Python is to find it in; what is there already is used again.
#
# MarkupSafe's part in C is built for that release's Python; another Python takes the one written in Python instead.
# JINJA_RELEASE= names other releases. An installed Jinja2 serves where it is new enough.
set -euo pipefail
releases=${JINJA_RELEASE:-forky}
tools=$(dirname "${BASH_SOURCE[0]}")/../../tools
. "$tools/cache.sh"
. "$tools/debian-packages.sh"
version=$(echo "$releases" | cat - "${BASH_SOURCE[0]}" | sha256sum | cut -c1-16)
folder=$cache/jinja-$version
say() { echo "templates: $*" >&2; }

# serves FOLDER : whether Python finds what is wanted there (empty: where it looks by itself).
serves() {
  PYTHONPATH=$1 /usr/bin/python3 -c '
import importlib.metadata, sys, jinja2
numbers = [int(part) for part in jinja2.__version__.split(".")]
markup = importlib.metadata.version("markupsafe")
print("Jinja2", jinja2.__version__, "and MarkupSafe", markup)
sys.exit(not ([3, 1, 6] <= numbers < [3, 2] and markup.startswith("3.")))'
}

if serves '' >/dev/null 2>&1; then
  /usr/bin/python3 -c 'import jinja2, os; print(os.path.dirname(os.path.dirname(jinja2.__file__)))'
  exit 0
fi
begin_in_cache "$folder" jinja2/__init__.py jinja-lock
fetch() {
  unpack_packages "$1" python3-jinja2 python3-markupsafe && mv "$work/root/usr/lib/python3/dist-packages" "$work/image" &&
    serves "$work/image"
}
# shellcheck disable=SC2086
keep_from jinja "$folder" Jinja2 fetch $releases
say "Jinja2 3.1.6 with MarkupSafe 3 is needed for /usr/bin/python3 and cannot be fetched ($reason): install it, or let apt-get reach a mirror of Debian"
exit 1
