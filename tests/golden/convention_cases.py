"""The questions of conventions.json: expressions at their breaks, under the function that each is about.

A line holds an expression, the values of its names, and a cotangent where it is not all ones. The head that ends in a
colon names the function; under "composite" stand expressions of several.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

CASES = """
abs:
    abs(x) @ x=0
    abs(x) @ x=-0.0
    abs(x) @ x=[-1,0,2]
    abs(x) @ x=0 by Infinity
sign:
    sign(x) @ x=0
    sign(x) @ x=0 by Infinity
relu:
    relu(x) @ x=0
    relu(x) @ x=-0.0
    relu(x) @ x=[0,-1,1]
    relu(x) @ x=[0,-1,1] by [Infinity,Infinity,1]
leaky_relu:
    leaky_relu(x) @ x=0
    leaky_relu(x, 0.25) @ x=[0,-1,1]
    leaky_relu(x, 0) @ x=0
    leaky_relu(x, 1) @ x=0
    leaky_relu(x, -0.5) @ x=[0,-1,1]
    leaky_relu(x, 0) @ x=[0,-1] by [Infinity,Infinity]
elu:
    elu(x) @ x=0
    elu(x, 0.5) @ x=0
    elu(x, 2) @ x=[0,-1,1]
    elu(x, 0) @ x=0
    elu(x, -1) @ x=[0,1]
    elu(x, 0) @ x=0 by Infinity
maximum:
    maximum(x, y) @ x=0 y=0
    maximum(x, y) @ x=1.5 y=1.5
    maximum(x, y) @ x=[1,2,3] y=[2,2,2]
    maximum(x, y) @ x=0.0 y=-0.0
    maximum(x, y) @ x=Infinity y=Infinity
    maximum(x, 0) @ x=0
    maximum(0, x) @ x=0
    maximum(x, y) @ x=[1,2,3] y=[2,2,2] by [Infinity,Infinity,Infinity]
    maximum(x, y) @ x=[0,1] y=0
minimum:
    minimum(x, y) @ x=0 y=0
    minimum(x, y) @ x=[1,2,3] y=[2,2,2]
    minimum(x, 0) @ x=0
    minimum(0, x) @ x=0
    minimum(x, y) @ x=[1,2,3] y=[2,2,2] by [Infinity,Infinity,Infinity]
max:
    max(x) @ x=[2,2]
    max(x) @ x=[1,3,3]
    max(x) @ x=[3,1,3,3]
    max(x) @ x=[5,5,5,5,5]
    max(x) @ x=[[1,2],[2,0]]
    max(x) @ x=0
    max(x) @ x=[0.0,-0.0]
    max(x) @ x=[1,Infinity,Infinity]
    max(x) @ x=[1,3,3] by Infinity
    max(x, axis=0) @ x=[2,2]
    max(x, axis=0) @ x=[1,3,3]
    max(x, axis=0) @ x=[3,1,3,3]
    max(x, axis=1) @ x=[[1,2,2],[3,3,3],[0,1,0]]
    max(x, axis=0) @ x=[[1,2,2],[3,3,3],[3,1,3]]
    max(x, axis=1, keepdims=True) @ x=[[1,2,2],[3,3,3]]
    max(x, axis=0) @ x=[1,3,3] by Infinity
min:
    min(x) @ x=[2,2]
    min(x) @ x=[3,1,1]
    min(x) @ x=[1,3,1,1]
    min(x) @ x=[5,5,5,5]
    min(x) @ x=[3,1,1] by Infinity
    min(x, axis=0) @ x=[2,2]
    min(x, axis=0) @ x=[3,1,1]
    min(x, axis=1) @ x=[[3,2,2],[3,3,3],[1,2,1]]
    min(x, axis=0) @ x=[3,1,1] by Infinity
amax:
    amax(x) @ x=[2,2]
    amax(x) @ x=[1,3,3]
    amax(x) @ x=[3,1,3,3]
    amax(x, axis=0) @ x=[1,3,3]
    amax(x, axis=1) @ x=[[1,2,2],[3,3,3]]
    amax(x, axis=[0,1]) @ x=[[1,3],[3,3]]
    amax(x) @ x=[1,3,3] by Infinity
amin:
    amin(x) @ x=[2,2]
    amin(x) @ x=[3,1,1]
    amin(x, axis=0) @ x=[3,1,1]
    amin(x, axis=1) @ x=[[3,2,2],[3,3,3]]
    amin(x) @ x=[3,1,1] by Infinity
clamp:
    clamp(x, 0, 1) @ x=0
    clamp(x, 0, 1) @ x=1
    clamp(x, 0, 1) @ x=[-1,0,0.5,1,2]
    clamp(x, 1, 1) @ x=[0,1,2]
    clamp(x, 2, 1) @ x=[0,1,1.5,2,3]
    clamp(x, min=0) @ x=[-1,0,1]
    clamp(x, max=0) @ x=[-1,0,1]
    clip(x, -1, 1) @ x=[-1,1]
    clamp(x, a, b) @ x=[-1,0,0.5,1,2] a=0 b=1
    clamp(x, a, b) @ x=1 a=1 b=1
    clamp(x, a, b) @ x=[0,1,1.5,2,3] a=2 b=1
    clamp(x, min=a) @ x=[-1,0,1] a=0
    clamp(x, max=b) @ x=[-1,0,1] b=0
    clamp(x, 0, 1) @ x=[-1,0,1,2] by [Infinity,Infinity,Infinity,Infinity]
norm:
    norm(x) @ x=[0,0]
    norm(x) @ x=0
    norm(x) @ x=[0,3]
    norm(x) @ x=[3,-4]
    norm(x) @ x=[0,0] by Infinity
    norm(x) @ x=[0,0] by 0
    norm(x) @ x=[0,3] by Infinity
    norm(x, 1) @ x=[0,0]
    norm(x, 1) @ x=[0,-2,3]
    norm(x, 1) @ x=[0,-2,3] by Infinity
    norm(x, inf) @ x=[0,0]
    norm(x, inf) @ x=[2,-2]
    norm(x, inf) @ x=[1,-3,3,0]
    norm(x, inf) @ x=[2,2,2]
    norm(x, inf) @ x=[1,3,-3] by Infinity
    norm(x, -inf) @ x=[0,0]
    norm(x, -inf) @ x=[0,2]
    norm(x, -inf) @ x=[2,-2]
    norm(x, -inf) @ x=[1,-1,3]
    norm(x, 0) @ x=[0,0]
    norm(x, 0) @ x=[0,2]
    norm(x, 3) @ x=[0,0]
    norm(x, 3) @ x=[0,2]
    norm(x, 3) @ x=[1,-2]
    norm(x, 0.5) @ x=[0,0]
    norm(x, 0.5) @ x=[0,2]
    norm(x, 0.5) @ x=[1,-4]
    norm(x, 1.5) @ x=[0,0]
    norm(x, 1.5) @ x=[0,4]
    norm(x, 3) @ x=[0,0] by Infinity
    norm(x, 0.5) @ x=[0,0] by Infinity
    norm(x, 3) @ x=[0,2] by Infinity
    norm(x, -1) @ x=[1,2]
    norm(x, -1) @ x=[0,2]
    norm(x, -2) @ x=[0,0]
    norm(x, axis=1) @ x=[[0,0],[3,4]]
    norm(x, 3, axis=1) @ x=[[0,0],[0,4]]
    norm(x, inf, axis=1) @ x=[[0,0],[4,4]]
hypot:
    hypot(x, y) @ x=0 y=0
    hypot(x, y) @ x=0 y=3
    hypot(x, y) @ x=-3 y=0
    hypot(x, 0) @ x=0
    hypot(x, y) @ x=0 y=0 by 0
sqrt:
    sqrt(x) @ x=0
    sqrt(x) @ x=-0.0
    sqrt(x) @ x=[0,4]
    sqrt(x) @ x=-1
    sqrt(x) @ x=0 by 0
rsqrt:
    rsqrt(x) @ x=0
    rsqrt(x) @ x=0 by 0
reciprocal:
    reciprocal(x) @ x=0
    reciprocal(x) @ x=0 by 0
div:
    x/y @ x=0 y=0
    x/y @ x=1 y=0
    1/x @ x=0
    0/x @ x=0
    x/y @ x=1 y=0 by 0
    1/x @ x=0 by 0
std:
    std(x) @ x=[1,1]
    std(x) @ x=[2,2,2]
    std(x, correction=0) @ x=[1,1]
    std(x, correction=0) @ x=[2,2,2]
    std(x) @ x=[1,3]
    std(x, correction=0) @ x=[1,3]
    std(x) @ x=[1]
    std(x, correction=0) @ x=[1]
    std(x, axis=1) @ x=[[1,1],[1,3]]
    std(x, axis=1, correction=0) @ x=[[1,1],[1,3]]
    std(x, correction=0) @ x=[1,1] by 0
    std(x, correction=0) @ x=[1,1] by Infinity
var:
    var(x) @ x=[1,1]
    var(x, correction=0) @ x=[1,1]
    var(x) @ x=[1]
    var(x, correction=0) @ x=[1]
pow:
    x**0 @ x=0
    x**1 @ x=0
    x**2 @ x=0
    x**3 @ x=0
    x**2.0 @ x=0
    x**0.5 @ x=0
    x**1.5 @ x=0
    x**(1/3) @ x=0
    x**-1 @ x=0
    x**-0.5 @ x=0
    x**-2 @ x=0
    x**0 @ x=0 by Infinity
    x**0.0 @ x=0
    x**1.0 @ x=0
    x**0.5 @ x=0 by 0
    x**-1 @ x=0 by 0
    x**2 @ x=0 by Infinity
    x**y @ x=0 y=0
    x**y @ x=0 y=2
    x**y @ x=0 y=0.5
    x**y @ x=0 y=1
    x**y @ x=0 y=1.5
    x**y @ x=0 y=-1
    x**y @ x=0 y=-0.5
    x**y @ x=2 y=0
    x**y @ x=-2 y=2
    x**y @ x=-2 y=3
    x**y @ x=-2 y=0
    x**y @ x=-2 y=0.5
    x**y @ x=-2 y=-1
    0**y @ y=0
    0**y @ y=2
    0**y @ y=0.5
    0**y @ y=-1
    2**y @ y=0
    (-2)**y @ y=2
    1**y @ y=0
xlogy:
    xlogy(x, y) @ x=0 y=0
    xlogy(x, y) @ x=0 y=2
    xlogy(x, y) @ x=0 y=-1
    xlogy(x, y) @ x=2 y=0
    xlogy(x, y) @ x=1 y=1
    xlogy(x, y) @ x=0 y=0 by Infinity
    xlogy(x, y) @ x=2 y=0 by 0
sinc:
    sinc(x) @ x=0
    sinc(x) @ x=[0,1]
    sinc(x) @ x=0 by 0
atan2:
    atan2(y, x) @ y=0 x=0
    atan2(y, x) @ y=0 x=-1
    atan2(y, x) @ y=-0.0 x=-1
    atan2(y, x) @ y=0 x=1
    atan2(y, x) @ y=1 x=0
    atan2(y, x) @ y=0 x=0 by Infinity
asin:
    asin(x) @ x=1
    asin(x) @ x=-1
    asin(x) @ x=1 by 0
acos:
    acos(x) @ x=1
    acos(x) @ x=-1
acosh:
    acosh(x) @ x=1
    acosh(x) @ x=1 by 0
atanh:
    atanh(x) @ x=1
    atanh(x) @ x=-1
    atanh(x) @ x=1 by 0
log:
    log(x) @ x=0
    log(x) @ x=-0.0
    log(x) @ x=-1
    log(x) @ x=0 by 0
log2:
    log2(x) @ x=0
log10:
    log10(x) @ x=0
log1p:
    log1p(x) @ x=-1
    log1p(x) @ x=-1 by 0
logit:
    logit(x) @ x=0
    logit(x) @ x=1
    logit(x) @ x=2
    logit(x) @ x=0 by 0
lgamma:
    lgamma(x) @ x=0
    lgamma(x) @ x=-1
digamma:
    digamma(x) @ x=0
floor:
    floor(x) @ x=[0,1,1.5]
    floor(x) @ x=1 by Infinity
ceil:
    ceil(x) @ x=[0,1,1.5]
    ceil(x) @ x=1 by Infinity
round:
    round(x) @ x=[0.5,1.5,1]
    round(x) @ x=0.5 by Infinity
trunc:
    trunc(x) @ x=[0,1,-1]
    trunc(x) @ x=1 by Infinity
frac:
    frac(x) @ x=[0,1,-1]
    frac(x) @ x=1 by Infinity
remainder:
    x % 2 @ x=[0,2,-4]
    x % y @ x=4 y=2
    x % y @ x=0 y=2
    x % y @ x=-4 y=2
    x % y @ x=4 y=-2
    7 % y @ y=3.5
floor_divide:
    x // 2 @ x=[0,2,-4]
    x // y @ x=4 y=2
where:
    where(x > 0, x, -x) @ x=0
    where(x >= 0, x, -x) @ x=0
    where(x == 0, 3*x, x) @ x=[0,1]
    where(x > 0, x, y) @ x=0 y=0
    where(x > 0, log(x), 0) @ x=-1
    where(x > 0, log(x), 0) @ x=0
    where(x > 0, sqrt(x), 0) @ x=0
    where(x > 0, sqrt(x), 0) @ x=-1
    where(x > 0, 1/x, 0) @ x=0
    where(x > 0, x, y) @ x=[0,1] y=[2,2] by [Infinity,Infinity]
lt:
    (x < 1)*x @ x=[0,1,2]
gt:
    (x > 0)*x @ x=[0,1]
    (x > 0)*1.0 @ x=0
ge:
    (x >= 0)*x @ x=[0,1]
eq:
    (x == 0)*x @ x=[0,1]
softplus:
    softplus(x) @ x=0
    softplus(x) @ x=[19.5,20,20.5]
    softplus(x) @ x=800
    softplus(x) @ x=[-40,40]
logsigmoid:
    logsigmoid(x) @ x=0
    logsigmoid(x) @ x=[-40,40]
gelu:
    gelu(x) @ x=0
silu:
    silu(x) @ x=0
logsumexp:
    logsumexp(x) @ x=[0,0]
    logsumexp(x) @ x=[1,1,0]
    logsumexp(x) @ x=[0,-Infinity]
    logsumexp(x) @ x=[-Infinity,-Infinity]
    logsumexp(x) @ x=[0,Infinity]
    logsumexp(x, axis=1) @ x=[[0,0],[-Infinity,-Infinity]]
prod:
    prod(x) @ x=[2,0,3]
    prod(x) @ x=[0,0,3]
    prod(x) @ x=[0,0,0]
    prod(x, axis=1) @ x=[[0,2],[0,0]]
cumprod:
    cumprod(x) @ x=[2,0,3]
    cumprod(x) @ x=[0,0,3]
    cumprod(x) @ x=[2,0,3,0,5]
    cumprod(x) @ x=[2,0,3] by [1,2,3]
    cumprod(x, axis=1) @ x=[[2,0,3],[0,0,1]]
det:
    det(x) @ x=[[1,2],[2,4]]
    det(x) @ x=[[0,0],[0,0]]
    det(x) @ x=[[1,2,3],[2,4,6],[1,1,1]]
    det(x) @ x=[[0,1],[0,3]]
    det(x) @ x=[[1,2],[3,4]]
    det(x) @ x=[[0,1],[1,0]]
logdet:
    logdet(x) @ x=[[1,2],[2,4]]
logaddexp:
    logaddexp(x, y) @ x=0 y=0
    logaddexp(x, y) @ x=2 y=2
    logaddexp(x, y) @ x=0 y=-Infinity
    logaddexp(x, y) @ x=-Infinity y=-Infinity
    logaddexp(x, y) @ x=Infinity y=Infinity
composite:
    relu(x) - relu(-x) @ x=0
    relu(x) + relu(-x) @ x=0
    abs(x) + x @ x=0
    abs(x)*x @ x=0
    abs(x)**2 @ x=0
    abs(x)**1 @ x=0
    abs(x)**1.5 @ x=0
    abs(x)**0.5 @ x=0
    abs(x)**0 @ x=0
    sqrt(abs(x)) @ x=0
    sqrt(x**2) @ x=0
    sqrt(x*x) @ x=0
    sqrt(relu(x)) @ x=0
    sqrt(relu(x)) @ x=-1
    sqrt(maximum(x, 0)) @ x=0
    sqrt(maximum(x, 0)) @ x=-1
    sqrt(clamp(x, 0, 1)) @ x=0
    sqrt(clamp(x, 0, 1)) @ x=-1
    sqrt(leaky_relu(x, 0)) @ x=0
    log(abs(x)) @ x=0
    log(relu(x)) @ x=-1
    1/abs(x) @ x=0
    max([x, x]) @ x=0
    max([x, -x]) @ x=0
    max([x, 2*x, 3*x]) @ x=0
    max([x, 2*x, 3*x], axis=0) @ x=0
    amax([x, 2*x, 3*x]) @ x=0
    min([x, 2*x, 3*x]) @ x=0
    min([x, 2*x, 3*x], axis=0) @ x=0
    maximum(x, -x) @ x=0
    maximum(x, x) @ x=1
    maximum(2*x, -x) @ x=0
    minimum(x, x**2) @ x=[0,1]
    maximum(maximum(x, 0), x) @ x=0
    maximum(abs(x), 0) @ x=0
    maximum(maximum(x, 2*x), 3*x) @ x=0
    relu(relu(x)) @ x=0
    relu(abs(x)) @ x=0
    abs(abs(x)) @ x=0
    abs(relu(x)) @ x=0
    relu(x)**2 @ x=0
    sum(relu(x)) @ x=[0,0,1]
    sum(abs(x)) @ x=[0,0,-1]
    3*relu(2*x) @ x=0
    relu(x)/x @ x=0
    floor(log(x)) @ x=0
    ceil(log(x)) @ x=0
    round(log(x)) @ x=0
    trunc(log(x)) @ x=0
    sign(log(x)) @ x=0
    frac(log(x)) @ x=0
    relu(log(x)) @ x=0
    log(x)**0 @ x=0
    log(x)**0.0 @ x=0
    norm(log(x), 0) @ x=[0,1]
    log(x) // 2 @ x=0
    (log(x) < 0)*1.0 @ x=0
    maximum(log(x), 0) @ x=0
    clamp(log(x), 0, 1) @ x=0
    max([log(x), 0]) @ x=0
    max([log(x), 0], axis=0) @ x=0
    where(x > 1, log(x), x) @ x=0
    0*log(x) @ x=0
    relu(-abs(x))*sqrt(abs(x)) @ x=0
    detach(log(x)) + x @ x=0
    clamp(x, 0, 1) + relu(x) @ x=[0,1]
    clamp(relu(x), 0, 1) @ x=0
    clamp(x**2, 0, 1) @ x=1
    clamp(clamp(x, 0, 1), 0, 2) @ x=[0,1]
    leaky_relu(x) + abs(x) @ x=0
    leaky_relu(abs(x)) @ x=0
    leaky_relu(-x, 0.5) @ x=0
    elu(x, 2)*3 @ x=0
    elu(abs(x)) @ x=0
    norm(x - x) @ x=[1,2]
    norm(x*0) @ x=[1,2]
    norm(relu(x)) @ x=[0,-1]
    norm(abs(x)) @ x=[0,0]
    norm(x)**2 @ x=[0,0]
    norm(x, 1) + norm(x, inf) @ x=[0,0]
    norm([x, 0]) @ x=0
    norm([x, x], inf) @ x=1
    hypot(x, x) @ x=0
    hypot(x, 0*x) @ x=0
    std(relu(x)) @ x=[0,-1]
    std([x, x], correction=0) @ x=1
    sum(max(x, axis=1)) @ x=[[1,1],[2,3]]
    max(abs(x)) @ x=[2,-2]
    max(relu(x)) @ x=[0,-1]
    max(x) - min(x) @ x=[1,1]
    max(x)*max(x) @ x=[2,2,1]
    sqrt(max(x)) @ x=[0,-1]
    sqrt(max(x, axis=0)) @ x=[0,-1]
    sqrt(amax(x)) @ x=[0,-1]
    floor(x)*x @ x=1
    x - floor(x) @ x=1
    round(x)*abs(x) @ x=0
    sign(x)*x @ x=0
    sign(x)*abs(x) @ x=0
    sqrt(sign(x)) @ x=0
    sqrt(floor(x)) @ x=0
    (x % 2)*x @ x=2
    (x // 2)*x @ x=2
    where(x > 0, abs(x), relu(x)) @ x=0
    where(x > 0, x, maximum(x, -x)) @ x=0
    where(x > 0, x**0.5, x) @ x=0
    where(abs(x) > 0, x/abs(x), 0) @ x=0
    x**0.5*x @ x=0
    x*log(x) @ x=0
    xlogy(x, x) @ x=0
    xlogy(abs(x), abs(x)) @ x=0
    sinc(abs(x)) @ x=0
    atan2(abs(x), x) @ x=0
    logaddexp(abs(x), 0) @ x=0
    softplus(abs(x)) @ x=0
    exp(-abs(x)) @ x=0
    tanh(relu(x)) @ x=0
    logsumexp([relu(x), abs(x)]) @ x=0
    prod(relu(x)) @ x=[0,2]
    prod(abs(x)) @ x=[0,0]
    asin(clamp(x, -1, 1)) @ x=[1,2]
    acos(cos(x)) @ x=0
    relu(1 - abs(x)) @ x=[-1,0,1]
    maximum(0, 1 - x*y) @ x=2 y=0.5
    abs(x - y) @ x=1 y=1
    abs(x*y) @ x=0 y=3
    maximum(x, y) - minimum(x, y) @ x=1 y=1
    maximum(x, y)*abs(x - y) @ x=1 y=1
    abs(x)/(1 + abs(x)) @ x=0
    x/norm(x) @ x=[0,0]
    sum(x)/norm(x) @ x=[0,0]
"""


def cases() -> Iterator[dict[str, Any]]:
    """Each case: {"function", "expr", "at"} and, where there is one, "cotangent"."""
    function = ""
    for line in CASES.strip().splitlines():
        if not line.startswith(" "):
            function = line.rstrip(":")
            continue
        expression, _, rest = line.strip().partition(" @ ")
        values, _, cotangent = rest.partition(" by ")
        at = {name: json.loads(value) for name, value in re.findall(r"(\w+)=(\S+)", values)}
        case = {"function": function, "expr": expression, "at": at}
        yield case | ({"cotangent": json.loads(cotangent)} if cotangent else {})
