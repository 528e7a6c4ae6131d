/** What the exit code of every command says. */
export const EXIT_CODES = Object.freeze({
  ok: 0,
  /** Understood, and not done: no such app, an unmigrated database, the wrong master key. */
  refused: 1,
  /** The command line, the configuration or a value in them is wrong. */
  usage: 2,
  /** Something outside cannot be had now (the database, the address to listen on): the same command may work later. */
  unreachable: 3,
});
