"""Test mode (`serve --test`): the control API below `/_numberkeep/test/`, faults, the journal, and a sender of its own.

Loaded only with `serve --test`: without it, nothing of this is on the path of a request.
"""
