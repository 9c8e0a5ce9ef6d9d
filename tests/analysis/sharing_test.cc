// Sharing: which kernel objects LWPs have in common, by the kernel's rules of birth, exec and unshare.
#include "analysis/sharing.h"

#include <gtest/gtest.h>

#include "tests/support/events.h"

namespace lwptrace::analysis {
namespace {

using testing::Story;

Sharing sharing_of(const Story& story) {
  Sharing sharing;
  story.tell(sharing, 1000);
  return sharing;
}

ObjectId object(const Sharing& sharing, LwpId lwp, Resource resource) {
  return sharing.find(lwp)->last[static_cast<std::size_t>(resource)];
}

TEST(Sharing, AThreadHasWhatItsCreatorHas) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  const LwpId thread = s.thread(10, root);
  const Sharing sharing = sharing_of(s);
  for (const Resource of : {Resource::memory, Resource::files, Resource::fs, Resource::handlers, Resource::sysvsem}) {
    EXPECT_EQ(object(sharing, thread, of), object(sharing, root, of));
    EXPECT_EQ(sharing.users(of, object(sharing, root, of)), 2U);
  }
  EXPECT_NE(object(sharing, thread, Resource::io), object(sharing, root, Resource::io));
}

TEST(Sharing, AForkedChildHasItsOwnAndTheNamespacesOfAll) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  const LwpId child = s.fork(10, root);
  const Sharing sharing = sharing_of(s);
  EXPECT_NE(object(sharing, child, Resource::memory), object(sharing, root, Resource::memory));
  EXPECT_NE(object(sharing, child, Resource::files), object(sharing, root, Resource::files));
  EXPECT_EQ(object(sharing, child, Resource::namespaces), object(sharing, root, Resource::namespaces));
}

TEST(Sharing, AnExecLeavesSharedMemoryHandlersAndFiles) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  const LwpId child = s.born(10, root, Idiom::linuxthreads, Kind::process, 0xf00);
  s.exec(20, child, {"b"});
  const Sharing sharing = sharing_of(s);
  const Holding& holding = *sharing.find(child);
  for (const Resource of : {Resource::memory, Resource::handlers, Resource::files}) {
    EXPECT_NE(object(sharing, child, of), object(sharing, root, of));
    EXPECT_EQ(holding.first[static_cast<std::size_t>(of)], object(sharing, root, of));
  }
  EXPECT_EQ(object(sharing, child, Resource::fs), object(sharing, root, Resource::fs));
}

TEST(Sharing, WhoIsAloneKeepsItsObjectThroughAnExec) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  const Sharing sharing = sharing_of(s);
  EXPECT_EQ(sharing.find(root)->first, sharing.find(root)->last);
  EXPECT_EQ(sharing.users(Resource::memory, object(sharing, root, Resource::memory)), 1U);
}

TEST(Sharing, UnshareLeavesWhatItNames) {
  Story s;
  const LwpId root = s.launch(0, {"a"});
  const LwpId files = s.thread(10, root);
  const LwpId uts = s.thread(20, root);
  const LwpId failed = s.thread(30, root);
  s.add(40, files, Namespace{"unshare", Address{0x400}, {}, 0});
  s.add(50, uts, Namespace{"unshare", Address{0x04000000}, {}, 0});
  s.add(60, failed, Namespace{"unshare", Address{0x400}, {}, 1});
  const Sharing sharing = sharing_of(s);
  EXPECT_NE(object(sharing, files, Resource::files), object(sharing, root, Resource::files));
  EXPECT_EQ(object(sharing, files, Resource::fs), object(sharing, root, Resource::fs));
  EXPECT_NE(object(sharing, uts, Resource::namespaces), object(sharing, root, Resource::namespaces));
  EXPECT_EQ(object(sharing, failed, Resource::files), object(sharing, root, Resource::files));
}

TEST(Sharing, OfAnAttachedThreadOnlyMemoryAndHandlersAreCertain) {
  Sharing sharing;
  for (const LwpId id : {1U, 2U}) {
    Birth birth;
    birth.via = Via::attach;
    birth.kind = id == 1 ? Kind::process : Kind::thread;
    sharing.event(Event{id, 0, id, static_cast<Tid>(99 + id), 100, birth});
  }
  EXPECT_EQ(object(sharing, 2, Resource::memory), object(sharing, 1, Resource::memory));
  EXPECT_NE(object(sharing, 2, Resource::memory), 0U);
  EXPECT_EQ(object(sharing, 2, Resource::files), 0U);
}

TEST(Sharing, WithoutABirthNothingIsKnown) {
  Sharing sharing;
  sharing.event(Event{1, 0, 7, 100, 100, Comm{"x", ""}});
  EXPECT_EQ(object(sharing, 7, Resource::memory), 0U);
  EXPECT_EQ(sharing.users(Resource::memory, 0), 0U);
}

}  // namespace
}  // namespace lwptrace::analysis
