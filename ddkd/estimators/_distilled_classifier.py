"""Distillation of classes, by hard or soft labels."""

from typing import Any, Self

import numpy as np
from sklearn.base import ClassifierMixin, is_classifier, is_regressor
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets

from ddkd._checks import check_choice, check_integer
from ddkd._labels import check_classes, decode
from ddkd.estimators._cautions import last_step, warn_of_chance
from ddkd.estimators._classifier import LeastSquaresClassifier
from ddkd.estimators._distilled import Distilled
from ddkd.features import RandomFourierFeatures


def _student_of(distilled: Any) -> Any:
    """The fitted student, or before `fit` what it will be made from."""
    for name in ("student_", "student", "teacher"):
        if getattr(distilled, name, None) is not None:
            return getattr(distilled, name)
    return LeastSquaresClassifier()


def _scores(distilled: Any) -> bool:
    student = _student_of(distilled)
    return is_regressor(student) or hasattr(student, "decision_function")


def _estimates_probabilities(distilled: Any) -> bool:
    return hasattr(_student_of(distilled), "predict_proba")


class DistilledClassifier(ClassifierMixin, Distilled):
    """A student trained on a transfer set that a teacher has labelled.

    The teacher is trained on the labelled data given to `fit`. It then labels the transfer
    set, whose true labels nobody needs to know, and the student is trained on nothing else
    (Cotter et al., "Distilling Double Descent", arXiv 2102.06849).

    Parameters
    ----------
    teacher : classifier or None, default=None
        Any scikit-learn classifier; None is a :class:`LeastSquaresClassifier` on 1,000 random
        Fourier features. One of :mod:`sklearn.semi_supervised`, or whose `fit` takes
        `X_unlabelled`, is given the transfer set, too.
    student : classifier, regressor or None, default=None
        Any scikit-learn classifier; for soft labels a :class:`LeastSquaresClassifier`, a
        pipeline that ends in one, or any regressor. None is one like the teacher.
    transfer : array-like of shape (n_pool, n_inputs), DataFrame, stream or None, default=None
        The transfer set: a pool of inputs; or any object with a method ``sample(n, rng=...)``
        that returns n fresh inputs; or None to use the training inputs again, which is
        distillation in the traditional sense.
    n_transfer : int or None, default=None
        How many examples of it to use: the first ones of a pool (shuffle a pool that is in
        some order), all of them if None. A stream requires a number.
    labels : {"hard", "soft"}, default="hard"
        Whether the teacher passes on its predicted labels, or its `decision_function`, else,
        where it has none, its `predict_proba` (for two classes the difference of the two).
    batch_size : int, default=2000
        A student with `partial_fit` sees the transfer set once, in batches of this size and
        so in bounded memory. Its feature map is drawn for the first batch: give the map a
        bandwidth in numbers where that batch is not like the others. Any other student, such
        as a pipeline, gets one array.
    random_state : int, RandomState instance or None, default=None
        The seed of the stream, and of every `random_state` in teacher and student that is
        None; others are kept.

    Attributes
    ----------
    teacher_ : classifier
        The fitted teacher.
    student_ : estimator
        The fitted student.
    n_transfer_ : int
        The number of examples that the student was trained on.
    classes_ : ndarray of shape (n_classes,)
        All labels of the training data, also those that the teacher never uses.
    n_features_in_ : int
        The number of columns of `X` seen in `fit`.

    See Also
    --------
    DistilledRegressor : For targets that are numbers.
    LeastSquaresClassifier : The default teacher and student.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from ddkd import DistilledClassifier, LeastSquaresClassifier, RandomFourierFeatures
    >>> X, y = load_digits(return_X_y=True)
    >>> labelled, transfer, test = slice(0, 200), slice(200, 1200), slice(1200, None)
    >>> student = LeastSquaresClassifier(RandomFourierFeatures(300, gamma="median"))
    >>> model = DistilledClassifier(student=student, transfer=X[transfer], random_state=0)
    >>> model = model.fit(X[labelled], y[labelled])
    >>> model.n_transfer_, model.score(X[test], y[test]) > model.teacher_.score(X[test], y[test])
    (1000, True)
    """

    def __init__(
        self,
        teacher: Any = None,
        student: Any = None,
        *,
        transfer: Any = None,
        n_transfer: int | None = None,
        labels: str = "hard",
        batch_size: int = 2000,
        random_state: Any = None,
    ):
        super().__init__(
            teacher, student, transfer=transfer, n_transfer=n_transfer, random_state=random_state
        )
        self.labels = labels
        self.batch_size = batch_size

    def fit(self, X: Any, y: Any) -> Self:
        """Train the teacher on labelled data and the student on the transfer set.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_inputs)
            The labelled inputs. Of a DataFrame, with a transfer set that is one, too, only the
            names are checked: teacher and student take its cells as they are.
        y : array-like of shape (n_samples,)
            Their labels.

        Returns
        -------
        DistilledClassifier
            The fitted model.

        Raises
        ------
        ValueError
            If an argument is not one of those allowed, or does not go with the others.

        Warns
        -----
        InterpolationWarning
            If the exact leave-one-out error of the teacher, a :class:`LeastSquaresClassifier`
            without an intercept on up to 1,000 rows, is not one standard error below that of the
            most frequent class; if a least-squares student without a ridge is as wide as its
            transfer set.
        """
        X, y = self._learn(X, y)
        check_classification_targets(y)
        check_integer("batch_size", self.batch_size)
        self.classes_ = check_classes(y)
        self._distil(X, y, LeastSquaresClassifier(RandomFourierFeatures(1000)))
        warn_of_chance(self.teacher_, X, y)
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Predict labels with the student.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_inputs)
            The inputs.

        Returns
        -------
        ndarray of shape (n_samples,)
            The labels.
        """
        X = self._validate(X)
        prediction = self.student_.predict(X)
        if not is_regressor(self.student_):
            return prediction
        return self.classes_[decode(prediction.reshape(len(prediction), -1))]

    @available_if(_scores)
    def decision_function(self, X: Any) -> np.ndarray:
        """Score the classes with the student.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_inputs)
            The inputs.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_classes)
            The student's scores; the lowest float for a class that it has never seen.
        """
        X = self._validate(X)
        if is_regressor(self.student_):
            return self.student_.predict(X)
        scores = self.student_.decision_function(X)
        if len(self.student_.classes_) == 2 < len(self.classes_):
            scores = np.column_stack([-scores, scores])
        return self._all_classes(scores, np.finfo(np.float64).min)

    @available_if(_estimates_probabilities)
    def predict_proba(self, X: Any) -> np.ndarray:
        """Estimate class probabilities with the student.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_inputs)
            The inputs.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            The student's probabilities; zero for a class that it has never seen.
        """
        X = self._validate(X)
        return self._all_classes(self.student_.predict_proba(X), 0.0)

    def agreement(self, X: Any) -> float:
        """Fraction of inputs on which student and teacher predict the same label.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_inputs)
            The inputs.

        Returns
        -------
        float
            The fraction, from 0 to 1.
        """
        X = self._validate(X)
        return float(np.mean(self.predict(X) == self.teacher_.predict(X)))

    def _check_pair(self, teacher: Any, student: Any) -> None:
        if not (hasattr(teacher, "fit") and is_classifier(teacher)):
            raise ValueError(f"teacher must be a classifier; got {teacher!r}")
        if not hasattr(student, "fit"):
            raise ValueError(f"student must be a scikit-learn estimator; got {student!r}")
        if check_choice("labels", self.labels, ("hard", "soft")) == "hard":
            if not is_classifier(student):
                raise ValueError(f"student must be a classifier for hard labels; got {student!r}")
        elif not (hasattr(last_step(student), "fit_scores") or is_regressor(student)):
            raise ValueError(
                "student cannot fit real targets, which soft labels are: it must be a "
                "LeastSquaresClassifier, a pipeline that ends in one, or a regressor; got "
                f"{student!r}"
            )

    def _teacher_labels(self, X: np.ndarray) -> np.ndarray:
        if self.labels == "hard":
            return self.teacher_.predict(X)
        if hasattr(self.teacher_, "decision_function"):
            scores = self.teacher_.decision_function(X)
        elif hasattr(self.teacher_, "predict_proba"):
            scores = self.teacher_.predict_proba(X)
            if len(self.classes_) == 2:
                scores = scores[:, 1] - scores[:, 0]
        else:
            raise ValueError(
                "soft labels need a teacher with decision_function or predict_proba; "
                f"got {self.teacher_!r}"
            )
        k = len(self.classes_)
        if np.shape(scores)[1:] != (() if k == 2 else (k,)):
            raise ValueError(
                f"the teacher's scores have the shape {np.shape(scores)}, which is not one "
                f"column for each of {k} classes"
            )
        return scores

    def _all_classes(self, scores: np.ndarray, missing: float) -> np.ndarray:
        """Give the student's scores a column for every class."""
        if len(self.student_.classes_) == len(self.classes_):
            return scores
        full = np.full((len(scores), len(self.classes_)), missing)
        full[:, np.searchsorted(self.classes_, self.student_.classes_)] = scores
        return full
