// The small traces that the tests of tree, timeline, summary and matrix draw, and how they draw them.
#pragma once

#include <csignal>

#include "render/renderers.h"
#include "tests/support/events.h"

namespace lwptrace::render {

using testing::Story;

// What a renderer makes of a story that ends at `us`.
inline std::string picture(decltype(make_tree)* make, const Story& story, Nanos us, Options options = {},
                           Status status = {0, {}, false}) {
  StringSink out;
  const auto renderer = make(out, options);
  story.tell(*renderer, us, status);
  return out.text();
}

inline std::string cut_picture(decltype(make_tree)* make, const Story& story, Options options = {}) {
  StringSink out;
  const auto renderer = make(out, options);
  story.tell_cut(*renderer, "line 118: cut in the middle of a line");
  return out.text();
}

// A shell that forks, execs and waits; ends at 2,000 µs.
inline Story fork_exec_wait() {
  Story s;
  const LwpId sh = s.launch(0, {"sh", "-c", "ls -l; exit 3"});
  const LwpId ls = s.fork(400, sh);
  s.exec(700, ls, {"/bin/ls", "-l"});
  s.exit(1200, ls, 0, How::exit_group);
  s.reap(1500, ls, sh);
  s.exit(2000, sh, 3, How::exit_group);
  return s;
}

// Five threads that overlap and are joined one after the other; ends at 1.3 s.
inline Story five_joined() {
  Story s;
  const LwpId main = s.launch(0, {"./five_threads"});
  std::vector<LwpId> threads;
  for (int i = 0; i < 5; ++i) threads.push_back(s.thread(60'000 * (i + 1), main, "worker"));
  for (int i = 0; i < 5; ++i) {
    s.exit(1'000'000 + 50'000 * i, threads[static_cast<std::size_t>(i)]);
    s.join(1'000'010 + 50'000 * i, threads[static_cast<std::size_t>(i)], main);
  }
  s.exit(1'300'000, main, 0, How::exit_group);
  return s;
}

// A thread's fault takes its siblings along; ends at 1,100 µs.
inline Story thread_crash() {
  Story s;
  const LwpId main = s.launch(0, {"./crash"});
  const LwpId good = s.thread(200, main, "good");
  const LwpId bad = s.thread(300, main, "bad");
  s.signal(900, bad, SIGSEGV, Effect::core);
  s.die(1000, bad, SIGSEGV, true);
  s.taken(1010, good, bad, {{}, SIGSEGV, true});
  s.taken(1020, main, bad, {{}, SIGSEGV, true});
  return s;
}

// A daemon made by a double fork outlives the root, is stopped for a while and ends with a thread; ends at 3,100 µs.
inline Story double_fork_daemon() {
  Story s;
  const LwpId root = s.launch(0, {"./daemon"});
  const LwpId middle = s.fork(200, root);
  const LwpId daemon = s.fork(500, middle);
  s.exit(600, middle, 0, How::exit_group);
  s.add(610, daemon, Reparent{middle, 1, {}, "init"});
  s.reap(800, middle, root);
  s.exit(900, root, 0, How::exit_group);
  const LwpId worker = s.thread(1000, daemon, "worker");
  s.add(1200, daemon, Stop{SIGTSTP, Scope::group});
  s.add(2000, daemon, Continue{SIGCONT, Scope::group});
  s.exit(3000, daemon, 3, How::exit_group);
  s.taken(3000, worker, daemon, {3, {}, false});
  return s;
}

// `count` threads alike, and one child that nobody reaps; ends at 221 ms.
inline Story crowd(int count) {
  Story s;
  const LwpId main = s.launch(0, {"./threads", std::to_string(count)});
  std::vector<LwpId> threads;
  for (int i = 0; i < count; ++i) threads.push_back(s.thread(100 + i * 20, main, "worker"));
  for (int i = 0; i < count; ++i) s.exit(50'000 + i * 22, threads[static_cast<std::size_t>(i)]);
  const LwpId child = s.fork(200'000, main);
  s.exit(210'000, child, 1, How::exit_group);
  s.exit(220'000, main, 0, How::exit_group);
  return s;
}

// A vfork child that execs, a failed birth, a signal to a handler; ends at 1,000 µs.
inline Story vfork_child() {
  Story s;
  const LwpId root = s.launch(0, {"./spawner"});
  BirthFailed failed;
  failed.via = Via::clone3;
  failed.error = EAGAIN;
  failed.why = "RLIMIT_NPROC is reached";
  s.add(50, root, failed);
  s.add(60, root, failed);
  const LwpId child = s.vfork(100, root);
  s.exec(500, child, {"true"});
  s.signal(650, root, SIGUSR1, Effect::handled);
  s.exit(800, child, 0, How::exit_group);
  s.reap(850, child, root);
  s.exit(1000, root, 0, How::exit_group);
  return s;
}

// A child kills its sibling, another aborts, somebody outside kills a third; ends at 1,000 µs.
inline Story kills() {
  Story s;
  const LwpId root = s.launch(0, {"./kills"});
  const LwpId killed = s.fork(100, root);
  const LwpId killer = s.fork(200, root);
  const LwpId aborts = s.fork(300, root);
  const LwpId terminated = s.fork(350, root);
  s.add(400, killed, Exit{How::signal, Status{{}, SIGKILL, false}, killer, false, {}, {}, {}, {}});
  s.signal(500, aborts, SIGABRT, Effect::core, Sender{4714, 0, aborts});
  s.die(510, aborts, SIGABRT, true);
  s.signal(600, terminated, SIGTERM, Effect::terminate, Sender{99, 0, {}});
  s.die(610, terminated, SIGTERM);
  s.exit(700, killer, 0, How::exit_group);
  for (const LwpId child : {killed, killer, aborts, terminated}) s.reap(800, child, root);
  s.exit(1000, root, 0, How::exit_group);
  return s;
}

// Killed by lwptrace at 1,000 µs, when one child was over and another had been killed by somebody else.
inline Story timed_out() {
  Story s;
  const LwpId root = s.launch(0, {"./sleeps"});
  const LwpId over = s.fork(100, root);
  const LwpId murdered = s.fork(200, root);
  const LwpId sleeps = s.fork(300, root);
  s.exit(400, over, 0, How::exit_group);
  s.die(450, murdered, SIGKILL);
  s.exec(500, sleeps, {"sleep", "100"});
  s.die(1000, root, SIGKILL);
  s.die(1010, sleeps, SIGKILL);
  s.reason = EndReason::timeout;
  return s;
}

// Children that --follow leaves out, one of them by a thread; ends at 1,000 µs.
inline Story follow_threads() {
  Story s;
  const LwpId root = s.launch(0, {"./mixed"});
  s.unfollowed(100, root);
  const LwpId thread = s.thread(200, root, "worker");
  s.unfollowed(300, thread);
  s.exit(600, thread);
  s.exit(1000, root, 0, How::exit_group);
  return s;
}

// Names that would steer a terminal, break a line, or be counted wrongly; ends at 500 µs.
inline Story hostile_names() {
  Story s;
  const LwpId root = s.launch(0, {"./\x1b[31mred\n", "日本語のとても長い名前のプログラム引数"});
  const LwpId title = s.thread(100, root, "\x1b]0;title\x07");
  const LwpId wide = s.thread(100, root, "絵文字🎉");
  s.exit(200, title);
  s.exit(300, wide);
  s.exit(400, root, 0, How::exit_group);
  return s;
}

// `count` children that all differ; ends at 9,100 µs.
inline Story all_different(int count) {
  Story s;
  const LwpId root = s.launch(0, {"./various"});
  for (int i = 0; i < count; ++i) {
    const LwpId child = s.fork(100 + i * 70, root);
    s.exec(130 + i * 70, child, {"prog" + std::to_string(i)});
    s.exit(2000 + i * 60, child, i % 100, How::exit_group);
    s.reap(2010 + i * 61, child, root);
  }
  s.exit(9000, root, 0, How::exit_group);
  return s;
}

// One LWP whose birth and end fall into one moment; ends at 0.
inline Story one_moment() {
  Story s;
  s.exit(0, s.launch(0, {"true"}), 0, How::exit_group);
  return s;
}

}  // namespace lwptrace::render
