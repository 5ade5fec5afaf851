"""Test mode (`serve --test`): the control API below `/_numberkeep/test/`, faults, the journal, and a sender of its own.

It is imported only with `serve --test`, so other services do not pay for it.
"""
