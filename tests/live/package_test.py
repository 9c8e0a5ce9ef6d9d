#!/usr/bin/python3
"""What a user installs: the package in a folder of its own, a project that stands on it alone (../consumer), the .deb."""

import os
import pathlib
import shutil
import unittest

import support

BUILD = pathlib.Path(support.lwptrace()).resolve().parent
CONSUMER = support.REPOSITORY / "tests/consumer"
# What a project says that has a golden test alone: no C++, and nothing that the library is linked with.
GOLDEN_ALONE = """
cmake_minimum_required(VERSION 3.25)
project(golden_alone LANGUAGES C)
find_package(lwptrace REQUIRED)
enable_testing()
add_executable(family family.c)
lwptrace_add_golden_test(NAME family COMMAND family --once GOLDEN family.golden)
"""


def cached(*names):
    """What this build was configured with, so that what stands on it can be linked with it (sanitizers)."""
    lines = (BUILD / "CMakeCache.txt").read_text().splitlines()
    values = dict(line.partition(":")[::2] for line in lines if ":" in line)
    return [values.get(name, "").partition("=")[2] for name in names]


class Package(support.LiveTest):
    def succeed(self, *words, **options):
        result = support.run(words, limit=120, **options)
        said = (result.out + result.err).decode(errors="replace")
        self.assertEqual(result.status, 0, f"{support.text(words)}:\n{said}")
        return said

    def install(self):
        self.succeed("cmake", "--install", BUILD, "--prefix", self.path("usr"))
        return pathlib.Path(self.path("usr"))

    def configure(self, prefix, project, *words):
        c, cpp, flags, kind, more = cached(
            "CMAKE_C_COMPILER", "CMAKE_CXX_COMPILER", "CMAKE_CXX_FLAGS", "CMAKE_BUILD_TYPE", "CMAKE_CXX_FLAGS_DEBUG")
        return self.succeed(
            "cmake", "-G", "Ninja", "-S", project, "-B", self.path("build"), f"-DCMAKE_PREFIX_PATH={prefix}",
            f"-DCMAKE_C_COMPILER={c}", f"-DCMAKE_CXX_COMPILER={cpp}", f"-DCMAKE_BUILD_TYPE={kind}",
            f"-DCMAKE_CXX_FLAGS={flags} {more} -Wall -Wextra -Werror", *words)

    def test_a_project_finds_it_and_its_tests_pass(self):
        self.configure(self.install(), CONSUMER)
        self.succeed("ninja", "-C", self.path("build"))
        environment = {name: value for name, value in os.environ.items() if name != "LWPTRACE"}
        said = self.succeed("ctest", "--test-dir", self.path("build"), "--output-on-failure", env=environment)
        self.assertIn("100% tests passed, 0 tests failed out of 4", said)

    def test_a_golden_test_fails_in_the_words_of_check(self):
        project = pathlib.Path(self.path("project"))
        project.mkdir()
        shutil.copy(CONSUMER / "family.c", project)
        golden = (CONSUMER / "family.golden").read_text()
        (project / "family.golden").write_text(golden.replace("exit_group 3", "exit_group 4"))
        (project / "CMakeLists.txt").write_text(GOLDEN_ALONE)
        nothing = [f"-DCMAKE_DISABLE_FIND_PACKAGE_{name}=ON" for name in ("fmt", "simdjson", "PkgConfig")]
        self.configure(self.install(), project, *nothing)
        self.succeed("ninja", "-C", self.path("build"))
        result = support.run(["ctest", "--test-dir", self.path("build"), "--output-on-failure"])
        self.assertNotEqual(result.status, 0)
        self.assertIn("\n1.2 exited 3, golden says 4\n", result.out.decode())

    def test_each_header_stands_by_itself(self):
        headers = sorted(self.install().glob("include/lwptrace/*.h"))
        self.assertIn("matchers.h", [header.name for header in headers])
        (compiler,) = cached("CMAKE_CXX_COMPILER")
        for header in headers:
            self.succeed(compiler, "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-I",
                         self.path("usr/include"), "-x", "c++", "-include", header, "/dev/null")

    def test_the_debian_package_can_be_unpacked_and_runs(self):
        if not shutil.which("dpkg-shlibdeps"):
            self.skipTest("dpkg-shlibdeps is not installed (dpkg-dev)")
        self.succeed("cpack", "--config", BUILD / "CPackConfig.cmake", "-B", self.path("package"))
        (deb,) = pathlib.Path(self.path("package")).glob("*.deb")
        root = pathlib.Path(self.path("root"))
        self.succeed("dpkg-deb", "-x", deb, root)
        for file in ("bin/lwptrace", "include/lwptrace/matchers.h", "lib/liblwptrace.a", "share/man/man1/lwptrace.1",
                     "lib/cmake/lwptrace/lwptraceConfig.cmake"):
            self.assertTrue((root / "usr" / file).is_file(), file)
        needs = self.succeed("dpkg-deb", "-f", deb, "Depends")
        for library in "libc6", "libfmt9", "libunwind8", "libseccomp2":
            self.assertIn(library, needs)
        said = self.succeed(root / "usr/bin/lwptrace", "-qq", "-F", "tree", "-o", "-", "true")
        self.assertIn("exit 0", said)


if __name__ == "__main__":
    unittest.main()
