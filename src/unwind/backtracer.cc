// The walk from frame to frame. libunwind takes every step that there is a rule for; the others are taken by hand: out
// of the stub that made a system call, out of a call through a bad pointer, and along frame pointers. See unwind.h.
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "procfs/maps.h"
#include "unwind/address_space.h"
#include "unwind/image.h"
#include "unwind/module.h"
#include "unwind/unwind.h"
#include "unwind/words.h"

namespace lwptrace::unwind {
namespace {

constexpr std::size_t kMostFrames = 64;

class LibunwindBacktracer : public Backtracer {
 public:
  Backtrace capture(Tid tid, Tid tgid, const UnwindRegisters& regs, const MemoryReader& memory) override;
  void forget(Tid tgid) override;

 private:
  friend class Capture;
  // Reads the mappings of `tgid` anew, where its thread `tid` sees them: a leader that ended has none. Null when it is
  // gone.
  std::shared_ptr<Image> read_image(Tid tid, Tid tgid);

  void drop_unused() {
    std::erase_if(images_, [](const auto& entry) { return entry.second.expired(); });
  }

  AddressSpace space_;
  ModuleCache modules_;
  std::vector<const Image::PcFacts*> walked_;  // in one backtrace; kept for its memory
  std::unordered_map<Tid, std::shared_ptr<Image>> groups_;
  std::unordered_map<std::string, std::weak_ptr<Image>> images_;  // by Image::key
};

// One backtrace in the making.
class Capture {
 public:
  Capture(LibunwindBacktracer& owner, Tid tid, Tid tgid, const UnwindRegisters& regs, const MemoryReader& memory)
      : owner_(owner), tgid_(tgid), start_(regs), words_(memory, regs.rsp) {
    walk_.tid = tid;
    walk_.words = &words_;
    if (const auto known = owner_.groups_.find(tgid); known != owner_.groups_.end()) {
      known->second->tidy();
      use(known->second);
    }
  }

  Backtrace run();

 private:
  void walk();
  // Null if `pc` is in no executable memory.
  const Image::PcFacts* facts_of(std::uint64_t pc, bool exact);
  void use(std::shared_ptr<Image> image) {
    image_ = std::move(image);
    walk_.image = image_.get();
  }
  // Once a backtrace.
  void read_mappings_again();
  [[nodiscard]] const Image::Region* region(std::uint64_t pc) const { return image_ ? image_->region(pc) : nullptr; }
  bool executable(std::uint64_t pc);
  // The caller's registers, without a rule. nullopt: there is no caller to be made out.
  std::optional<UnwindRegisters> pop_return_address(UnwindRegisters regs, const Image::PcFacts* facts);
  std::optional<UnwindRegisters> follow_frame_pointer(UnwindRegisters regs);

  LibunwindBacktracer& owner_;
  Tid tgid_;
  UnwindRegisters start_;  // of the innermost frame
  Words words_;
  Walk walk_;
  std::shared_ptr<Image> image_;
  bool mappings_are_fresh_ = false;
};

void Capture::read_mappings_again() {
  if (mappings_are_fresh_) return;
  mappings_are_fresh_ = true;
  use(owner_.read_image(walk_.tid, tgid_));
}

bool Capture::executable(std::uint64_t pc) {
  if (region(pc) == nullptr) read_mappings_again();
  return region(pc) != nullptr;
}

Backtrace Capture::run() {
  const std::shared_ptr<Image> known = image_;
  walk();
  if (known && image_ != known) walk();  // what it had come by before it knew may be something else by now
  const std::vector<const Image::PcFacts*>& walked = owner_.walked_;
  if (walked.front() != nullptr) return image_->backtrace(walked);
  std::vector<Place> places{{.frame = {.ip = Address{start_.rip}}}};
  for (std::size_t i = 1; i < walked.size(); ++i) places.push_back(walked[i]->place);
  return named_when_read(std::move(places));
}

void Capture::walk() {
  std::vector<const Image::PcFacts*>& walked = owner_.walked_;
  walked.clear();
  walk_.regs = start_;
  std::uint64_t pc = start_.rip;
  bool exact = true;             // pc is the instruction itself; else it is where a call returns to
  std::optional<Cursor> cursor;  // once it is needed, where walk_.regs are or further out
  while (walked.size() < kMostFrames) {
    const bool innermost = walked.empty();
    const Image::PcFacts* facts = facts_of(pc, exact);
    if (facts == nullptr && !innermost) break;
    walked.push_back(facts);
    if (facts != nullptr && (!facts->rule.empty() || facts->signal_frame)) {
      if (!cursor) cursor.emplace(owner_.space_, walk_);
      if (facts->rule.empty() ? !cursor->step_over_signal_frame() : !cursor->step(facts->rule)) break;
      pc = cursor->pc();
      exact = facts->signal_frame;
      continue;
    }
    // The C libraries' rules for clone, clone3 and vfork end before the call does; the stubs keep no frame. Nor does
    // a call through a bad pointer.
    const bool just_called = innermost && (walk_.regs.in_syscall || facts == nullptr);
    std::optional<UnwindRegisters> caller;
    if (just_called) caller = pop_return_address(walk_.regs, facts);
    if (!caller) caller = follow_frame_pointer(cursor ? cursor->registers() : walk_.regs);
    if (!caller) break;
    walk_.regs = *caller;
    cursor.reset();
    pc = caller->rip;
    exact = false;
  }
}

// The mappings are read again for a pc that was never seen: a library may have taken the place of another.
const Image::PcFacts* Capture::facts_of(std::uint64_t pc, bool exact) {
  const auto known = [&] { return image_ ? image_->find(pc, exact) : nullptr; };
  if (const Image::PcFacts* facts = known()) return facts;
  read_mappings_again();
  if (const Image::PcFacts* facts = known()) return facts;
  const Image::Region* around = region(pc);
  return around != nullptr ? &image_->learn(pc, exact, *around, walk_) : nullptr;
}

std::optional<UnwindRegisters> Capture::pop_return_address(UnwindRegisters regs, const Image::PcFacts* facts) {
  if (regs.in_syscall && facts != nullptr && facts->vfork_register) {
    const int reg = *facts->vfork_register;
    regs.rip = reg == 7 ? regs.rdi : reg == 6 ? regs.rsi : reg == 2 ? regs.rdx : 0;
  } else {
    if (!words_.read(regs.rsp, regs.rip)) return std::nullopt;
    regs.rsp += sizeof regs.rip;
  }
  if (!executable(regs.rip)) return std::nullopt;
  return regs;
}

std::optional<UnwindRegisters> Capture::follow_frame_pointer(UnwindRegisters regs) {
  constexpr std::uint64_t kLargestFrame = 1U << 20;
  const std::uint64_t frame = regs.rbp;
  if (frame % 8 != 0 || frame < regs.rsp || frame - regs.rsp > kLargestFrame || !words_.read(frame, regs.rbp) ||
      !words_.read(frame + 8, regs.rip) || !executable(regs.rip)) {
    return std::nullopt;
  }
  regs.rsp = frame + 16;
  return regs;
}

Backtrace LibunwindBacktracer::capture(Tid tid, Tid tgid, const UnwindRegisters& regs, const MemoryReader& memory) {
  try {
    return Capture(*this, tid, tgid, regs, memory).run();
  } catch (const std::exception&) {  // no memory, or libstdc++ refusing a number that an ELF file made up
    return {};
  }
}

void LibunwindBacktracer::forget(Tid tgid) {
  groups_.erase(tgid);
  drop_unused();
}

std::shared_ptr<Image> LibunwindBacktracer::read_image(Tid tid, Tid tgid) {
  const auto mappings = procfs::read_maps(tid);
  if (!mappings) {
    forget(tgid);
    return nullptr;
  }
  if (images_.size() > 2 * groups_.size() + 64) drop_unused();  // mappings that came and went
  std::weak_ptr<Image>& known = images_[Image::key(*mappings)];
  std::shared_ptr<Image> image = known.lock();
  if (!image) known = image = std::make_shared<Image>(*mappings, space_, modules_);
  return groups_[tgid] = image;
}

}  // namespace

std::unique_ptr<Backtracer> make_backtracer() { return std::make_unique<LibunwindBacktracer>(); }

}  // namespace lwptrace::unwind
