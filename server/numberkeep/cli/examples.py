"""Examples at the end of a command's help."""


def examples(*lines: str) -> str:
    """Return the epilog that shows these command lines as they are."""
    return "\b\n" + "\n".join(["Examples:", *(f"  {line}" for line in lines)])
