"""How and when things run: definitions, jobs, schedules, sensors, the command line, and the synthetic United Kingdom."""
