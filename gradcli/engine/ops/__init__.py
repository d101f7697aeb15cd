"""Every operation, declared once in one of these modules."""

from gradcli.engine.ops.arithmetic import *
from gradcli.engine.ops.assignment import *
from gradcli.engine.ops.comparison import *
from gradcli.engine.ops.conversion import *
from gradcli.engine.ops.indexing import *
from gradcli.engine.ops.joining import *
from gradcli.engine.ops.linalg import *
from gradcli.engine.ops.piecewise import *
from gradcli.engine.ops.products import *
from gradcli.engine.ops.reduction import *
from gradcli.engine.ops.shape import *
from gradcli.engine.ops.statistics import *
from gradcli.engine.ops.transcendental import *
