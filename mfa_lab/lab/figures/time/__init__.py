"""Draw figures about time: windows, clocks, and how long a code is valid."""
