"""Telling people that something is wrong, without their looking.

    setting    whom to tell, and when: read from the environment
    messages   one thing to tell, and the words around it
    of_runs    what runs that have ended give to tell
    of_state   what the clock, the disks, sensors and schedules give to tell
    outbox     what has been told and what waits to be: kept in Dagster's instance
    delivery   handing a message to an address
    telling    a look at all of it, by the daemon's sensor or by a command

What belongs here: finding, saying and sending. What does not: what a person asks for (`doctor`, `health`), figures for
a monitoring system (`metrics`).
"""
