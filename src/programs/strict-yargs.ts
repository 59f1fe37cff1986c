import yargs from 'yargs';

/**
 * A parser that gives values as they were written, never ends the process, and prints nothing (given a function, it
 * hands that what --help asks for): what all commands that are read with yargs begin with.
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
    .help()
    .alias('help', 'h')
    .wrap(100)
    .exitProcess(false)
    .showHelpOnFail(false);
}
