/** Everything asked for is done. */
export const EXIT_OK = 0;
/** The job failed: a target did not become Ready, the cluster could not be reached, … */
export const EXIT_FAILED = 1;
/** The command line, the environment or the input files are not usable as given. */
export const EXIT_USAGE = 2;
/** Ended by Ctrl-C (128 + SIGINT). */
export const EXIT_INTERRUPTED = 130;
