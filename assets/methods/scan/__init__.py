"""The evidence scan: where a sector is denser than business at large, and how sure that is."""
