"""How the page looks: in light and in dark, on a wide screen, on a phone and on paper."""

from __future__ import annotations

STYLE = """
:root {
  color-scheme: light dark;
  --ink: #1b1f24; --soft: #57606a; --ground: #fff; --line: #d0d7de; --head: #f3f4f6; --link: #0b57b0; --warn: #9a3412;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e8ebf0; --soft: #a9b2bf; --ground: #10131a; --line: #3a4250; --head: #1b1f27; --link: #8ab8ff;
    --warn: #fdba74;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, 'Segoe UI', Helvetica, Arial, sans-serif;
}
header, main, footer { max-width: 76rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: .5rem 0; }
h2 { font-size: 1.5rem; margin: 1rem 0 .5rem; border-bottom: 2px solid var(--line); }
section + section { margin-top: 3rem; }
h3 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
p { max-width: 44rem; }
a { color: var(--link); }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 0; margin: .5rem 0; }
nav a { display: inline-block; padding: .25rem 0; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .5rem 1.5rem; margin: 1rem 0; }
dt { color: var(--soft); font-size: .875rem; }
dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
.wide { overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; }
.wide:focus-visible, a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.wide svg { display: block; max-width: none; margin: 0 auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td {
  text-align: left; vertical-align: top; padding: .5rem .75rem; min-width: 6rem;
  border-bottom: 1px solid var(--line); overflow-wrap: break-word;
}
tbody th { min-width: 12rem; }
td { min-width: 11rem; }
td code, p code { overflow-wrap: anywhere; }
thead th { background: var(--head); }
tbody th { font-weight: 400; }
tbody tr:last-child > * { border-bottom: 0; }
td ul, th ul { margin: 0; padding-left: 1.1rem; }
code { font: .875em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.soon { color: var(--warn); }
.sum { font-size: 1.15rem; }
details { margin: .5rem 0; font-size: .9rem; overflow-wrap: anywhere; }
summary:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.sideways { display: none; }
.board {
  display: grid; grid-template-columns: repeat(24, minmax(0, 1fr)); grid-auto-rows: minmax(2.25rem, auto); gap: .35rem;
  border: 1px solid var(--line); border-radius: 6px; padding: .35rem; background: var(--head); font-size: .8rem;
}
.widget {
  display: flex; flex-direction: column; gap: .25rem; min-width: 0; padding: .5rem; overflow-wrap: anywhere;
  background: var(--ground); border: 1px solid var(--line); border-radius: 4px;
}
.widget ul { list-style: none; margin: 0; padding: 0; }
.widget .axis { color: var(--soft); }
.plot {
  flex: 1; min-height: 3rem; border: solid var(--line); border-width: 0 0 1px 1px;
  background: repeating-linear-gradient(var(--ground) 0 1.2rem, var(--line) 1.2rem calc(1.2rem + 1px));
}
.legend { display: flex; flex-wrap: wrap; gap: .1rem .75rem; }
.legend span { display: inline-block; width: .7rem; height: .7rem; margin-right: .3rem; border-radius: 2px; }
.line0 { background: #1f77b4; } .line1 { background: #ff7f0e; } .line2 { background: #2ca02c; }
.line3 { background: #d62728; } .line4 { background: #9467bd; } .line5 { background: #8c564b; }
.line6 { background: #e377c2; } .line7 { background: #7f7f7f; }
.alarms { display: flex; flex-wrap: wrap; gap: .25rem; }
.alarms li { border: 1px solid var(--line); border-radius: 4px; padding: .1rem .4rem; }
@media (max-width: 40rem) {
  h1 { font-size: 1.5rem; }
  .sideways { display: block; color: var(--soft); font-size: .875rem; margin: .25rem 0; }
  .board { display: block; }
  .widget { margin: .35rem 0; }
  table, tbody, tr, th, td { display: block; min-width: 0; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tbody tr { padding: .5rem .75rem; border-bottom: 1px solid var(--line); }
  tbody tr:last-child { border-bottom: 0; }
  tbody th, td { min-width: 0; padding: .1rem 0; border-bottom: 0; overflow-wrap: anywhere; }
  tbody th { font-weight: 600; }
  td::before { content: attr(data-label) ": "; color: var(--soft); }
}
footer { color: var(--soft); font-size: .875rem; }
@media print { .wide { overflow: visible; } }
"""
