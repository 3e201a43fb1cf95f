// The report's style sheet: paper first, in the console's colours. Every pair of text and ground was checked for 4.5 : 1.

export const styleSheet = `
:root{color-scheme:light dark;--ground:light-dark(#fff,#12161c);--sunken:light-dark(#f4f5f7,#0c0f14);--line:light-dark(#d9dde3,#2a323d);--text:light-dark(#161c24,#edf1f6);--soft:light-dark(#49525e,#b5bfcb);--good:light-dark(#005f8f,#6cc3f7);--good-bg:light-dark(#e3f1f9,#0e2c3f);--bad:light-dark(#a63e08,#ffa666);--bad-bg:light-dark(#fdede3,#3a2110);--warn:light-dark(#7a5200,#f2c14e);--warn-bg:light-dark(#fff3d6,#33270b);--quiet-bg:light-dark(#eceef2,#1e252e);--mark:light-dark(#3f7ff2,#5b85fa);--v0:light-dark(#343d49,#a2abbd);--v1:var(--mark);--v2:light-dark(#cb6b12,#fa8401);--v3:light-dark(#2c7065,#9ff8c6);--v4:light-dark(#8903a6,#c25c9e)}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--text);font:16px/1.55 system-ui,-apple-system,"Segoe UI",sans-serif;font-variant-numeric:tabular-nums}
main{max-width:62rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
h1{font-size:1.9rem;line-height:1.2;letter-spacing:-.015em;margin:.15rem 0 1.25rem;overflow-wrap:anywhere}
h2{font-size:1.3rem;line-height:1.25;letter-spacing:-.01em;margin:3rem 0 .75rem;padding-top:1.25rem;border-top:1px solid var(--line)}
h3{font-size:1rem;margin:1.6rem 0 .4rem;overflow-wrap:anywhere}
p,ul,dl{margin:.5rem 0 1rem;max-width:46rem}
ul{padding-left:1.2rem}
li{margin:.3rem 0}
.place{color:var(--soft);font-size:.875rem;margin:0;overflow-wrap:anywhere}
.call{padding:1.1rem 1.25rem;border-radius:10px;margin:0 0 1.25rem;max-width:none}
.call strong{display:block;font-size:1.35rem;line-height:1.3;letter-spacing:-.01em;overflow-wrap:anywhere}
.call.good{background:var(--good-bg)}.call.bad{background:var(--bad-bg)}.call.warn{background:var(--warn-bg)}.call.quiet{background:var(--quiet-bg)}
.call.good strong,td .good{color:var(--good)}.call.bad strong,td .bad{color:var(--bad)}.call.warn strong,td .warn{color:var(--warn)}
.note{border-left:3px solid var(--warn);padding:.15rem 0 .15rem .9rem;color:var(--text)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1.25rem}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
.scroll{overflow-x:auto;margin:1rem 0 1.5rem}
.scroll:focus-visible,pre:focus-visible{outline:2px solid var(--mark);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:.875rem;line-height:1.4}
caption{text-align:left;font-weight:600;font-size:.95rem;padding:0 0 .5rem}
th,td{text-align:left;vertical-align:top;padding:.55rem 1.1rem .55rem 0;border-bottom:1px solid var(--line)}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--soft);font-weight:500;white-space:nowrap;vertical-align:bottom}
tbody th{font-weight:600;overflow-wrap:anywhere;min-width:7.25rem}
.number{text-align:right;white-space:nowrap}
td.number .minor,td.number .quiet{white-space:normal;max-width:15rem;margin-left:auto}
.tone.quiet{display:inline-block}
.minor{display:block;color:var(--soft);font-weight:400;font-size:.8125rem}
.tone{font-weight:600;white-space:nowrap}
.tone.quiet{font-weight:400;color:var(--soft)}.number .tone.quiet{white-space:normal}
figure{margin:1rem 0 2rem}
figcaption{font-weight:600;font-size:.95rem;margin-bottom:.6rem;overflow-wrap:anywhere}
svg{display:block;overflow:visible}
svg text{font-size:12px;fill:var(--soft)}
.halo{paint-order:stroke;stroke:var(--ground);stroke-width:4px;stroke-linejoin:round}
.grid{stroke:var(--line);stroke-width:1}.zero{stroke:var(--soft);stroke-width:1.25}
.interval{stroke:var(--soft);stroke-width:2}.estimate,.beyond{fill:var(--soft)}
.good .interval{stroke:var(--good)}.good .estimate,.good .beyond{fill:var(--good)}
.bad .interval{stroke:var(--bad)}.bad .estimate,.bad .beyond{fill:var(--bad)}
.forest{font-size:.875rem}
.forest-row{display:grid;grid-template-columns:minmax(8rem,14rem) 1fr 13.5rem;gap:0 1.1rem;align-items:center;padding:.15rem 0}
.forest-row.axis svg{grid-column:2}
.forest-name{overflow-wrap:anywhere;font-weight:600}.forest-value{font-weight:600}
.forest .quiet{font-weight:400;color:var(--soft)}
.plot{margin-top:.25rem}
.plot .band{fill:var(--mark);opacity:.2}
.plot .line{fill:none;stroke:var(--mark);stroke-width:2;vector-effect:non-scaling-stroke}
.plot .estimate,.plot .bar{fill:var(--mark)}
.strip{margin:.5rem 0}.strip-name,.ends{font-size:.8125rem;color:var(--soft);overflow-wrap:anywhere}
.ends{display:flex;justify-content:space-between}
.shape{display:grid;grid-template-columns:2.6rem minmax(0,1fr);gap:.15rem .5rem}
.shape .strip{margin:.3rem 0 0}.shape .key{margin-top:.4rem}
.v0{--own:var(--v0)}.v1{--own:var(--v1)}.v2{--own:var(--v2)}.v3{--own:var(--v3)}.v4{--own:var(--v4)}
.steps,.span{fill:none;stroke:var(--own);stroke-width:2;vector-effect:non-scaling-stroke}.median,.high{fill:var(--own)}
.v1 .steps{stroke-dasharray:7 3}.v2 .steps{stroke-dasharray:2.5 2.5}.v3 .steps{stroke-dasharray:10 3 2.5 3}.v4 .steps{stroke-dasharray:14 5}
pre{background:var(--sunken);border:1px solid var(--line);border-radius:6px;padding:.9rem 1rem;overflow:auto;max-height:22rem;font:.8125rem/1.5 ui-monospace,Menlo,Consolas,monospace;margin:.5rem 0 1.5rem}
@media (max-width:44rem){main{padding:1.25rem 1rem 3rem}h1{font-size:1.5rem}h2{margin-top:2.25rem}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}tbody th,thead th:first-child{position:sticky;left:0;background:var(--ground)}.forest-row{grid-template-columns:1fr;padding:.5rem 0}.forest-row.axis svg{grid-column:1}}
@media print{:root{color-scheme:light}main{max-width:none;padding:0}h2,h3,caption{break-after:avoid}tr,figure,.call{break-inside:avoid}body{font-size:10.5pt}.scroll,pre{overflow:visible}pre{max-height:none;white-space:pre-wrap;overflow-wrap:anywhere}.number{white-space:normal}}
`;
