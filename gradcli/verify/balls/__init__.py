"""Certified values and derivatives: balls that provably contain them, computed from the expression's tree.

`context` owns python-flint's settings. A program is written out as a `trace` of operations on single numbers; `tape`
walks it at a point, there and back; `lines` looks along one variable at what is not smooth; `search` decides, with as
much precision as it takes, what is known of each element of a gradient; `enclosures` is the door to all of it.

`ranges` proves a claim on a whole range: `spans` lays a trace over a box, where numbers are series of `models`; from
these `differences` encloses what the derivative and the claim differ by; `spots` looks at single points.
"""
