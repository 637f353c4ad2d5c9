"""How a warehouse of an earlier schema becomes one of the next, a file each: `NNNN_what.sql`, in the order of the
numbers."""
