"""Checks that the outputs of predict.test agree."""
import csv

import numpy

probability, best = numpy.load("p.npy"), numpy.load("b.npy")
assert probability.shape == (50, 3) and probability.dtype == numpy.float32, (probability.shape, probability.dtype)
assert best.shape == (50,) and best.dtype == numpy.int32, (best.shape, best.dtype)
assert numpy.array_equal(probability.argmax(1), best)

rows = list(csv.DictReader(open("all.csv")))
assert list(rows[0]) == ["probability_0", "probability_1", "probability_2"], rows[0]
table = numpy.array([[float(cell) for cell in row.values()] for row in rows])
assert numpy.array_equal(table.astype(numpy.float32), probability), "shortest text must read back as the same number"
assert [int(row["best"]) for row in csv.DictReader(open("b.tsv"), delimiter="\t")] == best.tolist()
both = list(csv.reader(open("stdout.csv")))
assert both[0] == ["probability_0", "probability_1", "probability_2", "best"]
assert len(both) == 51
