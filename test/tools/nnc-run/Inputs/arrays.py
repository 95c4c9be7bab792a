"""Writes the flowers of a table as files of other formats, all with the same numbers: arrays.py flowers.csv DIRECTORY"""
import csv
import gzip
import os
import struct
import sys

import numpy

rows = list(csv.reader(open(sys.argv[1])))[1:]
directory = sys.argv[2]
classes = sorted({row[4] for row in rows})
features = numpy.array([[float(cell) for cell in row[:4]] for row in rows], numpy.float32)
species = numpy.array([classes.index(row[4]) for row in rows], numpy.int64)


def idx(code, array):
    """IDX, which is big-endian."""
    header = struct.pack(">BBBB%dI" % array.ndim, 0, 0, code, array.ndim, *array.shape)
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


def write(name, data):
    with open(os.path.join(directory, name), "wb") as file:
        file.write(data)


write("features.idx", idx(0x0D, features))
write("features.idx.gz", gzip.compress(idx(0x0D, features)))
write("features-f64.idx", idx(0x0E, features.astype(numpy.float64)))
write("species.idx", idx(0x08, species.astype(numpy.uint8)))
write("species-i16.idx.gz", gzip.compress(idx(0x0B, species.astype(numpy.int16))))

numpy.save(os.path.join(directory, "features.npy"), features)
numpy.save(os.path.join(directory, "features-f64.npy"), features.astype(numpy.float64))
numpy.save(os.path.join(directory, "features-big.npy"), features.astype(">f4"))
numpy.save(os.path.join(directory, "features-fortran.npy"), numpy.asfortranarray(features))
numpy.save(os.path.join(directory, "features-2x2.npy"), features.reshape(-1, 2, 2))
numpy.save(os.path.join(directory, "species.npy"), species)
numpy.save(os.path.join(directory, "species-u64.npy"), species.astype(numpy.uint64))
numpy.save(os.path.join(directory, "species-f32.npy"), species.astype(numpy.float32))


def table(name, separator, header, end, spell=lambda cell: '"%s"' % cell):
    lines = [separator.join(header)] if header else []
    lines += [separator.join([spell(cell) for cell in row[:4]] + [row[4]]) for row in rows]
    write(name, (end.join(lines) + end).encode())


table("crlf.csv", ",", ["width", "height", "petals", "scent", "species"], "\r\n")
table("semicolon.csv", ";", ["width", "height", "petals", "scent", "species"], "\n", spell=lambda cell: " %s " % cell)
table("tab.tsv", "\t", ["species_", "b", "c", "d", "species"], "\n\n", spell=str)
table("bom.csv", ",", ["\ufeffwidth", "height", '"petals, number"', "scent", "species"], "\r",
      spell=lambda cell: "%+.3f" % float(cell))
table("headless.csv", ",", [], "\n", spell=str)
write("gzipped.csv", gzip.compress(open(sys.argv[1], "rb").read()))
