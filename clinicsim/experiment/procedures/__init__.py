"""Procedures that decide by playing: where one plan stops beating another, which is best, which is good enough.

They know no clinic. Each is a function of a sampler, which gives the first n values of a system (a plan, a point) and
never other ones when it is asked for more; what one replication is, and that all systems meet the same luck in it, is
the sampler's business. Their error rates are tested with made-up samplers.

    crossing     where one of two stops being ahead as an input rises
    feasibility  the cheapest of many that keeps to limits
    kim_nelson   which of several is best
    effects      how much each input moves an output
"""
