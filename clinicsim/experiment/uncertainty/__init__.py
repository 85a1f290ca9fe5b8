"""Uncertainty in parameters: what our ignorance of inputs means for a choice, and what knowing them would be worth.

`draws` reads what scenarios declare and draws it; `play` plays one replication a draw and scenario; `regression` tells
what an input does from luck; `information` makes the value of information of that; `analysis` brings it together. The
method is that of Strong, Oakley and Brennan (2014), Medical Decision Making 34, 311-326.
"""
