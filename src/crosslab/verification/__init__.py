"""Prove that no record, bar or page was altered, and make runs again: ``crosslab verify``.

What is checked, and where: ``store`` (records against their files, seals, manifest),
``chain``, ``metrics`` (from answers), ``pages`` (against records), ``rerun``. The bars and
their lock are checked by the rule the build uses, ``locking.violations``.
"""
