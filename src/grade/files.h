// Files beside a rubric: what it names lies in its folder or below, and is read while the rubric is.
#pragma once

#include <filesystem>
#include <string>

#include "grade/yaml.h"

namespace lwptrace::grade {

// Where the file is; a Wrong, if there is none, or links lead it out of the folder.
[[nodiscard]] std::filesystem::path file_beside(const Yaml& node, const std::filesystem::path& folder);
[[nodiscard]] std::string contents(const Yaml& node, const std::filesystem::path& file);

// A name below a working copy, without links of "..".
[[nodiscard]] std::string inner_name(const Yaml& node);

}  // namespace lwptrace::grade
