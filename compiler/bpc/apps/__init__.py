"""The sample applications: one file each, found by walking this folder. A new one is a new file and a test case."""
