"""The commands of ``compass contamination``, a module each."""
