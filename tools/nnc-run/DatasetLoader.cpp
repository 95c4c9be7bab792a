// DatasetLoader.cpp: finds the file and columns of every input, reads them, and fits their shapes to the
// model.
//
//  1. Each --data option names a file; "INPUT=FILE" says which input it feeds. A table without a name feeds
//  by its
//     columns: those given with --columns, else a column called as the input, else, for the one input that is
//     left, all columns that are left.
//  2. Files are read, each number checked against its input's type and range.
//  3. Run-time dimensions take their values from arrays of the same rank; then all sizes must agree. An array
//  of
//     another rank fits if a sample has as many numbers as the input wants (28 x 28 for 784).
#include "tools/nnc-run/Dataset.h"
#include "tools/nnc-run/support/Checked.h"
#include "tools/nnc-run/support/Text.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace nnc::run {

static bool isName(std::string_view text) {
  if (text.empty() || (text[0] >= '0' && text[0] <= '9'))
    return false;
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return isalnum(c) || c == '_'; });
}

bool splitAssignment(const std::string &text, std::string &name, std::string &value) {
  size_t equals = text.find('=');
  if (equals == std::string::npos || !isName(std::string_view(text).substr(0, equals)))
    return false;
  name = text.substr(0, equals);
  value = text.substr(equals + 1);
  return true;
}

Expected<GivenSize> parseSize(const nnc_model &model, const std::string &setting) {
  std::string name, value;
  std::optional<int64_t> size;
  if (splitAssignment(setting, name, value))
    size = parseInteger(value);
  if (!size || *size < 1)
    return Error::failure(text("--size ", quote(setting), ": expected DIMENSION=NUMBER"));
  std::vector<std::string> names;
  for (uint32_t s = 0; s < model.symbol_count; ++s) {
    names.push_back(model.symbols[s].name);
    if (name == names.back())
      return GivenSize{s, *size};
  }
  return Error::failure(
      text("--size: model has no run-time dimension ", quote(name), suggestion(name, names)));
}

/// Every input of the model's functions once, by name.
static std::vector<const nnc_value *> inputsOf(const std::vector<const nnc_function *> &functions) {
  std::vector<const nnc_value *> inputs;
  for (const nnc_function *function : functions)
    for (uint32_t i = 0; i < function->input_count; ++i) {
      const nnc_value &value = function->inputs[i];
      bool known = std::any_of(inputs.begin(), inputs.end(),
                               [&](const nnc_value *other) { return !std::strcmp(other->name, value.name); });
      if (value.role == NNC_INPUT && value.rank > 0 && !known)
        inputs.push_back(&value);
    }
  return inputs;
}

static std::vector<const nnc_value *> inputsOf(const nnc_model &model) {
  std::vector<const nnc_function *> functions;
  for (uint32_t i = 0; i < model.function_count; ++i)
    functions.push_back(&model.functions[i]);
  return inputsOf(functions);
}

static const nnc_value *findInput(const std::vector<const nnc_value *> &inputs, const std::string &name) {
  for (const nnc_value *input : inputs)
    if (name == input->name)
      return input;
  return nullptr;
}

static std::vector<std::string> namesOf(const std::vector<const nnc_value *> &inputs) {
  std::vector<std::string> names;
  for (const nnc_value *input : inputs)
    names.push_back(input->name);
  return names;
}

/// Calls `apply(input, value)` for each "INPUT=VALUE" of an option.
template <typename Apply>
static Error forEachAssignment(const std::vector<const nnc_value *> &inputs,
                               const std::vector<std::string> &settings, const char *option, Apply apply) {
  for (const std::string &setting : settings) {
    std::string name, value;
    if (!splitAssignment(setting, name, value))
      return Error::failure(text(option, " ", quote(setting), ": expected INPUT=..."));
    const nnc_value *input = findInput(inputs, name);
    if (!input)
      return Error::failure(
          text(option, ": model has no input ", quote(name), suggestion(name, namesOf(inputs))));
    if (Error error = apply(*input, value))
      return error;
  }
  return Error::success();
}

Error applyOptions(const nnc_model &model, const DataOptions &options, Preparations &preparations) {
  std::vector<const nnc_value *> inputs = inputsOf(model);
  auto affine = [&](const char *option, double Affine::*member) {
    return [&preparations, option, member](const nnc_value &input, const std::string &value) -> Error {
      std::optional<double> parsed = parseRatio(value);
      if (!parsed)
        return Error::failure(
            text(option, " ", input.name, "=", value, ": expected a number or a fraction as 1/255"));
      if (!isFloating(input.dtype))
        return Error::failure(text(option, " ", input.name, ": input has the type ", dtypeName(input.dtype),
                                   ", only floating ones can be scaled"));
      std::optional<Affine> &current = preparations[input.name].affine;
      if (!current)
        current.emplace();
      (*current).*member = *parsed;
      return Error::success();
    };
  };
  if (Error error = forEachAssignment(inputs, options.scale, "--scale", affine("--scale", &Affine::scale)))
    return error;
  if (Error error = forEachAssignment(inputs, options.shift, "--shift", affine("--shift", &Affine::shift)))
    return error;
  return forEachAssignment(inputs, options.classes, "--classes",
                           [&](const nnc_value &input, const std::string &list) {
                             preparations[input.name].classes = split(list, ',');
                             return Error::success();
                           });
}

class DatasetLoader {
public:
  DatasetLoader(const nnc_model &model, const std::vector<const nnc_function *> &functions,
                const char *option, const DataOptions &options, Preparations &preparations)
      : model(model), functions(functions), option(option), options(options), preparations(preparations),
        all(inputsOf(model)), used(inputsOf(functions)) {}

  Expected<Dataset> load(const std::vector<std::string> &files) {
    data.type = &model;
    if (Error error = parseColumnOptions())
      return error;
    if (Error error = bindNamedFiles(files))
      return error;
    if (Error error = bindTables(files))
      return error;
    if (Error error = checkComplete())
      return error;
    for (Source &source : sources)
      if (Error error = read(source))
        return error;
    // In the order of the inputs, whatever that of the options was.
    auto place = [&](const std::unique_ptr<Dataset::Column> &column) {
      return std::find(used.begin(), used.end(), column->value);
    };
    std::sort(data.columns.begin(), data.columns.end(),
              [&](const auto &a, const auto &b) { return place(a) < place(b); });
    if (Error error = fitShapes())
      return error;
    return std::move(data);
  }

private:
  struct Binding {
    const nnc_value *input;
    FieldRequest request;
  };
  struct Source {
    std::string path;
    std::unique_ptr<DataFile> file;
    std::vector<Binding> bindings;
  };

  // 1. Which file and columns feed which input.

  Error parseColumnOptions() {
    return forEachAssignment(
        all, options.columns, "--columns", [&](const nnc_value &input, const std::string &list) {
          if (!columnLists.emplace(input.name, list).second)
            return Error::failure(text("--columns gives the columns of ", quote(input.name), " twice"));
          return Error::success();
        });
  }

  Error bind(Source &source, const nnc_value &given, std::vector<size_t> fields) {
    const nnc_value &input = *findInput(used, given.name);
    if (!bound.insert({input.name, source.path}).second)
      return Error::failure(text("input ", quote(input.name), " is fed twice, by ", quote(bound[input.name]),
                                 " and ", quote(source.path)));
    FieldRequest request;
    request.fields = std::move(fields);
    request.rule = {input.dtype, input.index_bound, input.index_ignore};
    request.classes = preparations[input.name].classes;
    source.bindings.push_back({&input, std::move(request)});
    return Error::success();
  }

  static std::vector<size_t> allFields(const DataFile &file) {
    std::vector<size_t> fields;
    for (size_t i = 0; i < file.fields().size(); ++i)
      fields.push_back(i);
    return fields;
  }

  Error bindNamedFiles(const std::vector<std::string> &files) {
    for (const std::string &setting : files) {
      std::string name, path;
      if (!splitAssignment(setting, name, path))
        continue;
      const nnc_value *input = findInput(all, name);
      if (!input)
        return Error::failure(text(option, " ", quote(setting), ": model has no input ", quote(name),
                                   suggestion(name, namesOf(all))));
      if (!findInput(used, name))
        continue;
      Source source;
      if (Error error = openSource(source, path))
        return error;
      std::vector<size_t> fields = allFields(*source.file);
      auto list = columnLists.find(name);
      if (list != columnLists.end())
        if (Error error = selectColumns(source, list->first, list->second, fields))
          return error;
      if (Error error = bind(source, *input, std::move(fields)))
        return error;
      sources.push_back(std::move(source));
    }
    return Error::success();
  }

  Error bindTables(const std::vector<std::string> &files) {
    for (const std::string &setting : files) {
      std::string name, path;
      if (splitAssignment(setting, name, path))
        continue;
      Source source;
      if (Error error = openSource(source, setting))
        return error;
      if (Error error = source.file->isTable() ? bindTable(source) : bindOnlyInput(source))
        return error;
      sources.push_back(std::move(source));
    }
    return Error::success();
  }

  Error openSource(Source &source, const std::string &path) {
    source.path = path;
    Expected<std::unique_ptr<DataFile>> file = DataFile::open(path, options.read);
    if (!file)
      return file.takeError();
    source.file = std::move(*file);
    return Error::success();
  }

  std::vector<const nnc_value *> unbound() const {
    std::vector<const nnc_value *> inputs;
    for (const nnc_value *input : used)
      if (!bound.count(input->name))
        inputs.push_back(input);
    return inputs;
  }

  Error bindOnlyInput(Source &source) {
    std::vector<const nnc_value *> left = unbound();
    if (left.size() != 1)
      return Error::at(source.path, text("holds one array; say which input it feeds with ", option,
                                         " INPUT=FILE", suggestion("", namesOf(all))));
    return bind(source, *left[0], {0});
  }

  Error bindTable(Source &source) {
    const std::vector<std::string> &names = source.file->fields();
    std::vector<bool> taken(names.size(), false);
    bool anything = false;
    // Columns of inputs that these functions don't need are taken, too: a table of features and labels serves
    // for prediction as it is.
    for (const nnc_value *input : all) {
      std::vector<size_t> fields;
      auto list = columnLists.find(input->name);
      if (bound.count(input->name))
        continue;
      if (list != columnLists.end()) {
        if (list->second == "*")
          continue;
        if (Error error = selectColumns(source, list->first, list->second, fields))
          return error;
      } else {
        auto same = std::find(names.begin(), names.end(), input->name);
        if (same == names.end())
          continue;
        if (std::find(same + 1, names.end(), input->name) != names.end())
          return Error::at(source.path,
                           text("has two columns ", quote(input->name),
                                "; choose one by its number with --columns ", input->name, "=NUMBER"));
        fields = {static_cast<size_t>(same - names.begin())};
      }
      for (size_t field : fields)
        taken[field] = true;
      if (!findInput(used, input->name))
        continue;
      anything = true;
      if (Error error = bind(source, *input, std::move(fields)))
        return error;
    }

    std::vector<const nnc_value *> left = unbound();
    std::vector<size_t> rest;
    for (size_t i = 0; i < names.size(); ++i)
      if (!taken[i])
        rest.push_back(i);
    if (left.size() == 1 && !rest.empty())
      return bind(source, *left[0], std::move(rest));
    if (!left.empty() && !anything)
      return Error::at(source.path,
                       text("has the columns ", columnNames(names), ", none of which is an input's name (",
                            join(namesOf(left)), "); say which feed it with --columns INPUT=COLUMN,..."));
    return Error::success();
  }

  static std::string columnNames(const std::vector<std::string> &names) {
    std::vector<std::string> shown;
    for (size_t i = 0; i < names.size() && i < 12; ++i)
      shown.push_back(quote(names[i]));
    if (shown.size() < names.size())
      shown.push_back("...");
    return join(shown);
  }

  /// A column by name, else by its number from 1.
  Error findColumn(const Source &source, const std::string &input, const std::string &column,
                   size_t &field) const {
    const std::vector<std::string> &names = source.file->fields();
    auto named = std::find(names.begin(), names.end(), column);
    if (named != names.end()) {
      field = static_cast<size_t>(named - names.begin());
      return Error::success();
    }
    std::optional<int64_t> index = parseInteger(column);
    if (index && *index >= 1 && *index <= static_cast<int64_t>(names.size())) {
      field = static_cast<size_t>(*index - 1);
      return Error::success();
    }
    return Error::at(source.path, text("has no column ", quote(column), " for input ", quote(input),
                                       suggestion(column, names)));
  }

  /// "a,c..f,7"; "*" is all columns.
  Error selectColumns(const Source &source, const std::string &input, const std::string &list,
                      std::vector<size_t> &fields) const {
    if (!source.file->isTable())
      return Error::at(source.path, text("is not a table, but --columns selects from it for ", quote(input)));
    fields.clear();
    if (list == "*") {
      fields = allFields(*source.file);
      return Error::success();
    }
    for (const std::string &part : split(list, ',')) {
      size_t first = 0, last = 0, dots = part.find("..");
      if (Error error = findColumn(source, input, part.substr(0, dots), first))
        return error;
      last = first;
      if (dots != std::string::npos)
        if (Error error = findColumn(source, input, part.substr(dots + 2), last))
          return error;
      if (last < first)
        return Error::failure(text("--columns ", input, "=", list, ": ", quote(part), " runs backwards"));
      for (size_t field = first; field <= last; ++field)
        fields.push_back(field);
    }
    return Error::success();
  }

  Error checkComplete() const {
    std::vector<const nnc_value *> left = unbound();
    if (left.empty())
      return Error::success();
    const char *name = left[0]->name;
    return Error::failure(text("no data for input ", quote(name), " (", typeText(model, *left[0]),
                               "); give it with ", option, " ", name, "=FILE, or with --columns ", name,
                               "=... from a table"));
  }

  // 2. Reading.

  Error read(Source &source) {
    if (source.bindings.empty())
      return Error::success();
    std::vector<FieldRequest> requests;
    for (Binding &binding : source.bindings)
      requests.push_back(binding.request);
    Expected<std::vector<Array>> arrays = source.file->read(requests);
    if (!arrays)
      return arrays.takeError();
    for (size_t i = 0; i < arrays->size(); ++i) {
      auto column = std::make_unique<Dataset::Column>();
      column->value = source.bindings[i].input;
      column->array = std::move((*arrays)[i]);
      Preparation &preparation = preparations[column->value->name];
      // A single column is a list, unless the input wants a table of one column.
      if (source.file->isTable() && column->value->rank == 1 && column->array.shape.back() == 1)
        column->array.shape.pop_back();
      if (!column->array.classes.empty())
        preparation.classes = column->array.classes;
      // Bytes for a floating input are pixels, and training on 0..255 hardly ever works.
      bool pixels = column->array.element == Element::U8 && isFloating(column->value->dtype);
      column->affine = preparation.affine.value_or(Affine{pixels ? 1.0 / 255 : 1.0, 0});
      data.columns.push_back(std::move(column));
    }
    source.file.reset();
    return Error::success();
  }

  // 3. Shapes.

  /// The run-time dimension that counts samples: "batch" if an input begins with it, else the one that the
  /// first input to begin with a run-time dimension begins with.
  int findSampleSymbol() const {
    int first = -1;
    for (const nnc_value *input : used) {
      int symbol = bareSymbol(model, input->dims[0]);
      if (symbol >= 0 && !std::strcmp(model.symbols[symbol].name, "batch"))
        return symbol;
      if (first < 0)
        first = symbol;
    }
    return first;
  }

  Error misfit(const Dataset::Column &column, std::string found, std::string expected) const {
    return Error::at(column.array.source, text(found, "; input ", quote(column.value->name), " is ",
                                               typeText(model, *column.value), expected));
  }

  Error fitShapes() {
    data.dimensionSizes.assign(model.symbol_count, -1);
    data.sampleSymbol = findSampleSymbol();
    if (Error error = takeGivenSizes())
      return error;
    if (Error error = countSamples())
      return error;
    for (auto &column : data.columns)
      if (Error error = takeSizes(*column))
        return error;
    for (size_t s = 0; s < model.symbol_count; ++s) {
      if (data.dimensionSizes[s] >= 0)
        continue;
      for (const nnc_function *function : functions)
        if (function->symbols_used >> s & 1)
          return Error::failure(text("size ", quote(model.symbols[s].name), " of ", quote(function->name),
                                     " is not fixed by the data; give it with --size ", model.symbols[s].name,
                                     "=NUMBER"));
      data.dimensionSizes[s] = 1; // of no interest to these functions
    }
    for (auto &column : data.columns)
      if (Error error = checkShape(*column))
        return error;
    return Error::success();
  }

  Error takeGivenSizes() {
    for (const std::string &setting : options.sizes) {
      Expected<GivenSize> size = parseSize(model, setting);
      if (!size)
        return size.takeError();
      if (static_cast<int>(size->dimension) == data.sampleSymbol)
        return Error::failure(text("--size: ", quote(model.symbols[size->dimension].name),
                                   " counts samples, set it with --batch"));
      data.dimensionSizes[size->dimension] = size->value;
    }
    return Error::success();
  }

  Error countSamples() {
    if (data.sampleSymbol < 0)
      return Error::success();
    const Dataset::Column *counted = nullptr;
    for (auto &column : data.columns) {
      column->perSample = bareSymbol(model, column->value->dims[0]) == data.sampleSymbol;
      if (!column->perSample)
        continue;
      int64_t samples = column->array.shape[0];
      if (counted && samples != data.sampleCount)
        return Error::at(column->array.source,
                         text("has ", samples, " samples of ", quote(column->value->name), ", ",
                              counted->array.source, " has ", data.sampleCount, " of ",
                              quote(counted->value->name)));
      counted = column.get();
      data.sampleCount = samples;
    }
    // Sizes of other axes are evaluated with one sample; those that depend on the number of samples are
    // refused below.
    data.dimensionSizes[static_cast<size_t>(data.sampleSymbol)] = 1;
    return Error::success();
  }

  /// Run-time dimensions that stand alone take their size from an array of the same rank.
  Error takeSizes(const Dataset::Column &column) {
    const nnc_value &value = *column.value;
    if (value.rank != column.array.shape.size())
      return Error::success();
    for (uint32_t axis = column.perSample ? 1 : 0; axis < value.rank; ++axis) {
      int symbol = bareSymbol(model, value.dims[axis]);
      if (symbol < 0)
        continue;
      int64_t found = column.array.shape[axis], &size = data.dimensionSizes[static_cast<size_t>(symbol)];
      const nnc_symbol &dimension = model.symbols[symbol];
      if (symbol == data.sampleSymbol)
        return misfit(column, text("axis ", axis, " cannot count samples"), ", only the first axis can");
      if (size >= 0 && size != found)
        return misfit(column, text("axis ", axis, " has size ", found),
                      text(", and ", quote(dimension.name), " is ", size, " elsewhere"));
      if (dimension.bound > 0 && found > dimension.bound)
        return misfit(column, text("axis ", axis, " has size ", found),
                      text(", and ", quote(dimension.name), " is at most ", dimension.bound));
      size = found;
    }
    return Error::success();
  }

  Error checkShape(Dataset::Column &column) {
    const nnc_value &value = *column.value;
    const std::vector<int64_t> &shape = column.array.shape;
    size_t skip = column.perSample ? 1 : 0;
    std::vector<int64_t> wanted;
    for (uint32_t axis = static_cast<uint32_t>(skip); axis < value.rank; ++axis) {
      if (data.sampleSymbol >= 0 && usesSymbol(value.dims[axis], static_cast<size_t>(data.sampleSymbol)))
        return misfit(column, "cannot be cut into samples", ", where only the first axis may count them");
      std::optional<int64_t> size = evaluate(model, value.dims[axis], data.dimensionSizes);
      if (!size)
        return misfit(column, text("axis ", axis, " has no valid size"), "");
      wanted.push_back(*size);
    }
    std::optional<int64_t> numbers = product(wanted.data(), wanted.size());
    int64_t found = *product(shape.data() + skip, shape.size() - skip);
    bool sameRank = value.rank == shape.size();
    if (numbers != found ||
        (sameRank && !std::equal(wanted.begin(), wanted.end(), shape.begin() + static_cast<long>(skip)))) {
      std::string has = shapeText(shape.data() + skip, shape.size() - skip);
      std::string wants = shapeText(wanted.data(), wanted.size());
      return misfit(column, text(skip ? "a sample has " : "has ", has, " numbers"),
                    text(", expected ", wants));
    }
    column.rowNumbers = found;
    return Error::success();
  }

  const nnc_model &model;
  const std::vector<const nnc_function *> &functions;
  const char *option;
  const DataOptions &options;
  Preparations &preparations;
  const std::vector<const nnc_value *> all, used;
  std::map<std::string, std::string> columnLists, bound;
  std::vector<Source> sources;
  Dataset data;
};

Expected<Dataset> Dataset::load(const nnc_model &model, const std::vector<const nnc_function *> &functions,
                                const std::vector<std::string> &files, const char *option,
                                const DataOptions &options, Preparations &preparations) {
  return DatasetLoader(model, functions, option, options, preparations).load(files);
}

} // namespace nnc::run
