"""Lets a test of this folder import tests/support/live and deploy/demo."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path[:0] = [str(ROOT / "tests" / "support" / "live"), str(ROOT / "deploy" / "demo")]
