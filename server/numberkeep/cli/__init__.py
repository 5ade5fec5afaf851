"""The command line: data on stdout, everything else on stderr. Exit codes: exit_codes.py; targets: targets.py."""
