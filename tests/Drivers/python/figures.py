"""What was measured, for the end of the run's output."""

lines = []


def report(line):
    lines.append(line)
