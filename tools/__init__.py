"""What the project's keepers run by hand: pictures of the documentation, drops of real files."""
