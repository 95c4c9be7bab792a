"""Any compiled model from Python, with nothing but ctypes and NumPy.

    import nnc
    model = nnc.Library("mlp.so").model()            # or .models["Classifier"]
    net = model.create(seed=1)
    net.train_step(image=images, label=labels, lr=1e-3)   # {"loss": 2.31, "accuracy": 0.09, "accuracy_count": 64}
    net.predict(image=images)                             # {"probability": array(...)}
    net["dense1.weight"]                                  # a copy; net["dense1.weight"] = w sets it
    net.save("mlp.safetensors")

All is read from the description inside the library (runtime/nnc.h), whose structs the classes below repeat;
run as a program, it prints a C program that does not compile if they differ.
"""
import ctypes
from ctypes import POINTER, CFUNCTYPE, c_char_p, c_double, c_int, c_int32, c_int64, c_uint8, c_uint32, c_uint64, c_void_p

import numpy

ABI_VERSION = 5
INPUT, HYPER, SEED, OUTPUT, LOSS, METRIC, METRIC_COUNT = range(7)
KINDS = ("predict", "evaluate", "step", "defaults", "gradients", "update")
PARAMETER, STATE, SLOT, STEP_COUNTER, AVERAGE, GRADIENT = range(6)
DTYPES = tuple(numpy.dtype(name) for name in ("float32", "float64", "int32", "int64", "uint8", "bool"))


class Error(Exception):
    """A call that returned another status than NNC_OK, with the library's own text; status 0: one that was not made."""

    def __init__(self, status, text):
        super().__init__("%s (status %d)" % (text, status) if status else text)
        self.status = status


class _Term(ctypes.Structure):
    _fields_ = [("coefficient", c_int64), ("powers", POINTER(c_uint8))]


class _Dim(ctypes.Structure):
    _fields_ = [("terms", POINTER(_Term)), ("term_count", c_uint32)]


class _Symbol(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("bound", c_int64)]


class _Value(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("role", c_int), ("dtype", c_int), ("rank", c_uint32), ("dims", POINTER(_Dim)),
                ("default_value", c_double), ("has_default", c_int32), ("index_bound", c_int64),
                ("index_ignore", c_int64), ("index_size_count", c_uint32), ("index_sizes", POINTER(_Dim)),
                ("documentation", c_char_p)]


class _Function(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("kind", c_int), ("input_count", c_uint32), ("inputs", POINTER(_Value)),
                ("output_count", c_uint32), ("outputs", POINTER(_Value)), ("symbols_used", c_uint64),
                ("workspace", _Dim), ("defaults", c_int32), ("step_variable", c_int32),
                ("index_space_count", c_uint32), ("index_spaces", POINTER(_Dim)), ("bodies", c_void_p), ("waiting_variable", c_int32),
                ("turns", _Dim)]


class _Variant(ctypes.Structure):
    _fields_ = [("target", c_char_p), ("cpu_features", c_uint64), ("device", c_void_p)]


class _Init(ctypes.Structure):
    _fields_ = [("kind", c_int), ("a", c_double), ("b", c_double), ("values", POINTER(c_double))]


class _Variable(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("kind", c_int), ("dtype", c_int), ("rank", c_uint32),
                ("shape", POINTER(c_int64)), ("bytes", c_uint64), ("offset", c_uint64), ("init", _Init)]


class _Reset(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("variable_count", c_uint32), ("variables", POINTER(c_int64))]


class _Options(ctypes.Structure):
    _fields_ = [("seed", c_uint64), ("max_sizes", POINTER(c_int64)), ("memory", c_void_p), ("memory_bytes", c_uint64),
                ("variant", c_char_p), ("device", c_char_p), ("error", c_char_p), ("error_bytes", c_uint64)]


class _KernelCall(ctypes.Structure):
    _fields_ = [(name, c_char_p) for name in ("function", "kernel", "value", "role", "rule", "of", "file")]
    _fields_ += [("line", c_uint32), ("column", c_uint32), ("operand", c_int32), ("operations", _Dim), ("bytes", _Dim)]


class _Model(ctypes.Structure):
    pass


_Model._fields_ = [
    ("name", c_char_p), ("prefix", c_char_p), ("symbol_count", c_uint32), ("symbols", POINTER(_Symbol)),
    ("variable_count", c_uint32), ("variables", POINTER(_Variable)), ("variable_bytes", c_uint64),
    ("function_count", c_uint32), ("functions", POINTER(_Function)), ("kernel_call_count", c_uint32),
    ("kernel_calls", POINTER(_KernelCall)), ("variant_count", c_uint32), ("variants", POINTER(_Variant)),
    ("create", CFUNCTYPE(c_int, POINTER(_Model), POINTER(c_void_p), POINTER(_Options))),
    ("destroy", CFUNCTYPE(None, c_void_p)),
    ("error_text", CFUNCTYPE(c_char_p, c_void_p)),
    ("memory_bytes", CFUNCTYPE(c_int, POINTER(_Model), POINTER(c_int64), POINTER(c_uint64))),
    ("call", CFUNCTYPE(c_int, c_void_p, c_uint32, POINTER(c_int64), POINTER(c_void_p), POINTER(c_void_p),
                       POINTER(c_double), c_void_p)),
    ("hyper_defaults", CFUNCTYPE(c_int, c_void_p, c_uint32, POINTER(c_double))),
    ("get", CFUNCTYPE(c_int, c_void_p, c_char_p, c_void_p, c_uint64)),
    ("set", CFUNCTYPE(c_int, c_void_p, c_char_p, c_void_p, c_uint64)),
    ("save", CFUNCTYPE(c_int, c_void_p, c_char_p, c_char_p)),
    ("load", CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)),
    ("metadata", CFUNCTYPE(c_int, c_void_p, c_char_p, c_char_p, c_uint64, POINTER(c_uint64))),
    ("reset_count", c_uint32), ("resets", POINTER(_Reset)), ("reset", CFUNCTYPE(c_int, c_void_p, c_char_p)),
    ("device_text", CFUNCTYPE(c_char_p, c_void_p)), ("record", CFUNCTYPE(c_int, c_void_p, c_void_p))]


class _Library(ctypes.Structure):
    _fields_ = [("abi_version", c_uint32), ("compiler", c_char_p), ("target", c_char_p), ("model_count", c_uint32),
                ("models", POINTER(POINTER(_Model))), ("set_threads", CFUNCTYPE(c_int, c_int))]


class Value:
    """An input, number or result of a function."""

    def __init__(self, raw, symbol_count):
        self.name, self.role, self.dtype = raw.name.decode(), raw.role, DTYPES[raw.dtype]
        self.default = raw.default_value if raw.has_default else None
        self.index_bound = raw.index_bound or None
        self.dims = [[(t.coefficient, t.powers[:symbol_count]) for t in raw.dims[axis].terms[:raw.dims[axis].term_count]]
                     for axis in range(raw.rank)]

    def shape(self, sizes):
        """Its shape when the run-time dimensions are `sizes`."""
        return tuple(sum(c * int(numpy.prod([s ** p for s, p in zip(sizes, powers)], dtype=object))
                         for c, powers in dim) for dim in self.dims)

    def read_sizes(self, shape, sizes):
        """Fills `sizes` from the axes of an array that are a run-time dimension times a number."""
        for dim, extent in zip(self.dims, shape):
            if len(dim) == 1 and sum(dim[0][1]) == 1:
                symbol = dim[0][1].index(1)
                if sizes[symbol] is None and extent % dim[0][0] == 0:
                    sizes[symbol] = extent // dim[0][0]


class Function:
    """The description of one C function of a model."""

    def __init__(self, model, index, raw):
        values = [Value(raw.inputs[i], len(model.symbols)) for i in range(raw.input_count)]
        results = [Value(raw.outputs[i], len(model.symbols)) for i in range(raw.output_count)]
        self.raw, self.index, self.name, self.kind = raw, index, raw.name.decode(), KINDS[raw.kind]
        self.inputs = [v for v in values if v.role != HYPER]
        self.hypers = [v for v in values if v.role == HYPER]
        self.outputs = [v for v in results if v.role == OUTPUT]
        self.report = [v for v in results if v.role != OUTPUT]
        self.symbols_used = [bool(raw.symbols_used >> s & 1) for s in range(len(model.symbols))]


class Library:
    def __init__(self, path):
        self.dll = ctypes.CDLL(path if "/" in path else "./" + path)
        if not hasattr(self.dll, "nnc_describe"):
            raise Error(0, "%s is not a library made by nnc: it has no 'nnc_describe'" % path)
        self.dll.nnc_describe.restype = POINTER(_Library)
        self.raw = self.dll.nnc_describe().contents
        if self.raw.abi_version != ABI_VERSION:
            raise Error(0, "%s has ABI version %d, expected %d" % (path, self.raw.abi_version, ABI_VERSION))
        models = [Model(self, self.raw.models[i].contents) for i in range(self.raw.model_count)]
        self.models = {model.name: model for model in models}

    def model(self):
        """The only model of the library."""
        if len(self.models) > 1:
            raise Error(0, "there are several models, name one of `models`: %s" % ", ".join(self.models))
        return next(iter(self.models.values()))

    def set_threads(self, count):
        status = self.raw.set_threads(count)
        if status:
            raise Error(status, "set_threads(%d) was refused" % count)


class Model:
    def __init__(self, library, raw):
        self.library, self.raw, self.name = library, raw, raw.name.decode()
        self.symbols = [raw.symbols[i].name.decode() for i in range(raw.symbol_count)]
        self.variables = {v.name.decode(): v for v in raw.variables[:raw.variable_count]}
        functions = [Function(self, i, raw.functions[i]) for i in range(raw.function_count)]
        self.functions = {f.name: f for f in functions}

    def create(self, seed=0, variant=None, device=None):
        """`device`: "cpu", "cuda", "cuda:1" or "auto"."""
        return Instance(self, seed, variant, device)


class Instance:
    """A model's parameters and state. Its functions are methods, its variables are items."""

    def __init__(self, model, seed, variant, device):
        self.model, self.handle = model, c_void_p()
        if not 0 <= seed < 1 << 64:
            raise Error(0, "seed is %d, expected a number from 0 to 2**64 - 1" % seed)
        reason = ctypes.create_string_buffer(1024)
        options = _Options(seed=seed, variant=variant.encode() if variant else None,
                           device=device.encode() if device else None,
                           error=ctypes.cast(reason, c_char_p), error_bytes=len(reason))
        status = model.raw.create(ctypes.byref(model.raw), ctypes.byref(self.handle), ctypes.byref(options))
        if status:
            raise Error(status, reason.value.decode())

    def __del__(self):
        if self.__dict__.get("handle"):
            self.model.raw.destroy(self.handle)

    def __reduce__(self):
        raise TypeError("an instance lives in its library: it is neither copied nor pickled, but saved and loaded")

    def check(self, status):
        if status:
            raise Error(status, self.model.raw.error_text(self.handle).decode())

    def __getattr__(self, name):
        if "model" not in self.__dict__:  # create has failed
            raise AttributeError(name)
        if name not in self.model.functions:
            raise AttributeError("%s has no function '%s'" % (self.model.name, name))
        return lambda **arguments: Call(self, name, **arguments).run()

    def _variable(self, name):
        variable = self.model.variables[name]
        return numpy.empty(tuple(variable.shape[:variable.rank]), DTYPES[variable.dtype])

    def __getitem__(self, name):
        array = self._variable(name)
        self.check(self.model.raw.get(self.handle, name.encode(), array.ctypes.data, array.nbytes))
        return array

    def __setitem__(self, name, value):
        array = self._variable(name)
        if numpy.shape(value) not in ((), array.shape):
            raise Error(0, "%s has shape %s, found %s" % (name, array.shape, numpy.shape(value)))
        array[...] = value
        self.check(self.model.raw.set(self.handle, name.encode(), array.ctypes.data, array.nbytes))

    def device_text(self):
        """What runs it: "cuda:0 (NVIDIA H200)"."""
        return self.model.raw.device_text(self.handle).decode()

    def parameter_names(self):
        return [name for name, variable in self.model.variables.items() if variable.kind == PARAMETER]

    def save(self, path):
        self.check(self.model.raw.save(self.handle, str(path).encode(), None))

    def reset(self, entry=None):
        self.check(self.model.raw.reset(self.handle, entry.encode() if entry else None))

    def load(self, path, parameters_only=False):
        self.check(self.model.raw.load(self.handle, str(path).encode(), int(parameters_only)))


def as_argument(function, value, given):
    """`given` as the contiguous array that the C function takes. Floats are rounded to its type; integers and truth
    values have to be what they were."""
    given = numpy.asarray(given)
    array = numpy.ascontiguousarray(given, value.dtype).reshape(given.shape)
    if value.dtype.kind != "f" and not numpy.array_equal(array, given):
        raise TypeError("%s(): '%s' takes %s, found %s that it cannot hold" % (function, value.name, value.dtype, given.dtype))
    return array


class Call:
    """One function with its arguments bound, to run as often as one likes: `sizes` gives run-time dimensions that
    the inputs do not tell; hypers go by their names, and keep their defaults if none is given."""

    def __init__(self, instance, name, sizes=None, **arguments):
        self.instance, self.function = instance, instance.model.functions[name]
        function, symbols = self.function, instance.model.symbols
        self.arrays = []
        found = [(sizes or {}).get(symbol) for symbol in symbols]
        for value in function.inputs:
            given = arguments.pop(value.name, None)
            if given is None and value.default is None:
                raise TypeError("%s() misses '%s'" % (name, value.name))
            array = None if given is None else as_argument(name, value, given)
            if array is not None:
                value.read_sizes(array.shape, found)
            self.arrays.append(array)
        for symbol, size, used in zip(symbols, found, function.symbols_used):
            if used and size is None:
                raise TypeError("%s(): no argument tells '%s'; pass sizes={'%s': ...}" % (name, symbol, symbol))
        found = [size or 0 for size in found]
        for value, array in zip(function.inputs, self.arrays):
            if array is not None and array.shape != value.shape(found):
                raise TypeError("%s(): '%s' has shape %s, expected %s" % (name, value.name, array.shape, value.shape(found)))
        self.results = [numpy.empty(value.shape(found), value.dtype) for value in function.outputs]

        self.sizes = (c_int64 * len(symbols))(*found)
        self.inputs = (c_void_p * len(self.arrays))(*[None if a is None else a.ctypes.data for a in self.arrays])
        self.outputs = (c_void_p * len(self.results))(*[a.ctypes.data for a in self.results])
        self.report = numpy.zeros(len(function.report), numpy.float64)
        self.hyper = None
        if any(hyper.name in arguments for hyper in function.hypers):
            self.hyper = (c_double * len(function.hypers))()
            instance.check(instance.model.raw.hyper_defaults(instance.handle, function.index, self.hyper))
            for i, hyper in enumerate(function.hypers):
                self.hyper[i] = arguments.pop(hyper.name, self.hyper[i])
        if arguments:
            raise TypeError("%s() has no argument '%s'" % (name, next(iter(arguments))))

    def step(self):
        """Runs it; results are in `results`, losses and metrics in `report`."""
        self.instance.check(self.instance.model.raw.call(
            self.instance.handle, self.function.index, self.sizes, self.inputs, self.outputs, self.hyper,
            self.report.ctypes.data if self.report.size else None))

    def run(self):
        """Runs it; returns results, losses and metrics by their names."""
        self.step()
        values = {value.name: array for value, array in zip(self.function.outputs, self.results)}
        counts = self.report.view(numpy.int64)
        for i, value in enumerate(self.function.report):
            values[value.name] = int(counts[i]) if value.role == METRIC_COUNT else float(self.report[i])
        return values


def _print_layout_checks():
    print('#include "nnc.h"')
    for struct in (_Term, _Dim, _Symbol, _Value, _Function, _Variant, _Init, _Variable, _Reset, _Options, _KernelCall, _Model,
                   _Library):
        words = "".join("_" + c.lower() if c.isupper() else c for c in struct.__name__[1:])
        name = "nnc" + words
        print('_Static_assert(sizeof(%s) == %d, "%s");' % (name, ctypes.sizeof(struct), name))
        for field, _ in struct._fields_:
            print('_Static_assert(offsetof(%s, %s) == %d, "%s.%s");'
                  % (name, field, getattr(struct, field).offset, name, field))
    print('_Static_assert(NNC_ABI_VERSION == %d, "version");' % ABI_VERSION)


if __name__ == "__main__":
    _print_layout_checks()
