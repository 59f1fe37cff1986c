#!/bin/bash
# Prints as a C header which libdevmapper a program would be linked with, and which version of each function that the addon
# calls: library-versions.sh, with CC, CFLAGS and LDFLAGS. The linker itself is asked: it links them all.
set -euo pipefail
tools=$(dirname "${BASH_SOURCE[0]}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/all.c" <<END
#include <libdevmapper.h>
void *const all[] = {
	dm_log_with_errno_init,
#define FUNCTION(result, name, parameters, arguments) name,
#define PROCEDURE(name, parameters, arguments) name,
#include "$(realpath "$tools/../src/native/engine/library-functions.h")"
};
END
# shellcheck disable=SC2086
${CC:-cc} ${CFLAGS:-} -shared -fPIC -o "$work/all.so" "$work/all.c" ${LDFLAGS:-} -ldevmapper
library=$(readelf -dW "$work/all.so" | sed -n 's/.*(NEEDED).*\[\(libdevmapper\..*\)\]/\1/p')
[ -n "$library" ] || { echo "library-versions: libdevmapper has no name to find it by when the program runs" >&2; exit 1; }

echo "/* Written by tools/library-versions.sh. */"
echo "#define LIBRARY \"$library\""
printf '#define DLOPEN_NOTE "[{\\"feature\\":\\"devices\\",\\"description\\":\\"%s\\",' 'What device-mapper devices are made with'
printf '\\"priority\\":\\"required\\",\\"soname\\":[\\"%s\\"]}]"\n' "$library"
# As in dm_task_run@Base (2); one without a version is the only one of its name.
readelf --dyn-syms -W "$work/all.so" | awk '$7 == "UND" && $8 ~ /^dm_/ {
	parts = split($8, part, "@")
	printf "#define VERSION_OF_%s %s\n", part[1], (parts > 1 ? "\"" part[2] "\"" : "0")
}'
