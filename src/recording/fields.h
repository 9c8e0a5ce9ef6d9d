// The fields of every line of a trace, once, for both directions: the writer and the reader are visitors of the same
// description and so cannot drift apart. The order here is the order in the line. What a visitor offers:
//
//   v(name, x)            by the type of x; absent when empty, false, unknown or without value
//   v.required(name, x)   always written, and a line without it is an error
//   v.kept(name, x)       always written; a line without it reads as empty
//   v.flag(name, x, w)    a bool that is written when it is true or w is
//   v.unless(name, x)     a bool that is true unless it is written
//   v.lwp(name, x)        absent when 0
//   v.signal, v.exit_signal, v.code, v.error      numbers that are written by name
//   v.derived, v.flags    written for the eye of scripts, ignored on reading: another field has the value
//   v.object(name, f)     a JSON object whose fields f visits
//
// A new field is one line here and one in docs/trace-format.md. This file knows nothing of JSON. Next: writer.cc,
// reader.cc; in words: docs/trace-format.md.
#pragma once

#include <lwptrace/event.h>
#include <lwptrace/trace.h>

#include <concepts>
#include <type_traits>

namespace lwptrace::recording {

template <class T, class U>
concept Is = std::same_as<std::remove_const_t<T>, U>;

template <class V, Is<Status> T>
void fields(V& v, T& s) {
  v("code", s.code);
  v.signal("signal", s.signal);
  v.flag("core", s.core, s.signal.has_value());
}

template <class V, Is<Frame> T>
void fields(V& v, T& f) {
  v.required("ip", f.ip);
  v("symbol", f.symbol);
  v("offset", f.offset);
  v("module", f.module);
  v("file", f.file);
  v("line", f.line);
}

template <class V, Is<Tls> T>
void fields(V& v, T& t) {
  v.required("value", t.value);
  v("fs_base", t.fs_base);
  v("matches", t.matches);
}

template <class V, Is<ParentTid> T>
void fields(V& v, T& p) {
  v.required("addr", p.addr);
  v("value", p.value);
}

template <class V, Is<ChildTid> T>
void fields(V& v, T& c) {
  v.required("addr", c.addr);
  v("set", c.set);
  v("clear", c.clear);
  v("value", c.value);
}

template <class V, Is<Shares> T>
void fields(V& v, T& s) {
  v.kept("vm", s.vm);
  v.kept("fs", s.fs);
  v.kept("files", s.files);
  v.kept("sighand", s.sighand);
  v.kept("sysvsem", s.sysvsem);
  v.kept("io", s.io);
  v.kept("thread_group", s.thread_group);
  v("parent", s.parent);
  v("new_ns", s.new_ns);
}

template <class V, Is<Sender> T>
void fields(V& v, T& s) {
  v.required("pid", s.pid);
  v("uid", s.uid);
  v("lwp", s.lwp);
}

template <class V, Is<Birth> T>
void fields(V& v, T& b) {
  v.required("path", b.path);
  v("via", b.via);
  v("kind", b.kind);
  v("idiom", b.idiom);
  v("creator", b.creator);
  v("parent", b.parent);
  v("ppid", b.ppid);
  v("pgid", b.pgid);
  v("sid", b.sid);
  v.flags("flags", b.flags_raw, b.via);
  v("flags_raw", b.flags_raw);
  v.exit_signal("exit_signal", b.exit_signal);
  v("stack", b.stack);
  v("stack_size", b.stack_size);
  v("tls", b.tls);
  v("parent_tid", b.parent_tid);
  v("child_tid", b.child_tid);
  v("pidfd", b.pidfd);
  v("set_tid", b.set_tid);
  v("cgroup", b.cgroup);
  v("args_size", b.args_size);
  v("args_tail", b.args_tail);
  v("fallback", b.fallback);
  v("shares", b.shares);
  v("ns_tids", b.ns_tids);
  v("abi", b.abi);
  v("duration_ns", b.duration_ns);
  v("backtrace", b.backtrace);
  v("comm", b.comm);
  v("uid", b.uid);
  v("file", b.file);
  v("argv", b.argv);
  v.unless("followed", b.followed);
}

template <class V, Is<BirthFailed> T>
void fields(V& v, T& b) {
  v("via", b.via);
  v.flags("flags", b.flags_raw, b.via);
  v("flags_raw", b.flags_raw);
  v.exit_signal("exit_signal", b.exit_signal);
  v.error("errno", b.error);
  v("why", b.why);
  v("args_size", b.args_size);
  v("args_tail", b.args_tail);
}

template <class V, Is<Exec> T>
void fields(V& v, T& e) {
  v("file", e.file);
  v.kept("argv", e.argv);
  v("argv_cut", e.argv_cut);
  v("comm", e.comm);
  v("former_tid", e.former_tid);
  v("replaced", e.replaced);
  v("abi", e.abi);
  v("uid", e.uid);
  v("privilege_dropped", e.privilege_dropped);
}

template <class V, Is<ExecFailed> T>
void fields(V& v, T& e) {
  v("file", e.file);
  v.error("errno", e.error);
}

template <class V, Is<Comm> T>
void fields(V& v, T& c) {
  v.required("comm", c.comm);  // a program may call itself ""
  v("former", c.former);
}

template <class V, Is<Signal> T>
void fields(V& v, T& s) {
  v.signal("signal", s.signo);
  v.derived("signo", s.signo);
  v.code("code", s);
  v("sender", s.sender);
  v("scope", s.scope);
  v("disposition", s.disposition);
  v("effect", s.effect);
  v("addr", s.addr);
  v("status", s.status);
  v("value", s.value);
  v("syscall", s.syscall);
  v("backtrace", s.backtrace);
}

template <class V, Is<Kill> T>
void fields(V& v, T& k) {
  v("call", k.call);
  v.signal("signal", k.signo);
  v.required("target", k.target);
  v("target_lwp", k.target_lwp);
  v("scope", k.scope);
  v.error("errno", k.error);
  v.flag("blocked", k.blocked, false);
}

template <class V, class T>
requires Is<T, Stop> || Is<T, Continue>
void fields(V& v, T& s) {
  v.signal("signal", s.signo);
  v("scope", s.scope);
}

template <class V, Is<Exit> T>
void fields(V& v, T& e) {
  v("how", e.how);
  fields(v, e.status);
  v("by", e.by);
  v("leader_zombie", e.leader_zombie);
  v("cpu_ns", e.cpu_ns);
  v("utime_ns", e.utime_ns);
  v("stime_ns", e.stime_ns);
  v("child_tid_cleared", e.child_tid_cleared);
}

template <class V, Is<Reap> T>
void fields(V& v, T& r) {
  v.lwp("by", r.by);
  v("status", r.status);
  v("call", r.call);
  v("zombie_ns", r.zombie_ns);
  v("auto", r.automatic);
  v("asked", r.asked);
}

template <class V, Is<Join> T>
void fields(V& v, T& j) {
  v.lwp("by", j.by);
  v.required("futex", j.futex);
  v("waited_ns", j.waited_ns);
}

template <class V, Is<Reparent> T>
void fields(V& v, T& r) {
  v("from", r.from);
  v.object("to", [&r](auto& to) {
    to.required("pid", r.to_pid);
    to("lwp", r.to_lwp);
    to("why", r.why);
  });
}

template <class V, Is<TidAddress> T>
void fields(V& v, T& a) {
  v.required("addr", a.addr);
  v.error("errno", a.error);
}

template <class V, Is<TlsCall> T>
void fields(V& v, T& c) {
  v("call", c.call);
  v("code", c.code);
  v.required("addr", c.addr);
  v.error("errno", c.error);
}

template <class V, Is<Namespace> T>
void fields(V& v, T& n) {
  v("call", n.call);
  v.flags("flags", n.flags_raw, Via::clone3);
  v("flags_raw", n.flags_raw);
  v("fd", n.fd);
  v.error("errno", n.error);
}

template <class V, Is<Escaped> T>
void fields(V& v, T& e) {
  v("what", e.what);
  v("why", e.why);
}

template <class V, Is<Syscall> T>
void fields(V& v, T& s) {
  v("name", s.name);
  v("args", s.args);
  v("ret", s.ret);
}

// What every event line begins with, after its `type`; the fields of its body follow.
template <class V, Is<Event> T>
void fields(V& v, T& e) {
  v.required("seq", e.seq);
  v.required("t", e.t);
  v.required("lwp", e.lwp);
  v.required("tid", e.tid);
  v.required("tgid", e.tgid);
}

// After `type` and `schema`.
template <class V, Is<TraceHeader> T>
void fields(V& v, T& h) {
  v.required("version", h.version);
  v("tool", h.tool);
  v("mode", h.mode);
  v("detail", h.detail);
  v.kept("argv", h.argv);
  v("cwd", h.cwd);
  v("kernel", h.kernel);
  v("arch", h.arch);
  v("start", h.start);
  v("observes", h.observes);
}

template <class V, Is<TraceEnd> T>
void fields(V& v, T& e) {
  v.required("seq", e.seq);
  v.required("t", e.t);
  v("reason", e.reason);
  v("status", e.status);
  v.required("lwps", e.lwps);
  v.required("births", e.births);
  v.required("failed_births", e.failed_births);
  v.required("exits", e.exits);
  v.required("execs", e.execs);
  v.required("signals", e.signals);
  v.required("max_alive", e.max_alive);
  v.required("dropped", e.dropped);
}

}  // namespace lwptrace::recording
