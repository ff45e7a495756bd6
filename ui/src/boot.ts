// Must be the first import of main.ts.
//
// 1. Under LANG=C or C.UTF-8 (containers, minimal Linux) WebKitGTK says navigator.language === "C", and
//    `new Intl.NumberFormat("C")` throws. uPlot does that while it loads, which leaves a blank window.
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en-AU', configurable: true });
  Object.defineProperty(navigator, 'languages', { value: ['en-AU'], configurable: true });
}

// 2. A fault of ours must never be a blank window without a word.
function show(text: string): void {
  let box = document.getElementById('fatal');
  if (!box) {
    box = document.createElement('pre');
    box.id = 'fatal';
    box.setAttribute('role', 'alert');
    document.body.prepend(box);
  }
  box.textContent += `${text}\n`;
}

// Browsers report a postponed resize notice as an error; nothing is lost by it.
const harmless = (text: string): boolean => text.startsWith('ResizeObserver loop');

addEventListener('error', (e) => {
  if (!harmless(e.message)) show(`${e.message} (${e.filename}:${e.lineno})`);
});
addEventListener('unhandledrejection', (e) => show(String(e.reason)));
document.addEventListener('securitypolicyviolation', (e) => show(`CSP ${e.violatedDirective}: ${e.blockedURI}`));
