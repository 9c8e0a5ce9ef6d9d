// Which LWPs: by path (1.2, 1.*, root), or by how they were born ({kind: thread, creator: root}).
#pragma once

#include <lwptrace/ids.h>

#include <memory>
#include <string>

#include "grade/facts.h"
#include "grade/yaml.h"

namespace lwptrace::grade {

class World;

class Lwps {
 public:
  explicit Lwps(std::string path) : path_(std::move(path)) {}
  explicit Lwps(Columns born) : born_(std::move(born)) {}

  [[nodiscard]] bool has(LwpId lwp, const World& world) const;
  [[nodiscard]] std::string words() const;  // "1.2", "an LWP of kind thread made by 1"

 private:
  std::string path_;  // with * for any number; empty: by birth
  Columns born_;
};

[[nodiscard]] std::shared_ptr<const Lwps> read_lwps(const Yaml& node, const std::string& what);

}  // namespace lwptrace::grade
