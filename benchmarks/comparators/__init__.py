"""What anyone would pick instead: the plain route of ordinary libraries, and each part's fastest known library."""
