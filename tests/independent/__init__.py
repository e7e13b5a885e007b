"""Every report of the real sets, computed a second time: with pandas, from the delivered files.

Written from what the reports say they are (their descriptions, the vars, the seeds), not from
their SQL, and apart from the loader and the warehouse: a mistake would have to be made twice.
"""
