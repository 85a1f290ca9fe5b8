"""What a clinic is, as data.

Here belong the frozen, validated models of everything a scenario file can say (people, rooms, hours, visits, pathways,
outcomes, money), the reading of YAML with the place of every value, `extends`, overrides by path, the content id and
the JSON Schema. Nothing live hangs on a scenario: no simulated time, no random numbers, no results.
"""
