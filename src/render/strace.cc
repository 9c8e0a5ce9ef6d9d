// strace: the lines that `strace -f` would have printed, in the spelling of strace 6.1, for scripts that grep them.
//
// A call stands in one line, whole, when it has returned ("<unfinished ...>" is not used), and belongs to its caller: a
// birth event tells of the child, its line is the creator's. What a trace does not record is left out or written
// "...": environments, clone3's pidfd address, si_utime, the options of a wait (the pid of a wait4 is the one that it
// returned). Facts for which strace has no line are comments. Strings are quoted as in C and never cut.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <lwptrace/names.h>

#include <csignal>
#include <unordered_map>
#include <vector>

#include "render/renderers.h"
#include "render/strace_words.h"
#include "render/syscall_args.h"
#include "render/text.h"

namespace lwptrace::render {

namespace {

using namespace strace;

constexpr std::size_t kResultColumn = 39;  // "= RESULT" starts one column behind, as with strace's own default

std::string result_of(int error) { return error == 0 ? "0" : failure(error); }

class Strace : public TraceSink {
 public:
  explicit Strace(ByteSink& out) : out_(out) {}

  void header(const TraceHeader& /*header*/) override {}
  void end(const TraceEnd& /*end*/) override {}

  void event(const Event& event) override {
    std::visit([&](const auto& body) { on(event, body); }, event.body);
  }

 private:
  struct Known {
    Tid tid = 0, tgid = 0;
    Tid former_tid = 0;  // before an exec gave it the tid of its thread group
  };

  void on(const Event& event, const Birth& birth) {
    if (birth.via == Via::attach) {
      out_.write(fmt::format("lwptrace: Process {} attached\n", event.tid));
    } else if (birth.via != Via::launch) {
      call(tid_of(birth.creator.value_or(0)), birth_words(birth), std::to_string(event.tid));
    }
    if (birth.followed) alive_[event.lwp] = Known{event.tid, event.tgid, 0};
  }

  void on(const Event& event, const BirthFailed& failed) {
    call(event.tid, failed_words(failed), failure(failed.error));
  }

  void on(const Event& event, const Exec& exec) {
    std::vector<std::string> words;
    for (const std::string& word : exec.argv) words.push_back(quoted(word));
    if (exec.argv_cut) words.emplace_back("...");
    alive_[event.lwp] = Known{event.tid, event.tgid, exec.former_tid.value_or(0)};
    call(event.tid, fmt::format("execve({}, [{}], ...)", quoted(exec.file), fmt::join(words, ", ")), "0");
  }

  void on(const Event& event, const ExecFailed& failed) {
    call(event.tid, fmt::format("execve({}, ...)", quoted(failed.file)), failure(failed.error));
  }

  void on(const Event& event, const Comm& comm) {
    call(event.tid, fmt::format("prctl(PR_SET_NAME, {})", quoted(comm.comm)), "0");
  }

  void on(const Event& event, const Signal& signal) {
    line(event.tid, fmt::format("--- {} {} ---", signal_word(signal.signo), siginfo_words(signal)));
  }

  void on(const Event& event, const Kill& kill) {
    std::string args = std::to_string(kill.target);
    if (kill.call == "tgkill" || kill.call == "rt_tgsigqueueinfo") {
      const auto target = alive_.find(kill.target_lwp.value_or(0));
      args = (target == alive_.end() ? "..." : std::to_string(target->second.tgid)) + ", " + args;
    }
    args += ", " + signal_word(kill.signo);
    if (kill.call != "kill" && kill.call != "tkill" && kill.call != "tgkill") args += ", ...";
    call(event.tid, fmt::format("{}({})", kill.call, args), result_of(kill.error));
  }

  void on(const Event& event, const Stop& stop) {
    line(event.tid, fmt::format("--- stopped by {} ---", signal_word(stop.signo)));
  }

  void on(const Event& event, const Continue& /*go*/) { comment(event.tid, "continued"); }

  void on(const Event& event, const Exit& exit) {
    const int code = exit.status.code.value_or(0);
    if (exit.how == How::exit) call(event.tid, fmt::format("exit({})", code), "?");
    if (exit.how == How::exit_group) call(event.tid, fmt::format("exit_group({})", code), "?");
    const auto by = alive_.find(exit.by.value_or(0));
    if (exit.how == How::exec && event.tid == event.tgid && by != alive_.end()) {
      const Known& caller = by->second;
      line(event.tid, fmt::format("+++ superseded by execve in pid {} +++",
                                  caller.former_tid != 0 ? caller.former_tid : caller.tid));
    } else if (exit.status.signal) {
      line(event.tid, fmt::format("+++ killed by {}{} +++", signal_word(*exit.status.signal),
                                  exit.status.core ? " (core dumped)" : ""));
    } else if (exit.status.code || exit.how != How::lost) {
      line(event.tid, fmt::format("+++ exited with {} +++", code));
    } else {
      comment(event.tid, "its end was not seen");
    }
    alive_.erase(event.lwp);
  }

  void on(const Event& event, const Reap& reap) {
    if (reap.by == 0 || reap.automatic) return;
    if (reap.call != "waitid") {
      call(tid_of(reap.by), fmt::format("{}({}, [{}], ...)", reap.call, event.tid, status_words(reap.status)),
           std::to_string(event.tid));
      return;
    }
    const Status& status = reap.status;
    const bool killed = status.signal.has_value();
    const int code = !killed ? CLD_EXITED : status.core ? CLD_DUMPED : CLD_KILLED;
    call(tid_of(reap.by),
         fmt::format("waitid(..., {{si_signo=SIGCHLD, si_code={}, si_pid={}, si_status={}, ...}}, ...)",
                     si_code_name(SIGCHLD, code), event.tid,
                     killed ? signal_word(*status.signal) : std::to_string(status.code.value_or(0))),
         "0");
  }

  void on(const Event& event, const Join& join) {
    const std::string word = fmt::format("{} /* tid word of {} */", address(join.futex.value), event.tid);
    call(tid_of(join.by), fmt::format("futex({}, FUTEX_WAIT..., ...)", word), "?");
  }

  void on(const Event& event, const Reparent& reparent) {
    comment(event.tid, fmt::format("{} is now a child of {} ({})", event.tid, reparent.to_pid, reparent.why));
  }

  void on(const Event& event, const TidAddress& tid_address) {
    call(event.tid, fmt::format("set_tid_address({})", address(tid_address.addr.value)),
         tid_address.error == 0 ? std::to_string(event.tid) : failure(tid_address.error));
  }

  void on(const Event& event, const TlsCall& tls) {
    const std::string code = tls.code.empty() ? "" : tls.code + ", ";
    call(event.tid, fmt::format("{}({}{})", tls.call, code, address(tls.addr.value)), result_of(tls.error));
  }

  void on(const Event& event, const Namespace& ns) {
    std::string args = ns.fd ? fmt::format("{}, ", *ns.fd) : "";
    args += flag_words(ns.flags_raw.value_or(Address{}).value, Via::clone3);
    call(event.tid, fmt::format("{}({})", ns.call, args), result_of(ns.error));
  }

  void on(const Event& event, const Escaped& escaped) {
    comment(event.tid, fmt::format("not followed: {}: {}", escaped.what, escaped.why));
  }

  void on(const Event& event, const Syscall& other) {
    std::vector<std::string> args;
    for (const Address& arg : arguments(other)) args.push_back(arg.value == 0 ? "0" : fmt::format("{:#x}", arg.value));
    const bool failed = other.ret && *other.ret < 0 && *other.ret >= -4095;
    call(event.tid, fmt::format("{}({})", other.name, fmt::join(args, ", ")),
         !other.ret ? "?"
         : failed   ? failure(static_cast<int>(-*other.ret))
                    : std::to_string(*other.ret));
  }

  // 0 where that LWP's birth was not observed.
  [[nodiscard]] Tid tid_of(LwpId lwp) const {
    const auto found = alive_.find(lwp);
    return found == alive_.end() ? 0 : found->second.tid;
  }

  // As strace -f on a terminal: nobody is named while one task alone is alive.
  [[nodiscard]] std::string prefix(Tid tid) const {
    return alive_.size() > 1 && tid != 0 ? fmt::format("[pid {:>5}] ", tid) : "";
  }

  void line(Tid tid, std::string_view text) { out_.write(prefix(tid) + printable(text) + "\n"); }
  void comment(Tid tid, std::string_view text) { line(tid, fmt::format("/* {} */", text)); }
  void call(Tid tid, std::string_view text, std::string_view result) {
    const std::string whole = prefix(tid) + printable(text);
    out_.write(fmt::format("{:<{}} = {}\n", whole, kResultColumn, result));
  }

  ByteSink& out_;
  std::unordered_map<LwpId, Known> alive_;
};

}  // namespace

std::unique_ptr<TraceSink> make_strace(ByteSink& out, const Options& /*options*/) {
  return std::make_unique<Strace>(out);
}

}  // namespace lwptrace::render
