import yargs from 'yargs';

/**
 * A parser that gives values as they were written, never ends the process, and prints nothing: what all commands that are
 * read with yargs begin with. Help texts are none of its business (programs/manual).
 */
export function strictYargs() {
  return yargs()
    .parserConfiguration({
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'boolean-negation': false,
    })
    .detectLocale(false)
    .version(false)
    .help(false)
    .exitProcess(false)
    .showHelpOnFail(false);
}
