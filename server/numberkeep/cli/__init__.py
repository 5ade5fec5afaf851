"""The command line: data on stdout, talk on stderr.

Exit codes: 0 done, 1 failed, 2 wrong usage or settings, 4 a key that does not open the service, 130 `listen` by Ctrl-C.
"""
