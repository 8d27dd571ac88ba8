"""Prove the history: every event is as it was written, every chain is whole, and replay gives the present.

reading   the history in the order it was written, batch by batch, through the driver itself
chain     hash, mac, columns, side rows and links of every event
replay    what the events say the present is, compared with what the tables say
"""
