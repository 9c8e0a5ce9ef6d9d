// Where separate debug info is looked for: on this machine's disks alone. libdwfl's standard search may ask servers
// (DEBUGINFOD_URLS), which would hold up the trace for as long as a network likes; this one cannot.
#pragma once

#include <elfutils/libdwfl.h>

namespace lwptrace::unwind {

// A libdwfl find_debuginfo callback: by build id, then by .gnu_debuglink if the file it names has the same build id.
int find_local_debuginfo(Dwfl_Module* module, void** userdata, const char* name, Dwarf_Addr base, const char* file,
                         const char* debuglink, GElf_Word crc, char** found);

}  // namespace lwptrace::unwind
