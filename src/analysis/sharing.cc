// The kernel's rules about who gets which object: copy_process (kernel/fork.c), begin_new_exec (fs/exec.c), unshare(2).
#include "analysis/sharing.h"

namespace lwptrace::analysis {

namespace {

constexpr std::uint64_t kNewNamespaces = 0x7e020080;  // every CLONE_NEW* flag of unshare(2)
constexpr std::uint64_t kCloneFs = 0x200, kCloneFiles = 0x400, kCloneSysvsem = 0x40000, kCloneNewns = 0x20000;

constexpr std::uint8_t bit(Resource resource) {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(resource));
}
constexpr std::size_t at(Resource resource) { return static_cast<std::size_t>(resource); }

constexpr std::array<Resource, kResources> kAll = {Resource::memory,    Resource::files,   Resource::fs,
                                                   Resource::handlers,  Resource::sysvsem, Resource::io,
                                                   Resource::namespaces};

bool shared_at_birth(const Shares& shares, Resource resource) {
  switch (resource) {
    case Resource::memory:
      return shares.vm;
    case Resource::files:
      return shares.files;
    case Resource::fs:
      return shares.fs;
    case Resource::handlers:
      return shares.sighand;
    case Resource::sysvsem:
      return shares.sysvsem;
    case Resource::io:
      return shares.io;
    case Resource::namespaces:
      return shares.new_ns.empty();
  }
  return false;
}

}  // namespace

const Holding* Sharing::find(LwpId lwp) const {
  const auto found = index_.find(lwp);
  return found == index_.end() ? nullptr : &holdings_[found->second];
}

std::uint32_t Sharing::users(Resource resource, ObjectId object) const {
  return object == 0 ? 0 : users_.at(at(resource))[object - 1];
}

ObjectId Sharing::make(Resource resource) {
  auto& users = users_.at(at(resource));
  users.push_back(0);
  return static_cast<ObjectId>(users.size());
}

void Sharing::use(Holding& holding, Resource resource, ObjectId object) {
  holding.last.at(at(resource)) = object;
  if (object != 0) ++users_.at(at(resource))[object - 1];
}

// A new object of its own, where it has company; alone, it keeps the one it has.
void Sharing::leave(Holding& holding, Resource resource) {
  const ObjectId object = holding.last.at(at(resource));
  if (object == 0 || users(resource, object) > 1) use(holding, resource, make(resource));
}

Holding& Sharing::of(const Event& event) {
  const auto [known, fresh] = index_.try_emplace(event.lwp, static_cast<std::uint32_t>(holdings_.size()));
  if (!fresh) return holdings_[known->second];
  Holding& holding = holdings_.emplace_back();
  holding.lwp = event.lwp;
  return holding;
}

void Sharing::event(const Event& event) {
  if (event.lwp == 0) return;
  const bool known = index_.contains(event.lwp);
  Holding& holding = of(event);
  if (const auto* birth = std::get_if<Birth>(&event.body)) {
    if (!known) on(holding, *birth, event);
  } else if (std::holds_alternative<Exec>(event.body)) {
    for (const Resource resource : {Resource::memory, Resource::handlers, Resource::files}) {
      leave(holding, resource);
      holding.by_exec |= bit(resource);
    }
  } else if (const auto* call = std::get_if<Namespace>(&event.body)) {
    if (call->error != 0) return;
    const std::uint64_t flags = call->flags_raw ? call->flags_raw->value : 0;
    const bool unshare = call->call == "unshare";
    const auto leaves = [&](Resource resource, bool condition) {
      if (!condition) return;
      leave(holding, resource);
      holding.by_unshare |= bit(resource);
    };
    leaves(Resource::namespaces, !unshare || (flags & kNewNamespaces) != 0);
    leaves(Resource::files, unshare && (flags & kCloneFiles) != 0);
    leaves(Resource::fs, unshare && (flags & (kCloneFs | kCloneNewns)) != 0);
    leaves(Resource::sysvsem, unshare && (flags & kCloneSysvsem) != 0);
  }
}

void Sharing::on(Holding& holding, const Birth& birth, const Event& event) {
  const auto creator = index_.find(birth.creator.value_or(0));
  const bool attached_thread = birth.via == Via::attach && birth.kind == Kind::thread;
  const auto leader = attached_.find(event.tgid);
  for (const Resource resource : kAll) {
    ObjectId object = 0;
    if (creator != index_.end() && birth.shares) {
      const bool shared = shared_at_birth(*birth.shares, resource);
      object = shared ? holdings_[creator->second].last.at(at(resource)) : make(resource);
      if (!shared) holding.copied |= bit(resource);
    } else if (attached_thread) {
      // The threads of a group share memory and handlers; about the rest an attach knows nothing.
      const bool certain = resource == Resource::memory || resource == Resource::handlers;
      if (certain && leader != attached_.end()) object = holdings_[index_.at(leader->second)].last.at(at(resource));
    } else if (creator == index_.end()) {
      object = make(resource);
    }
    holding.first.at(at(resource)) = object;
    use(holding, resource, object);
  }
  if (birth.via == Via::attach && birth.kind != Kind::thread) attached_[event.tgid] = event.lwp;
}

}  // namespace lwptrace::analysis
