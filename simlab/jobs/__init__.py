"""The lab's work as functions: what the command line and the page both call.

Each takes a lab and plain options, reports to a `Progress`, holds the writer lock only while it
writes, and leaves the lab as it was when it fails or is cancelled; only a calibration keeps what
it has simulated so far.
"""
