"""Load the kit when a kernel starts.

A cell that is run before the setup cell can then say in a sentence that the setup cell comes first.
"""

try:
    import mfa_lab.lab as _lab
except ImportError:  # a Python of another environment, in a terminal of JupyterLab
    pass
else:
    del _lab
