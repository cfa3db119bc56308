"""What reading a layer tells: its findings by kind, and its decisions."""


def kinds(layer):
    """Return the kinds of the findings of a layer, or of the notes of one."""
    return {finding.kind for finding in layer.findings}


def decided(layer, kind):
    """Return what was decided of one kind, in the order of the decisions."""
    return [decision.value for decision in layer.decisions if decision.kind == kind]
