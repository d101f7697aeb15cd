"""The autograd engine on NumPy. It imports nothing else of gradcli.

What the floors above may use of it stands in DOOR; the face of PyTorch may also use what stands in FACE, which is how
Tensors lie in memory and how they are changed there. Everything else is the engine's own, and may change at any time.
"""

import warnings

DOOR = {
    "": "autograd methods ops ranges",
    "domain": "REAL",
    "forward": "Level",
    "graph": "AccumulateGrad Node ordered pull_back source_of unbroadcast",
    "hooks": "hears unheard",
    "locks": "TABLES",
    "memory": "owner tick version version_at",
    "modes": "EVERYWHERE THREAD no_grad record_all reset",
    "multi": "MultiOp Parts Pick RESULTS",
    "once": "forget",
    "op": "OPS Op SequenceOp unary",
    "ops.linalg": "LinAlgError",
    "packing": "Packing",
    "printing": "format_array get_printoptions",
    "random": "DEFAULT_SEED Generator",
    "structure": "GraphNode structure",
    "tensor": "NUMPY Tensor",
}
"""By module: the names that any floor may import."""
FACE = {
    "": "dtypes random ties",
    "autograd": "observed witness",
    "axes": "axis_in no_axes",
    "batched": "Batch",
    "bfloat16": "BFLOAT16 BFLOAT16_MAX converted readable",
    "dtypes": "Array BY_NAME BY_NUMPY DType Default PYTHON_CATEGORY as_float default_for dtype result_type",
    "errors": "size_mismatch uncomputed",
    "fitting": "fitting refuse_overflow",
    "forward": "leads_out settled",
    "graph": "MANY each_node",
    "inplace": "adopt assign change flat forget look own_memory refuse_higher_category refuse_leaf refuse_overlap "
    "refuse_partial_overlap takes_history tell_views write zero_gradient",
    "layout": "along_memory copied_like empty_like in_order is_dense own_copy storage_order",
    "locks": "Installed",
    "memory": "give_memory note_detached touch whole_memory",
    "modes": "enable_grad inference_mode is_grad_enabled is_inference_mode_enabled recording set_grad_enabled told",
    "multi": "picked",
    "op": "rejoin",
    "ops": "cast",
    "ops.decompositions": "matrices",
    "ops.indexing": "scatter",
    "ops.piecewise": "signum",
    "ops.products": "scalar_name",
    "ops.reduction": "count",
    "packing": "Pack Unpack packing unpacked",
    "printing": "set_printoptions",
    "random": "default_generator",
    "staleness": "FREED",
    "tensor": "Size",
    "ties": "is_inference tie",
    "transforms": "Transform refuse_captured",
    "type_names": "TYPE_NAMES not_implemented",
}
"""By module: the names that the face alone may import besides."""

# What is left of NumPy's warnings where a thread has not been told (`modes.py`) to do without them.
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"gradcli\.")
