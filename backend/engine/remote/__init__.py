"""Planning on several processes and machines, through Ray.

`places` decides which worker serves whom, `worker` is the process that plans, and `engine` is the engine of the server in front of them.
"""
