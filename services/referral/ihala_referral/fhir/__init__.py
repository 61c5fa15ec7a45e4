"""Referrals as FHIR R4, to be read: a façade over the native model, which is richer.

A referral is a Task with the ServiceRequest that it fulfils, both under the referral's id; for the owning office's coordinators a
placement is the same pair under the placement's id, and the referrals' Tasks are parts of its Task. Nobody is a Patient here: only the
owning office gets an opaque identifier of the case. `codes` is the mapping, `resources` turns rows into resources (both pure), `asked`
reads searches, `store` asks, `bundles` puts together.
"""
