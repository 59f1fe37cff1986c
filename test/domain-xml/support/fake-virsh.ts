import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Test } from 'tap';
import { folderWith } from './run.ts';

/** A virsh that keeps its domains in files, and does what it is told to in its turn. */
export interface FakeVirsh {
  folder: string;
  /** Every call so far, its arguments with spaces between them, without --connect. */
  calls(): string[];
  /** The state of a domain, "" for one that is not there. */
  state(name: string): string;
  /** Makes a domain, or changes its state. */
  put(name: string, uuid: string, state: string, xml?: string): void;
  /** What happens from now on: a word for the script. */
  behave(behaviour: string): void;
}

const SCRIPT = `#!/bin/bash
cd "$(dirname "$0")"
if [ "$1" = --connect ]; then [ "$2" != nonsense:/// ] || { echo 'error: failed to connect to the hypervisor' >&2; exit 1; }; shift 2; fi
echo "$*" >>calls
command=$1 behaviour=$(cat behaviour 2>/dev/null)
shift
domain() { [ "$1" = --domain ] && shift; grep -lx "$1" ./*.uuid 2>/dev/null | sed 's#^\\./##; s#\\.uuid$##' | head -n 1; }
keep() { name=$(sed -n 's#.*<name>\\(.*\\)</name>.*#\\1#p' "$2"); sed -n 's#.*<uuid>\\(.*\\)</uuid>.*#\\1#p' "$2" >"$name.uuid"; cp "$2" "$name.xml"; }
case $command in
  list)
    for file in *.uuid; do
      [ -e "$file" ] || continue
      case "$*" in *--name*) echo "$(cat "$file") \${file%.uuid}" ;; *) cat "$file" ;; esac
    done
    ;;
  dumpxml) name=$(domain "$1"); cat "$name.xml" ;;
  define) keep "$@"; [ -e "$name.state" ] || echo 'shut off' >"$name.state" ;;
  create | start)
    [ "$command" = start ] && name=$(domain "$@") || keep "$@"
    if [ "$behaviour" = hook ]; then
      echo "error: Failed to \${command} domain '$name'" >&2
      echo "error: Hook script execution failed: internal error: Child process (LC_ALL=C PATH=/bin /etc/libvirt/hooks/qemu.d/block-snapshot-qemu $name prepare begin -) unexpected exit status 1: block-snapshot: $name: no disk" >&2
      exit 1
    fi
    case "$*" in *--paused*) echo paused ;; *) echo running ;; esac >"$name.state"
    ;;
  domstate)
    name=$(domain "$@")
    [ -n "$name" ] || { echo "error: failed to get domain" >&2; exit 1; }
    if [ "$behaviour" = obedient ] && [ -e asked ]; then [ -e seen ] && echo 'shut off' >"$name.state"; touch seen; fi
    cat "$name.state"; echo
    ;;
  shutdown)
    [ "$behaviour" != unable ] || { echo 'error: Failed to shutdown domain' >&2; echo 'error: unsupported' >&2; exit 1; }
    touch asked
    if [ "$behaviour" = vanishing ]; then name=$(domain "$@"); rm -f "$name.uuid" "$name.state"; fi
    ;;
  destroy) name=$(domain "$@"); echo 'shut off' >"$name.state" ;;
  *) echo "error: unknown command: '$command'" >&2; exit 1 ;;
esac
`;

/** Puts a fake virsh before the real one for as long as the test runs. */
export function fakeVirsh(t: Test): FakeVirsh {
  const folder = folderWith(t, { virsh: SCRIPT });
  chmodSync(`${folder}/virsh`, 0o755);
  const path = process.env['PATH'];
  t.teardown(() => {
    process.env['PATH'] = path;
  });
  process.env['PATH'] = `${folder}:${path}`;
  const read = (name: string) =>
    existsSync(`${folder}/${name}`) ? readFileSync(`${folder}/${name}`, 'utf8').trim() : '';
  return {
    folder,
    calls: () => read('calls').split('\n'),
    state: name => read(`${name}.state`),
    put: (name, uuid, state, xml = '') => {
      writeFileSync(`${folder}/${name}.uuid`, `${uuid}\n`);
      writeFileSync(`${folder}/${name}.state`, `${state}\n`);
      writeFileSync(`${folder}/${name}.xml`, xml);
    },
    behave: behaviour => writeFileSync(`${folder}/behaviour`, behaviour),
  };
}
