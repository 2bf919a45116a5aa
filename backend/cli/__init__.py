"""The command line: `twistscope …`. Heavy imports are inside the commands, so that `--help` and errors of usage answer at once."""
