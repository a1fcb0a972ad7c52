"""nbval's kernels behind Unix sockets, because another program can take a TCP port before the kernel opens it.

A run of its own loads this as a plugin: `-p tests.running.unix_sockets`.
"""

import nbval.kernel
from jupyter_client.manager import KernelManager

from mfa_lab.trainer.refresh import kernel_settings

nbval.kernel.KernelManager = lambda **settings: KernelManager(**settings, **kernel_settings())
