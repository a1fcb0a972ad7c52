"""Load the kit when a kernel starts, so that a cell that is run before the setup cell can say so in a sentence."""

try:
    import mfa_lab.lab as _lab
except ImportError:  # a Python of another environment, in a terminal of JupyterLab
    pass
else:
    del _lab
