"""Products, decompositions and solutions of matrices."""

from __future__ import annotations

from typing import Any

from gradcli.catalogue.function import Function


def _f(group: str, name: str, signature: str | None, text: str = "", **more: Any) -> Function:
    return Function(name, signature, text, group, **more)


FUNCTIONS = (
    _f("matrices", "dot", "a, b", "the inner product of two vectors", face="input, tensor"),
    _f("matrices", "matmul", "a, b", "the matrix product; written a @ b", language_aliases="mm mv bmm", face="input, other", linalg="input, other", takes="real complex integer", engine_refuses=True),
    _f("matrices", "outer", "a, b", "the outer product of two vectors", face="input, vec2", also="ger", out="casting"),
    _f("matrices", "cross", "a, b, axis=-1", "the cross product of 3-vectors", written="matrices", linalg="input, other, *, dim=-1", out="apart", takes="real complex integer", kernel="cross", torch="linalg.cross"),
    _f("matrices", "trace", "x", "the sum of the diagonal", face="input", out="none", takes="real complex integer", kernel="trace"),
    _f("matrices", "det", "x", "the determinant", face="input", out="none", takes="real complex", engine_refuses=True, torch="linalg.det", jax="numpy.linalg.det", numpy="linalg.det"),
    _f("matrices", "logdet", "x", "log of the determinant", form="log(det(x))", face="input", out="none", takes="real", engine_refuses=True, jax="jnp.log(jnp.linalg.det(x))", numpy="np.log(np.linalg.det(x))"),
    _f("matrices", "inv", "x", "the inverse matrix", language_aliases="inverse", linalg="A", torch="linalg.inv", jax="numpy.linalg.inv", numpy="linalg.inv"),
    _f("matrices", "solve", "a, b", "the x for which a @ x = b", form="inv(a) @ b", torch="linalg.solve", jax="numpy.linalg.solve", numpy="linalg.solve"),
    _f("matrices", "diag", "x, k=0", "the diagonal of a matrix, or a matrix with that diagonal", face="input, diagonal=0"),
    _f("matrices", "tril", "x, k=0", "the lower triangle", face="input, diagonal=0", in_place="values"),
    _f("matrices", "triu", "x, k=0", "the upper triangle", face="input, diagonal=0", in_place="values"),
    # Without a function in the language
    _f("", "inner", None, "sums of products along the last axes", face="input, other", takes="real complex integer", engine_refuses=True),
    _f("", "kron", None, "the Kronecker product", face="input, other", out="casting"),
    _f("", "bmm", None, "products of matrices in batches", face="input, mat2"),
    _f("", "mm", None, "the product of two matrices", face="input, mat2"),
    _f("", "mv", None, "the product of a matrix and a vector", face="input, vec"),
    _f("", "addmm", None, "beta*input + alpha*(mat1 @ mat2)", face="input, mat1@, mat2, *, beta=1, alpha=1", in_place="values"),
    _f("", "addmv", None, "beta*input + alpha*(mat @ vec)", face="input, mat@, vec, *, beta=1, alpha=1", in_place="values"),
    _f("", "addbmm", None, "beta*input + alpha times the sum of the products of a batch", face="input, batch1@, batch2@, *, beta=1, alpha=1", in_place="values"),
    _f("", "baddbmm", None, "beta*input + alpha*(batch1 @ batch2)", face="input, batch1@, batch2@, *, beta=1, alpha=1", in_place="values"),
    _f("", "addr", None, "beta*input + alpha*outer(vec1, vec2)", face="input, vec1@, vec2, *, beta=1, alpha=1", in_place="values", out="elementwise"),
    _f("", "inverse", None, "the inverse matrix", face="input", takes="real complex", engine_refuses=True, engine="inv"),
    _f("", "slogdet", None, "the sign of the determinant, and the logarithm of its size", face="input", linalg="A", takes="real complex", engine_refuses=True),
    _f("", "cholesky", None, "the triangular factor of a positive matrix", face="input, upper=False", out="casting", takes="real complex", engine_refuses=True),
    _f("", "linalg.cholesky", None, "the triangular factor of a positive matrix", linalg="A, *, upper=False", engine="cholesky"),
    _f("", "matrix_power", None, "a matrix to a whole power", face="input, n", linalg="A, n", out="casting"),
    _f("", "pinverse", None, written="matrices"),
    _f("", "qr", None, written="matrices", linalg="A, mode='reduced'"),
    _f("", "svd", None, written="matrices", linalg="A, full_matrices=True, *, driver!=None"),
    _f("", "eig", None, "eigenvalues and eigenvectors", linalg="A"),
    _f("", "eigvals", None, "eigenvalues", linalg="A"),
    _f("", "svdvals", None, "singular values", linalg="A, *, driver!=None"),
    _f("", "eigh", None, "eigenvalues and eigenvectors of a symmetric matrix", linalg="A, UPLO='L'"),
    _f("", "eigvalsh", None, "eigenvalues of a symmetric matrix", linalg="A, UPLO='L'"),
    _f("", "multi_dot", None, "the product of several matrices", linalg="tensors"),
    _f("", "vecdot", None, "inner products along an axis", linalg="x@, y@, *, dim=-1"),
    _f("", "linalg.det", None, "the determinant", linalg="A", engine="det"),
    _f("", "linalg.cond", None, written="matrices", method=False, out="casting"),
    _f("", "linalg.lstsq", None, written="matrices", method=False, out="casting"),
    _f("", "linalg.matrix_rank", None, written="matrices", method=False, out="casting"),
    _f("", "linalg.pinv", None, written="matrices", method=False, out="casting"),
)  # fmt: skip
