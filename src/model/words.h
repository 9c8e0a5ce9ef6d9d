// Which LWP is told about by a number that many may have: open addressing, eight bytes a place, for tens of thousands
// that sleep. A table of nodes would take five times as much.
#pragma once

#include <lwptrace/ids.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lwptrace::model {

class Words {
 public:
  // The first of those with that number for whom `is_it` holds; 0: none.
  template <class Is>
  [[nodiscard]] LwpId find(std::uint64_t number, const Is& is_it) const {
    if (places_.empty()) return 0;
    const std::uint32_t hash = mixed(number);
    for (std::size_t at = home(hash); places_[at].lwp != 0; at = next(at)) {
      if (places_[at].hash == hash && is_it(places_[at].lwp)) return places_[at].lwp;
    }
    return 0;
  }
  void add(std::uint64_t number, LwpId lwp);
  void erase(std::uint64_t number, LwpId lwp);  // if it is there

 private:
  struct Place {
    std::uint32_t hash = 0;
    LwpId lwp = 0;  // 0: nobody
  };
  [[nodiscard]] static std::uint32_t mixed(std::uint64_t number) {
    constexpr std::uint64_t golden_ratio = 0x9e3779b97f4a7c15;
    return static_cast<std::uint32_t>((number * golden_ratio) >> 32U);
  }
  [[nodiscard]] std::size_t home(std::uint32_t hash) const { return hash & (places_.size() - 1); }
  [[nodiscard]] std::size_t next(std::size_t at) const { return (at + 1) & (places_.size() - 1); }
  void put(const Place& one);

  std::vector<Place> places_;  // a power of two of them, a quarter of them free
  std::size_t used_ = 0;
};

}  // namespace lwptrace::model
