"""Many runs: replications and comparisons, where they are executed, and how sure their results are.

Here belong the plan of what is run, its execution in this process or in many, the tidy tables of results with their
provenance, and the statistics, which know no clinic. Nothing here simulates or measures by itself, and nothing here
decides how a result looks.
"""
