import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../executable.ts';

export type ShellName = 'bash' | 'zsh';

const PROMPT = 'ready> ';
const SHARE = join(PROJECT, 'dist/share');

/** What a shell begins with: a prompt that nothing else prints, our completion, and nothing that asks before it lists. */
const BEGINNINGS: Readonly<Record<ShellName, string>> = {
  bash: `PS1='${PROMPT}'
bind 'set bell-style none'
bind 'set show-all-if-ambiguous on'
bind 'set page-completions off'
bind 'set completion-query-items 1000'
bind 'set enable-bracketed-paste off'
. '${SHARE}/bash-completion/completions/block-snapshot'
. '${SHARE}/bash-completion/completions/domain-xml'
`,
  zsh: `PS1='${PROMPT}'
fpath=('${SHARE}/zsh/site-functions' $fpath)
autoload -Uz compinit
compinit -D -u
unset zle_bracketed_paste
setopt no_beep no_auto_menu no_prompt_sp
LISTMAX=1000
`,
};

const KILL_LINE = '\u0015';

/** An interactive shell on a terminal of its own, which is asked what it offers. */
export class InteractiveShell {
  readonly #process: ChildProcess;
  readonly #ended: Promise<void>;
  #shown = '';
  #changed = () => {};

  /** @param folder where it begins, for its own files */
  constructor(shell: ShellName, folder: string) {
    const file = join(folder, shell === 'bash' ? 'bashrc' : '.zshrc');
    writeFileSync(file, BEGINNINGS[shell]);
    const command = shell === 'bash' ? `bash --noprofile --rcfile '${file}' -i` : 'zsh -d -i';
    const screen = spawn('script', ['-qec', `stty cols 4000; exec ${command}`, '/dev/null'], {
      cwd: folder,
      env: {
        PATH: `${join(PROJECT, 'dist')}:${process.env['PATH']}`,
        ZDOTDIR: folder,
        TERM: 'dumb',
        HOME: folder,
      },
    });
    screen.stdout.setEncoding('utf8').on('data', (data: string) => {
      this.#shown += data;
      this.#changed();
    });
    this.#process = screen;
    this.#ended = new Promise(resolve => screen.once('close', () => resolve()));
  }

  /**
   * Types the beginning of a line, and asks for its completion twice.
   * @returns all words that are on the screen then
   */
  async completed(line: string): Promise<string[]> {
    await this.#until(PROMPT);
    this.#shown = '';
    this.#process.stdin?.write(`${line}\t\t${KILL_LINE}echo the"end"\n`);
    await this.#until('theend\r\n');
    const [screen = '', rest = ''] = this.#shown.split('theend\r\n');
    this.#shown = rest;
    return wordsOf(screen.split('echo the"end"')[0] ?? '');
  }

  async close(): Promise<void> {
    this.#process.stdin?.end(`${KILL_LINE}exit\n`);
    await this.#ended;
  }

  async #until(text: string): Promise<void> {
    let ended = false;
    void this.#ended.then(() => {
      ended = true;
      this.#changed();
    });
    while (!this.#shown.includes(text)) {
      if (ended) throw new Error(`the shell has ended: ${this.#shown}`);
      await new Promise<void>(resolve => {
        this.#changed = resolve;
      });
    }
  }
}

/** Without what moves the cursor. */
function wordsOf(screen: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  return screen.split(/[\s\u0007\b]+|\u001b\[[\d;]*[A-Za-z]/).filter(word => word !== '');
}
