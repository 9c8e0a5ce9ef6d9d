// One lock, two conditions. Whoever reads a file later does not mind a tenth of a second; who watches a pipe or a
// terminal is told as soon as can be seen.
#include "cli/output_thread.h"

#include <pthread.h>

#include <chrono>
#include <csignal>
#include <system_error>

#include "engine/clock.h"
#include "engine/interrupts.h"

namespace lwptrace::cli {

namespace {

constexpr std::size_t most = 4096;       // events that wait
constexpr std::size_t many = most / 16;  // are worth waking the thread
constexpr std::chrono::milliseconds patience(100);
constexpr std::chrono::milliseconds moment(5);  // nobody sees it, and a thread that is woken for each event costs more

}  // namespace

void OutputThread::begin(const TraceHeader& header) {
  began_ = true;
  watched_ = outputs_.are_watched();
  if (outputs_.empty()) return;
  header_ = header;
  if (!outputs_.writes()) return write_header();  // a listener makes nobody wait, and is told at once
  sigset_t all, before;                           // signals are the engine's
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error&) {  // a limit (RLIMIT_NPROC): it goes without
    write_header();
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void OutputThread::write_header() {
  outputs_.header(header_);
  outputs_.flush(true);
}

void OutputThread::tell(std::vector<Event>& events) {
  if (!thread_.joinable()) {
    for (const Event& event : events) outputs_.event(event);
    outputs_.flush(false);
    events.clear();
    return;
  }
  std::unique_lock lock(mutex_);
  for (Event& event : events) {
    if (waiting_.size() >= most) wait_for_room(lock);
    waiting_.push_back(std::move(event));
    if (waiting_.size() == many || (watched_ && waiting_.size() == 1)) news_.notify_one();
  }
  events.clear();
}

void OutputThread::wait_for_room(std::unique_lock<std::mutex>& lock) {
  if (const int requests = engine::requests_to_end(); requests != requests_) {
    requests_ = requests;
    passes_ = most;  // the end of thousands is thousands of events
  }
  if (hurried_ || passes_ != 0) {
    passes_ -= passes_ != 0 ? 1 : 0;
    return;
  }
  const Nanos since = engine::clock_now();
  room_.wait_for(lock, patience, [this] { return waiting_.size() < most; });
  cost_.held_up += engine::clock_now() - since;
}

void OutputThread::run() {
  write_header();
  std::vector<Event> taken;
  auto flushed = std::chrono::steady_clock::now();
  for (bool last = false; !last;) {
    {
      std::unique_lock lock(mutex_);
      if (watched_) news_.wait_for(lock, patience, [this] { return ending_ || !waiting_.empty(); });
      news_.wait_for(lock, watched_ ? moment : patience, [this] { return ending_ || waiting_.size() >= many; });
      last = ending_;
      taken.swap(waiting_);
    }
    room_.notify_one();
    for (const Event& event : taken) outputs_.event(event);
    taken.clear();
    const auto now = std::chrono::steady_clock::now();
    const bool all = last || now - flushed >= patience;
    if (all) flushed = now;
    outputs_.flush(all);
  }
  cost_.own = engine::clock_now(CLOCK_THREAD_CPUTIME_ID);
}

void OutputThread::finish() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  news_.notify_one();
  thread_.join();
}

}  // namespace lwptrace::cli
