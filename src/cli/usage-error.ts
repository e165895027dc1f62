/** The command line is wrong: an unknown command or flag, a missing argument, a bad value. */
export class UsageError extends Error {}
