"""The blueprint language as JSON Schema: one hand-written file a section, and the generated one-file bundle."""
