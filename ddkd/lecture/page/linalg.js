// Dense linear algebra: Householder QR, Cholesky, symmetric eigenvalues. Textbook versions.

/** A matrix stored column by column, so that the first columns are a view. */
export class Matrix {
  constructor(rows, cols, data = new Float64Array(rows * cols)) {
    this.rows = rows;
    this.cols = cols;
    this.data = data;
  }

  column(j) {
    return this.data.subarray(j * this.rows, (j + 1) * this.rows);
  }

  /** The first `width` columns, sharing memory: the features of a model of that width. */
  firstColumns(width) {
    return new Matrix(this.rows, width, this.data.subarray(0, this.rows * width));
  }

  /** The first `count` rows, copied. */
  firstRows(count) {
    const part = new Matrix(count, this.cols);
    for (let j = 0; j < this.cols; j++) part.column(j).set(this.column(j).subarray(0, count));
    return part;
  }

  transpose() {
    const { rows, cols, data } = this;
    const turned = new Matrix(cols, rows);
    for (let j = 0; j < cols; j++) {
      for (let i = 0; i < rows; i++) turned.data[i * cols + j] = data[j * rows + i];
    }
    return turned;
  }

  /** The product with a vector. */
  times(vector) {
    const product = new Float64Array(this.rows);
    for (let j = 0; j < this.cols; j++) addMultiple(product, vector[j], this.column(j));
    return product;
  }
}

export function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

export function norm(a) {
  return Math.sqrt(dot(a, a));
}

/** target += factor * vector, in place. */
function addMultiple(target, factor, vector) {
  for (let i = 0; i < target.length; i++) target[i] += factor * vector[i];
}

/** A with scale * I below it. */
function stackIdentity(A, scale) {
  const stacked = new Matrix(A.rows + A.cols, A.cols);
  for (let j = 0; j < A.cols; j++) {
    stacked.column(j).set(A.column(j));
    stacked.column(j)[A.rows + j] = scale;
  }
  return stacked;
}

/**
 * A = QR of a matrix with at least as many rows as columns.
 *
 * Q is kept as the vectors of its reflections, below and on the diagonal of `reflectors`;
 * R above it, its own diagonal apart.
 */
export function householderQR(A) {
  const reflectors = new Matrix(A.rows, A.cols, A.data.slice(0, A.rows * A.cols));
  const diagonal = new Float64Array(A.cols);
  for (let k = 0; k < A.cols; k++) {
    const v = reflectors.column(k).subarray(k);
    const length = norm(v);
    diagonal[k] = v[0] > 0 ? -length : length;
    v[0] -= diagonal[k];
    for (let j = k + 1; j < A.cols; j++) reflect(v, reflectors.column(j).subarray(k));
  }
  return { reflectors, diagonal };
}

/** b minus its mirror image's distance: b - 2 v <v, b> / <v, v>, in place. */
function reflect(v, b) {
  const square = dot(v, v);
  if (square > 0) addMultiple(b, (-2 * dot(v, b)) / square, v);
}

/** Solve R x = b from the last unknown to the first. */
function solveUpper({ reflectors, diagonal }, b) {
  const x = b.slice(0, diagonal.length);
  for (let k = x.length - 1; k >= 0; k--) {
    x[k] /= diagonal[k];
    addMultiple(x.subarray(0, k), -x[k], reflectors.column(k).subarray(0, k));
  }
  return x;
}

/** Solve R' x = b from the first unknown to the last. */
function solveUpperTransposed({ reflectors, diagonal }, b) {
  const x = b.slice();
  for (let k = 0; k < x.length; k++) {
    x[k] = (x[k] - dot(x.subarray(0, k), reflectors.column(k))) / diagonal[k];
  }
  return x;
}

/**
 * Minimise |y - Z w|^2 + alpha |w|^2; with alpha = 0 the solution of minimum norm.
 *
 * Up to as many features as samples: QR of Z on top of sqrt(alpha) I. Beyond: QR of Z'
 * on top of sqrt(alpha) I, whose Q carries the solution. Nothing is squared.
 */
export function ridge(Z, y, alpha = 0) {
  const wide = Z.cols > Z.rows;
  let system = wide ? Z.transpose() : Z;
  if (alpha > 0) system = stackIdentity(system, Math.sqrt(alpha));
  const qr = householderQR(system);
  const { reflectors } = qr;
  const vector = new Float64Array(system.rows);
  if (wide) {
    vector.set(solveUpperTransposed(qr, y));
    for (let k = system.cols - 1; k >= 0; k--) {
      reflect(reflectors.column(k).subarray(k), vector.subarray(k));
    }
    return vector.subarray(0, Z.cols);
  }
  vector.set(y);
  for (let k = 0; k < system.cols; k++) {
    reflect(reflectors.column(k).subarray(k), vector.subarray(k));
  }
  return solveUpper(qr, vector);
}

/** Z'Z, four columns at a time. */
export function gram(Z) {
  const { rows, cols, data } = Z;
  const G = new Matrix(cols, cols);
  for (let j = 0; j < cols; j++) {
    const a = j * rows;
    for (let k = j; k < cols; k += 4) {
      // Columns past the last repeat it: the same work, no special case.
      const [b, c, d, e] = [0, 1, 2, 3].map((step) => Math.min(k + step, cols - 1) * rows);
      let [s, t, u, v] = [0, 0, 0, 0];
      for (let i = 0; i < rows; i++) {
        const value = data[a + i];
        s += value * data[b + i];
        t += value * data[c + i];
        u += value * data[d + i];
        v += value * data[e + i];
      }
      [s, t, u, v].slice(0, cols - k).forEach((sum, step) => {
        G.data[j * cols + k + step] = G.data[(k + step) * cols + j] = sum;
      });
    }
  }
  return G;
}

/** The lower triangle L of A = L L', in place of the lower triangle of A. */
export function cholesky(A) {
  const size = A.cols;
  for (let k = 0; k < size; k++) {
    const column = A.column(k);
    column[k] = Math.sqrt(column[k]);
    for (let i = k + 1; i < size; i++) column[i] /= column[k];
    for (let j = k + 1; j < size; j++) {
      addMultiple(A.column(j).subarray(j), -column[j], column.subarray(j));
    }
  }
  return A;
}

/** Solve L L' x = b. */
export function choleskySolve(L, b) {
  const x = b.slice();
  const size = L.cols;
  for (let k = 0; k < size; k++) {
    x[k] /= L.column(k)[k];
    addMultiple(x.subarray(k + 1), -x[k], L.column(k).subarray(k + 1));
  }
  for (let k = size - 1; k >= 0; k--) {
    const column = L.column(k);
    x[k] = (x[k] - dot(column.subarray(k + 1), x.subarray(k + 1))) / column[k];
  }
  return x;
}

/**
 * Ridge by the normal equations of the smaller side: faster than QR for many samples, at
 * the price of the square of the condition.
 */
export function ridgeByGram(Z, y, alpha) {
  const wide = Z.cols > Z.rows;
  const turned = Z.transpose();
  const G = gram(wide ? turned : Z);
  for (let k = 0; k < G.cols; k++) G.data[k * G.cols + k] += alpha;
  const L = cholesky(G);
  return wide ? turned.times(choleskySolve(L, y)) : choleskySolve(L, turned.times(y));
}
