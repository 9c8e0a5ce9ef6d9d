// Colours are said twice, for the light and for the dark; no meaning is in a colour alone.
#include "grade/report_html.h"

#include <fmt/format.h>

#include <algorithm>

#include "grade/report_words.h"

namespace lwptrace::grade {

namespace {

constexpr const char* style = R"(
:root{color-scheme:light dark;--ink:#1c2024;--soft:#5a636d;--line:#d5dae0;--paper:#fff;--card:#f6f7f9;--good:#1a7f37;
--part:#8a5a00;--bad:#c0262d}
@media(prefers-color-scheme:dark){:root{--ink:#e4e7ea;--soft:#9aa4ae;--line:#3a424a;--paper:#14171a;--card:#1d2125;
--good:#4ac26b;--part:#d9a02c;--bad:#ff7b72}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem 1rem 3rem;max-width:60rem;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.6rem;line-height:1.25;margin:0}h2{font-size:1.2rem;margin:2rem 0 .5rem}h3{font-size:1rem;margin:0}
p{margin:.3rem 0}small,.soft{color:var(--soft)}a{color:inherit}
code,pre,.events{font:.85rem/1.5 ui-monospace,monospace}
.score{font-size:2.2rem;font-weight:700;margin:.6rem 0 .3rem}
.bar{display:block;height:.5rem;min-width:3rem;border-radius:.25rem;background:var(--line);overflow:hidden}
.bar i{display:block;height:100%;background:var(--good)}
.check{margin:.8rem 0;padding:.7rem 1rem;background:var(--card);border:1px solid var(--line);border-left-width:5px;
border-radius:.4rem;break-inside:avoid}
.check.passed{border-left-color:var(--good)}.check.failed{border-left-color:var(--bad)}
.check.partly{border-left-color:var(--part)}
.head{display:flex;gap:.3rem 1rem;justify-content:space-between;align-items:baseline;flex-wrap:wrap}
b.passed{color:var(--good)}b.failed{color:var(--bad)}b.partly{color:var(--part)}b.left{color:var(--soft)}
dl{display:grid;grid-template-columns:6.5rem 1fr;gap:.2rem .8rem;margin:.5rem 0 0}dt{color:var(--soft)}dd{margin:0}
.events{margin:0;padding:0;list-style:none}
pre{margin:.5rem 0;padding:.6rem .8rem;white-space:pre-wrap;background:var(--card);border:1px solid var(--line);
border-left:5px solid var(--part);border-radius:.4rem}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}th{color:var(--soft);font-weight:400;text-align:left;white-space:nowrap}
td .bar{margin-top:.5rem}
th,td{padding:.35rem .8rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top}
.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}.marks{letter-spacing:.2em;white-space:nowrap}
.tiles{display:flex;flex-wrap:wrap;gap:.8rem;margin:1rem 0}.tiles div{flex:1 1 7rem;padding:.6rem .9rem;
background:var(--card);border:1px solid var(--line);border-radius:.4rem}.tiles b{display:block;font-size:1.5rem}
details{border-bottom:1px solid var(--line);padding:.4rem 0}summary{cursor:pointer}
svg{width:100%;height:auto;max-width:42rem;display:block}svg text{fill:var(--soft);font:12px system-ui,sans-serif;
text-anchor:middle}svg rect{fill:var(--good)}svg line{stroke:var(--line)}
@media(max-width:34rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.4rem}}
@media print{:root{--ink:#000;--soft:#444;--line:#bbb;--paper:#fff;--card:#fff;--good:#1a7f37;--part:#8a5a00;
--bad:#c0262d}body{max-width:none;padding:0;font-size:11pt}*{print-color-adjust:exact}}
)";

}  // namespace

std::string html_page(const std::string& title, const std::string& body) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n{}</body>\n</html>\n",
      escaped(title), style, body);
}

std::string html_outcome(const CheckScore& check) {
  const std::string_view word = outcome(check);
  return fmt::format("<b class=\"{}\">{}</b>", word, word);
}

std::string html_bar(double share) {
  return fmt::format("<span class=\"bar\"><i style=\"width:{:.0f}%\"></i></span>", 100 * std::clamp(share, 0.0, 1.0));
}

std::string html_failure(const CheckScore& check, const std::string& found) {
  std::string text = fmt::format("<dt>Found</dt><dd>{}</dd>\n", escaped(found));
  if (!check.events.empty()) {
    text += "<dt>Events</dt><dd><ul class=\"events\">";
    for (const std::string& event : check.events) text += fmt::format("<li>{}</li>", escaped(event));
    text += "</ul></dd>\n";
  }
  if (!check.hint.empty()) {
    text += "<dt>Hint</dt><dd>";
    for (const std::string& line : lines_of(check.hint)) text += escaped(line) + "<br>";
    text += "</dd>\n";
  }
  return text;
}

std::string html_remarks(const Score& score) {
  std::string text;
  for (const std::string& remark : score.remarks) {
    text += "<pre>";
    for (const std::string& line : lines_of(remark)) text += escaped(line) + "\n";
    text += "</pre>\n";
  }
  return text;
}

}  // namespace lwptrace::grade
