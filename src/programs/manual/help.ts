import { printable } from '../../words/printable.ts';
import { usageError } from '../../words/refusal.ts';
import { inform } from '../answer.ts';
import { COMMANDS, EXIT_STATUS, PROGRAMS, SUMMARY } from './block-snapshot.ts';
import { commandHelp, programHelp } from './help-text.ts';

const PAGE = 'man block-snapshot, and /usr/share/doc/block-snapshot/README.md';

/**
 * `block-snapshot COMMAND --help`, or of all of them where the topic is none but an option.
 * @throws Refusal for what is no command
 */
export function runHelp([topic = '']: readonly string[]): void {
  inform(blockSnapshotHelp(topic));
}

function blockSnapshotHelp(topic: string): string {
  if (Object.hasOwn(COMMANDS, topic)) return commandHelp(COMMANDS[topic as keyof typeof COMMANDS], PAGE);
  if (Object.hasOwn(PROGRAMS, topic))
    return commandHelp(PROGRAMS[topic as keyof typeof PROGRAMS], `man ${topic}, man block-snapshot`);
  if (topic !== '' && !topic.startsWith('-'))
    throw usageError(`${printable(topic)} is not a command: see block-snapshot --help`);
  return programHelp('block-snapshot', SUMMARY, COMMANDS, [
    'BASE and COW are absolute paths of image files or block devices. TEMPLATE is a folder with root.img, or an image X.img, ' +
      'whose cow is X-cow.img. NODE may be given with or without /dev/mapper/.',
    `Exit status: ${EXIT_STATUS}`,
    `See ${PAGE}; man 7 block-snapshot explains the words; --version shows the version.`,
  ]);
}
