"""SMPP 3.4, as much of it as a sender of texts needs: a bound transceiver that submits and is told what became of it."""
