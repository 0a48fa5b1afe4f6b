"""The scenes that the demo plays over HTTP: one file a scene, each a list of acts with what is expected."""
