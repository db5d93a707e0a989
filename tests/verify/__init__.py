"""Tests of fakefax/verify."""
