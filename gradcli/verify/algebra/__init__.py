"""Proofs that a formula is a derivative for every value of its variables: both become quotients of polynomials.

`decide` is the call. `readings` writes program and claims out as one trace; `cases` walks it once for each way in which
its comparisons can come out, `rules` say what an operation does there and `kernels` what it is as a quotient of
polynomials over a `field` of generators; `signs` asks for the cases, `linear` leaves out what cannot be. `witness`
looks for points at which there is something to prove, and for counterexamples; `analytic` tells what is 0 at single
points only.
"""
