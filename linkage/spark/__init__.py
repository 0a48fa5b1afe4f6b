"""The linkage of `linkage.engine` on many machines: Spark deals the records out, each task runs our own functions."""
