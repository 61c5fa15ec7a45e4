"""Makes the Java client: records and calls written from the contracts, then compiled with what is written by hand.

Our own generator rather than openapi-generator, which makes some 200,000 lines of these documents; records need a page each.
"""

from ihala_local.clients.java.made import FOLDER, LOCK, classpath, make, run

__all__ = ["FOLDER", "LOCK", "classpath", "make", "run"]
