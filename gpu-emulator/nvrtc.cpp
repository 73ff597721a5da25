// NVRTC for the emulated GPU: CUDA C through g++. A "cubin" is a tag, a length and a shared library.
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

struct Program {
  std::string source;
  std::string name;
  std::string log;
  std::string code;
};

const int kInvalidOption = 5;
const int kCompilation = 6;

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string folder() {
  Dl_info info;
  dladdr((void*) &read, &info);
  std::string path = info.dli_fname;
  return path.substr(0, path.rfind('/'));
}

struct Function {
  std::string name;
  std::string text;
  bool kernel;
};

// Functions of a source, each from its first line to the next function's.
std::vector<Function> functions(const std::string& source) {
  static const std::regex start(
      "\n[^\n/]*(__global__|__device__)[^;={(]*?(__launch_bounds__\\([^)]*\\)\\s*)?([A-Za-z_]\\w*)\\s*\\(");
  std::vector<Function> found;
  std::vector<std::size_t> begins;
  std::string text = "\n" + source;
  for (std::sregex_iterator i(text.begin(), text.end(), start), end; i != end; ++i) {
    begins.push_back(i->position());
    found.push_back({(*i)[3], "", (*i)[1] == "__global__"});
  }
  for (std::size_t i = 0; i < found.size(); i++) {
    std::size_t end = i + 1 < begins.size() ? begins[i + 1] : text.size();
    found[i].text = text.substr(begins[i], end - begins[i]);
  }
  return found;
}

// Names of the functions in which a thread may wait for others, directly or by what they call.
std::set<std::string> waiting(const std::vector<Function>& functions) {
  static const std::regex direct("__syncthreads|__syncwarp|_sync\\s*\\(");
  std::set<std::string> waits;
  for (bool more = true; more;) {
    more = false;
    for (const Function& function : functions) {
      bool now = std::regex_search(function.text, direct);
      for (const std::string& name : waits) {
        now = now || std::regex_search(function.text, std::regex("\\b" + name + "\\s*\\("));
      }
      more |= now && waits.insert(function.name).second;
    }
  }
  return waits;
}

}  // namespace

extern "C" {

const char* nvrtcGetErrorString(int status) {
  return status == 0 ? "NVRTC_SUCCESS"
      : status == kInvalidOption ? "NVRTC_ERROR_INVALID_OPTION"
      : status == kCompilation ? "NVRTC_ERROR_COMPILATION"
                               : "NVRTC_ERROR_INTERNAL_ERROR";
}

int nvrtcVersion(int* major, int* minor) {
  *major = 13;
  *minor = 0;
  return 0;
}

int nvrtcCreateProgram(
    Program** program, const char* source, const char* name, int headers, const char* const*,
    const char* const*) {
  *program = new Program{source, name, "", ""};
  return headers;
}

int nvrtcDestroyProgram(Program** program) {
  delete *program;
  *program = nullptr;
  return 0;
}

int nvrtcCompileProgram(Program* program, int count, const char* const* options) {
  bool architecture = false;
  for (int i = 0; i < count; i++) {
    architecture |= std::strncmp(options[i], "--gpu-architecture=sm_", 22) == 0;
  }
  if (!architecture) {
    program->log = "an architecture is needed";
    return kInvalidOption;
  }
  char name[] = "/tmp/neurite-emulated-XXXXXX";
  std::string base = mkdtemp(name);
  {
    std::ofstream file(base + "/source.cpp");
    file << "#include \"" << folder() << "/emulator.h\"\n#line 1 \"" << program->name << "\"\n"
         << program->source << "\n";
    std::vector<Function> all = functions(program->source);
    std::set<std::string> waits = waiting(all);
    for (const Function& function : all) {
      if (function.kernel) {
        file << "NEURITE_KERNEL(" << function.name << ", " << waits.count(function.name) << ")\n";
      }
    }
  }
  std::string command = "g++ -std=c++17 -O2 -march=native -ffp-contract=off -shared -fPIC -w"
      " -fno-gnu-unique -o " + base + "/code.so " + base + "/source.cpp > " + base + "/log 2>&1";
  int status = std::system(command.c_str());
  program->log = read(base + "/log");
  std::string code = read(base + "/code.so");
  std::string clean = "rm -rf " + base;
  if (std::system(clean.c_str()) != 0 || status != 0) {
    return kCompilation;
  }
  std::uint64_t length = code.size();
  program->code = "NEURITE\n" + std::string((const char*) &length, 8) + code;
  return 0;
}

int nvrtcGetProgramLogSize(Program* program, std::size_t* size) {
  *size = program->log.size() + 1;
  return 0;
}

int nvrtcGetProgramLog(Program* program, char* log) {
  std::memcpy(log, program->log.c_str(), program->log.size() + 1);
  return 0;
}

int nvrtcGetCUBINSize(Program* program, std::size_t* size) {
  *size = program->code.size();
  return 0;
}

int nvrtcGetCUBIN(Program* program, char* code) {
  std::memcpy(code, program->code.data(), program->code.size());
  return 0;
}
}
