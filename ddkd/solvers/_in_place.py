"""BLAS on blocks of larger matrices, in place.

scipy's wrappers copy every block whose columns are not adjacent in memory. The routines behind
them take the distance between columns as an argument, and ``scipy.linalg.cython_blas`` publishes
their addresses for Cython code; ctypes calls those as well. Where they are not to be had, or do
not fit, the functions below do the same with copies.
"""

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.linalg import blas, cython_blas, cython_lapack, lapack

__all__ = ["add_gram", "add_product", "factor"]

# Columns of a Cholesky factor found at once, and the size from which this beats LAPACK's recursion.
_PANEL = 64
_LARGE = 500


def _load(module: Any, name: str) -> Callable[..., None] | None:
    """Routine behind one of scipy's capsules; None if its integers are not C's."""
    python = ctypes.pythonapi
    python.PyCapsule_GetName.argtypes = [ctypes.py_object]
    python.PyCapsule_GetName.restype = ctypes.c_char_p
    python.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
    python.PyCapsule_GetPointer.restype = ctypes.c_void_p
    capsule = module.__pyx_capi__[name]
    signature = python.PyCapsule_GetName(capsule)
    if b" int *" not in signature:
        return None
    pointers = [ctypes.c_void_p] * (signature.count(b",") + 1)
    return ctypes.CFUNCTYPE(None, *pointers)(python.PyCapsule_GetPointer(capsule, signature))


_GEMM, _SYRK, _TRSM = (_load(cython_blas, name) for name in ("dgemm", "dsyrk", "dtrsm"))
_POTRF = _load(cython_lapack, "dpotrf")


def _call(routine: Callable[..., None], *arguments: bytes | int | float | ctypes.c_int) -> None:
    """Call a Fortran routine: letters, integers and reals by reference; `_Address` as it is."""
    routine(*(_reference(argument) for argument in arguments))


class _Address(int):
    """Where a matrix begins in memory."""


def _reference(argument: Any) -> Any:
    if isinstance(argument, _Address):
        return int(argument)
    if isinstance(argument, bytes):
        return ctypes.byref(ctypes.c_char(argument))
    if isinstance(argument, int):
        return ctypes.byref(ctypes.c_int(argument))
    if isinstance(argument, float):
        return ctypes.byref(ctypes.c_double(argument))
    return ctypes.byref(argument)


def _rows_and_distance(matrix: np.ndarray) -> tuple[bool, int] | None:
    """Whether rows (else columns) are contiguous, and their distance; None if neither are."""
    for by_rows, (across, along) in ((True, (0, 1)), (False, (1, 0))):
        distance, rest = divmod(matrix.strides[across], matrix.itemsize)
        adjacent = matrix.strides[along] == matrix.itemsize
        if adjacent and rest == 0 and distance >= max(1, matrix.shape[along]):
            return by_rows, distance
    return None


def add_product(
    total: np.ndarray, left: np.ndarray, right: np.ndarray, *, scale: float = 1.0
) -> None:
    """Add ``scale * left @ right`` to a matrix with contiguous rows."""
    to, by, times = (_rows_and_distance(matrix) for matrix in (total, left, right))
    if _GEMM is None or to is None or by is None or times is None or not to[0]:
        total += scale * (left @ right)
        return
    (left_rows, left_distance), (right_rows, right_distance) = by, times
    # Fortran sees the transposes: total' += right' left'.
    _call(
        _GEMM,
        b"N" if right_rows else b"T",
        b"N" if left_rows else b"T",
        right.shape[1],
        left.shape[0],
        left.shape[1],
        scale,
        _Address(right.ctypes.data),
        right_distance,
        _Address(left.ctypes.data),
        left_distance,
        1.0,
        _Address(total.ctypes.data),
        to[1],
    )


def add_gram(gram: np.ndarray, columns: np.ndarray) -> None:
    """Add ``columns @ columns.T`` to the lower triangle of a Fortran-ordered matrix."""
    layout = _rows_and_distance(columns)
    if _SYRK is None or layout is None:
        rows = np.ascontiguousarray(columns).T
        blas.dsyrk(1.0, rows, beta=1.0, c=gram, trans=1, lower=1, overwrite_c=1)
        return
    by_rows, distance = layout
    n, k = columns.shape
    start, total = _Address(columns.ctypes.data), _Address(gram.ctypes.data)
    kind = b"T" if by_rows else b"N"
    _call(_SYRK, b"L", kind, n, k, 1.0, start, distance, 1.0, total, max(1, n))


def factor(gram: np.ndarray) -> bool:
    """Overwrite a Fortran-ordered lower triangle by its Cholesky factor; False if not definite."""
    n = len(gram)
    if n < _LARGE or _POTRF is None or _TRSM is None or _SYRK is None:
        return bool(lapack.dpotrf(gram, lower=1, clean=0, overwrite_a=1)[1] == 0)
    info = ctypes.c_int(0)
    for first in range(0, n, _PANEL):
        b = min(_PANEL, n - first)
        corner = gram.ctypes.data + gram.itemsize * first * (n + 1)
        _call(_POTRF, b"L", b, _Address(corner), n, info)
        if info.value:
            return False
        m = n - first - b
        if m:
            panel = _Address(corner + gram.itemsize * b)
            rest = _Address(corner + gram.itemsize * b * (n + 1))
            _call(_TRSM, b"R", b"L", b"T", b"N", m, b, 1.0, _Address(corner), n, panel, n)
            _call(_SYRK, b"L", b"N", m, b, -1.0, panel, n, 1.0, rest, n)
    return True
