"""The command line: arguments in, files out, one answer printed. A file a command."""

from ddkd.cli._main import main

__all__ = ["main"]
