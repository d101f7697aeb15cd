"""Short programs that change tensors in place, or watch gradients pass; `result()` is what they show."""

from __future__ import annotations

PROGRAMS = {
    "assigned, then multiplied": """
x=torch.tensor([1.,2.,3.],requires_grad=True)
y=x*2
y[0]=5.
y.mul_(y.detach()+1)
y.sum().backward()
shown = y,x.grad
""",
    "a saved result is changed": """
x=torch.tensor([1.,2.],requires_grad=True)
y=x.exp()
y.add_(1)
y.sum().backward()
""",
    "a leaf": """
x=torch.tensor([1.,2.],requires_grad=True)
x.sin_()
""",
    "an element of a leaf": """
x=torch.tensor([1.,2.],requires_grad=True)
x[0]=1
""",
    "a comparison in place": """
x=torch.tensor([1.,2.],requires_grad=True)
y=(x*1).eq_(torch.tensor([1.,3.],requires_grad=True))
y.sum().backward()
shown = y,x.grad,y.grad_fn.name()
""",
    "whole numbers that take from what needs a gradient": """
x=torch.tensor([1.5,2.],requires_grad=True)
i=torch.zeros(2,dtype=torch.int64)
j=i.clone()
i.copy_(x)
j[:]=x
shown = i,j,i.requires_grad,j.requires_grad
""",
    "the memory of windows is changed": """
b=torch.arange(6.)
y=torch.ones(2,3,requires_grad=True)*b.unfold(0,3,3)
b.add_(1)
y.sum().backward()
""",
    "the slope of relu has a history": """
x=torch.tensor([-1.,2.],requires_grad=True)
slope,=torch.autograd.grad(x.relu().sum(),x,create_graph=True)
slope.sum().backward()
shown = slope.requires_grad,x.grad
""",
    "sin_ of a clone": """
x=torch.tensor([1.,2.],requires_grad=True)
y=x.clone().sin_()
y.sum().backward()
shown = y,x.grad
""",
    "a buffer takes a part that needs a gradient": """
b=torch.zeros(4)
w=torch.tensor([1.,2.],requires_grad=True)
b[1:3]=w*w
b.sum().backward()
shown = b,w.grad
""",
    "through a view": """
x=torch.arange(6.,requires_grad=True)
y=(x*1).view(2,3)
v=y[1]
v.mul_(10)
(y*y).sum().backward()
shown = y,v,x.grad
""",
    "a view sees the change of its base": """
x=torch.arange(4.,requires_grad=True)
y=x*1
v=y[:2]
y.mul_(3)
shown = v, v.sum().backward(), x.grad
""",
    "mul_ by a leaf": """
x=torch.ones(2,requires_grad=True)
w=torch.ones(2,requires_grad=True)
y=x*1
y.mul_(w)
y.sum().backward()
shown = x.grad,w.grad
""",
    "another shape": """
x=torch.ones(3)
x+=torch.ones(2,3)
shown = x
""",
    "a higher dtype": """
x=torch.ones(3,dtype=torch.int64)
x+=1.5
shown = x
""",
    "overlapping elements": """
x=torch.ones(1).expand(3)
x.add_(1)
shown = x
""",
    "a view of a plain tensor": """
x=torch.ones(2,2)
v=x.t()
v[0,1]=7
x.unsqueeze_(0)
shown = x, x.shape, v
""",
    "a saved constant is changed": """
w=torch.ones(2,2)
m=torch.ones(2,requires_grad=True)
z=m*w
w.add_(1)
z.sum().backward()
shown = m.grad
""",
    "a leaf under no_grad": """
x=torch.ones(3,requires_grad=True)
with torch.no_grad():
    x -= 0.5
    x[0] = 9
shown = x, x.requires_grad, x.is_leaf
""",
    "index lists, masks and slices": """
x=torch.zeros(3)
x[[0,2]]=torch.tensor([1.,2.])
x[x>1]=0
x[1:]=torch.ones(3)
shown = x
""",
    "zero_": """
x=torch.ones(2,requires_grad=True)
y=x*2
y.zero_()
y.sum().backward()
shown = x.grad
""",
    "data, fill_ and copy_": """
x=torch.ones(2)
x.data.add_(1)
x.data=torch.zeros(3)
x.fill_(7)
shown = x, x.copy_(torch.tensor([1,2,3]))
""",
    "hooks and retain_grad": """
x=torch.tensor([1.,2.],requires_grad=True)
y=x*3
h=y.register_hook(lambda g: g*10)
y.retain_grad()
z=(y*y).sum()
out=[]
x.register_hook(lambda g: out.append(g.clone()))
z.backward(retain_graph=True)
h.remove()
a=y.grad.clone()
z.backward()
shown = x.grad,a,y.grad,out, y.retains_grad, x._version
""",
    "a list is assigned": """
x=torch.ones(2,2)
x[0]=[1.,2.]
""",
    "an element that is no number": """
x=torch.ones(2)
x[0]="a"
""",
    "NaN among whole numbers": """
x=torch.ones(2,dtype=torch.int64)
x[0]=float("nan")
""",
    "a complex number among whole numbers": """
x=torch.ones(2,dtype=torch.int64)
x[0]=1j
""",
    "a byte that is too large": """
x=torch.ones(2,dtype=torch.uint8)
x[0]=300
""",
    "a byte below zero, a fraction and a bfloat16": """
x=torch.ones(2,dtype=torch.uint8)
x[0]=-1
y=torch.ones(2,dtype=torch.int64)
y[0]=2.7
z=torch.ones(2,dtype=torch.bfloat16)
z[0]=2.5
shown = x,y,z
""",
    "a device as a context": """
with torch.device("cpu"):
    shown = torch.ones(2)
""",
    "a method is added to all tensors": """
torch.Tensor.twice = lambda self: self * 2
shown = torch.ones(2).twice()
del torch.Tensor.twice
""",
    "random numbers that are put back": """
torch.manual_seed(0)
with torch.random.fork_rng():
    first = torch.rand(2)
shown = torch.equal(first, torch.rand(2))
""",
    **{
        f"a part of a {name}": f"""
y=torch.ones(4,requires_grad=True)*1
y.{call}[1].mul_(2)
"""
        for name, call in {
            "split": "split(2)", "split by sizes": "split([2,2])", "chunk": "chunk(2)", "unbind": "unbind()"
        }.items()
    },
    "parts that may be changed": """
y=torch.ones(4,requires_grad=True)*1
y.tensor_split(2)[0].mul_(3)
y.split(2)[0].detach().add_(1)
x=torch.ones(4)
x.split(2)[1].mul_(2)
shown = y,x
""",
    "an element of a part": """
y=torch.ones(4,requires_grad=True)*1
y.split(2)[0][0]=3.
""",
    "a view of a part": """
y=torch.ones(4,requires_grad=True)*1
y.split(2)[0][:1].mul_(2)
""",
    "a part of a leaf": """
torch.ones(4,requires_grad=True).unbind()[0].mul_(2)
""",
    "a part of a plain tensor takes what needs a gradient": """
torch.ones(4).split(2)[0].mul_(torch.ones(2,requires_grad=True))
""",
    "parts after a change of the whole, printed": """
y=torch.ones(4,requires_grad=True)*1
parts=y.split(2)
y.mul_(2)
shown = parts
""",
    "parts after a change of the whole, used": """
y=torch.ones(4,requires_grad=True)*1
parts=y.split(2)
y.mul_(2)
parts[1].sum()
""",
    "a view made under no_grad": """
y=torch.ones(4,requires_grad=True)*1
with torch.no_grad():
    v=y[:2]
v.mul_(2)
""",
    "a view made under no_grad, of a leaf": """
x=torch.ones(4,requires_grad=True)
with torch.no_grad():
    v=x[:2]
v.mul_(2)
""",
    "a view made in inference mode": """
x=torch.ones(4,requires_grad=True)
with torch.inference_mode():
    v=x[:2]
v.mul_(2)
""",
    "views made under no_grad that may be changed": """
x,y=torch.ones(4),torch.ones(4,requires_grad=True)*1
with torch.no_grad():
    v=x[:2]
    y[:2].mul_(2)
v.mul_(2)
shown = x,y
""",
    "a view of a plain tensor that takes a history": """
x,w=torch.ones(4),torch.ones(4,requires_grad=True)
v=x[1:]
x.mul_(w)
shown = v,v.sum().backward(),w.grad
""",
    "detach_ of a view": """
(torch.ones(4,requires_grad=True)*1)[:2].detach_()
""",
    "in inference mode": """
x=torch.ones(2,requires_grad=True)
with torch.inference_mode():
    y=x*2
    y.add_(1)
    y[0]=5
    view=x[:1]
    with torch.inference_mode(False):
        z=torch.ones(1)
shown = [t.is_inference() for t in (x,y,y[:1],y*2,y.clone(),view,z,torch.ones(1))], y, (y+x).grad_fn is None
""",
    **{
        f"outside inference mode, {what}": f"""
with torch.inference_mode():
    y=torch.ones(2)
{line}
"""
        for what, line in {
            "add_": "y.add_(1)", "an element": "y[0]=1", "a view": "y[:1].mul_(2)", "a gradient": "y.requires_grad_()",
            "the version": "y._version", "a parameter": "torch.nn.Parameter(y)",
            "no_grad": "torch.no_grad()(y.zero_)()",
        }.items()
    },
    "random numbers end a history": """
y=torch.ones(3,requires_grad=True)
z=y*2
r=z.normal_()
(r*r+y).sum().backward()
shown = r.requires_grad, r.grad_fn.name(), y.grad
""",
    "random numbers in a part": """
y=torch.ones(3,requires_grad=True)
z=y*2
z[1:].uniform_(2,3)
(z*3).sum().backward()
shown = z.grad_fn.name(), y.grad
""",
}  # fmt: skip
"""By what they show."""


def show(source: str, torch: object) -> str:
    """What the program leaves in `shown`, or the error that it raises."""
    names: dict[str, object] = {"torch": torch}
    try:
        exec(source, names)  # noqa: S102  # the programs above
    except (RuntimeError, TypeError, IndexError) as error:
        return f"{type(error).__name__}: {error}"
    return repr(names.get("shown"))
