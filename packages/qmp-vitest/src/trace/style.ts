/** Style sheet of a trace. */
export const STYLE = `
:root { color-scheme: light dark; --back: #fff; --fore: #1c2128; --soft: #57606a; --line: #d0d7de; --panel: #f6f8fa;
  --command: #0969da; --reply: #1a7f37; --error: #cf222e; --event: #8250df; --mark: #fff8c5; }
:root[data-theme=dark] { --back: #0d1117; --fore: #e6edf3; --soft: #9198a1; --line: #30363d; --panel: #161b22;
  --command: #58a6ff; --reply: #3fb950; --error: #ff7b72; --event: #bc8cff; --mark: #3b2e00; }
@media (prefers-color-scheme: dark) { :root:not([data-theme=light]) { --back: #0d1117; --fore: #e6edf3; --soft: #9198a1;
  --line: #30363d; --panel: #161b22; --command: #58a6ff; --reply: #3fb950; --error: #ff7b72; --event: #bc8cff; --mark: #3b2e00; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--fore); font: 14px/1.45 system-ui, sans-serif; }
header { padding: 12px 16px; border-bottom: 1px solid var(--line); }
h1 { margin: 0; font-size: 17px; overflow-wrap: anywhere; }
h1 .suite { color: var(--soft); font-weight: normal; }
h2 { margin: 0 0 6px; font-size: 13px; color: var(--soft); }
.state { display: inline-block; padding: 0 8px; margin-right: 6px; border-radius: 9px; color: #fff; font-size: 12px; }
.failed .state { background: #cf222e; } .passed .state { background: #1a7f37; }
.sub { color: var(--soft); font-size: 12px; overflow-wrap: anywhere; }
pre { margin: 0; padding: 8px 10px; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; white-space: pre-wrap;
  overflow-wrap: anywhere; font: 12px/1.5 ui-monospace, monospace; max-height: 60vh; overflow: auto; }
.errors { margin-top: 10px; } .errors pre { border-left: 4px solid var(--error); max-height: 30vh; }
.bar { position: sticky; top: 0; z-index: 2; display: flex; flex-wrap: wrap; gap: 6px; padding: 8px 16px; background: var(--back);
  border-bottom: 1px solid var(--line); }
.bar input { flex: 1 1 140px; min-width: 0; padding: 4px 8px; }
button, input { font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 4px 10px; }
button { cursor: pointer; } button[aria-pressed=false] { opacity: .45; text-decoration: line-through; }
button:focus-visible, input:focus-visible, [tabindex]:focus-visible { outline: 2px solid var(--command); outline-offset: -1px; }
.time { padding: 8px 16px; border-bottom: 1px solid var(--line); overflow-x: auto; }
.lane { position: relative; min-width: 260px; border-left: 1px solid var(--line); margin-bottom: 4px; }
.lane .name { position: sticky; left: 0; font-size: 11px; color: var(--soft); padding-left: 4px; }
.mark { position: absolute; height: 12px; min-width: 4px; padding: 0; border: 0; border-radius: 3px; background: var(--command); }
.mark.error { background: var(--error); } .mark.event { width: 8px; border-radius: 50%; background: var(--event); height: 8px; margin-top: 2px; }
.mark.waiting { background: repeating-linear-gradient(45deg, var(--error) 0 4px, transparent 4px 8px); }
.mark.chosen { outline: 2px solid var(--fore); } .mark.hidden { opacity: .12; }
.axis { position: relative; height: 16px; min-width: 260px; font-size: 10px; color: var(--soft); }
.axis span { position: absolute; transform: translateX(-50%); white-space: nowrap; } .axis span:first-child { transform: none; }
.axis span:last-child { transform: translateX(-100%); }
main { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); }
.list { border-right: 1px solid var(--line); min-height: 40vh; }
.row { display: grid; grid-template-columns: 74px 20px minmax(0, 1fr) auto; gap: 6px; padding: 3px 16px; cursor: pointer;
  font: 12px/1.6 ui-monospace, monospace; }
.row:hover { background: var(--panel); } .row[aria-selected=true] { background: var(--mark); }
.row .at, .row .took { color: var(--soft); text-align: right; } .row .line { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.command .arrow { color: var(--command); } .reply .arrow { color: var(--reply); } .error .arrow, .error .line { color: var(--error); }
.event .arrow, .event .line { color: var(--event); } .note .line, .greeting .line { color: var(--soft); }
.chip { color: var(--soft); border: 1px solid var(--line); border-radius: 4px; padding: 0 4px; margin-right: 4px; }
aside { position: sticky; top: 48px; align-self: start; max-height: calc(100vh - 48px); overflow: auto; padding: 12px 16px; }
aside section { margin-bottom: 14px; } .moment ul { margin: 0 0 8px; padding: 0; list-style: none; font: 12px/1.6 ui-monospace, monospace; }
.moment li { padding-left: 14px; overflow-wrap: anywhere; } .moment li.new::before { content: '+'; margin-left: -14px; width: 14px; display: inline-block; }
.moment li.new { color: var(--reply); } .moment li.gone::before { content: '−'; margin-left: -14px; width: 14px; display: inline-block; }
.moment li.gone { color: var(--error); text-decoration: line-through; } .screen { max-width: 100%; border: 1px solid var(--line); } .none { padding: 24px 16px; color: var(--soft); }
@media (max-width: 720px) { main { grid-template-columns: minmax(0, 1fr); } .list { border-right: 0; }
  .row { grid-template-columns: 58px 16px minmax(0, 1fr); padding: 6px 10px; } .row .took { display: none; }
  .row[aria-selected=true] .line { white-space: normal; overflow-wrap: anywhere; } aside { position: static; max-height: none; }
  header, .bar, .time, aside { padding-left: 10px; padding-right: 10px; } }
@media print { .bar { display: none; } }
`;
