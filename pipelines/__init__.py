"""How and when things run: definitions, jobs, schedules, sensors, the command line, the synthetic United Kingdom."""
