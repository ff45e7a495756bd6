// The rules of the window's rooms, read from the sources themselves.
import { expect, test } from 'vitest';

const sources = import.meta.glob<string>('../src/**/*.{ts,svelte}', { query: '?raw', import: 'default', eager: true });
const files = Object.entries(sources).map(([path, text]) => ({ path: path.replace('../src/', ''), text }));

/** Where a file imports from, as a path below src, or the package's name. */
function importsOf({ path, text }: { path: string; text: string }): string[] {
  const named = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1]!);
  return named.map((name) => (name.startsWith('.') ? new URL(name, `file:///${path}`).pathname.slice(1) : name));
}

const broken = (rule: (path: string, from: string) => boolean): string[] =>
  files.flatMap((file) => importsOf(file).filter((from) => rule(file.path, from)).map((from) => `${file.path} imports ${from}`));

const screenOf = (path: string): string | undefined => /^screens\/([^/]+)\//.exec(path)?.[1];

test('the sources are read', () => {
  expect(files.length).toBeGreaterThan(40);
  expect(importsOf(files.find(({ path }) => path === 'screens/set/Ceiling.svelte')!)).toContain('state');
});

test('only the backend speaks to the engine', () => {
  expect(broken((path, from) => from.startsWith('@tauri-apps/') && !path.startsWith('backend/'))).toEqual([]);
});

test('the bindings stay inside the backend', () => {
  expect(broken((path, from) => from.endsWith('backend/bindings') && !path.startsWith('backend/'))).toEqual([]);
});

test('a screen never imports another screen', () => {
  expect(broken((path, from) => screenOf(path) !== undefined && screenOf(`${from}/`) !== undefined && screenOf(path) !== screenOf(`${from}/`))).toEqual([]);
});

test('parts know nothing of charging: no store, no engine, no screen, no sentence', () => {
  expect(broken((path, from) => path.startsWith('parts/') && /^(state|backend|screens|words$|words\/en)/.test(from))).toEqual([]);
});

test('only screens and the window itself read the store', () => {
  const may = /^(screens\/|App\.svelte|state\/)/;
  expect(broken((path, from) => /^state(\/store.*|\/index)?$/.test(from) && !may.test(path))).toEqual([]);
});

test('the scripted site is loaded by main.ts alone, and not in a build for people', () => {
  expect(broken((path, from) => from.includes('backend/demo') && path !== 'main.ts' && !path.startsWith('backend/demo'))).toEqual([]);
});

const markup = (text: string): string => text.replace(/<script[\s\S]*?<\/script>|<style[\s\S]*?<\/style>|<!--[\s\S]*?-->/g, '');

test('no markup from outside, no static style that the Content-Security-Policy would refuse', () => {
  for (const { path, text } of files.filter((file) => file.path.endsWith('.svelte'))) {
    expect(text, path).not.toMatch(/\{@html/);
    expect(markup(text), path).not.toMatch(/\sstyle="/);
  }
});

test('every sentence is in the catalogue', () => {
  for (const { path, text } of files.filter((file) => file.path.endsWith('.svelte'))) {
    let left = markup(text);
    for (let before = ''; before !== left; ) [before, left] = [left, left.replace(/\{[^{}]*\}/g, '')];
    const words = left.replace(/<[^>]*>/g, ' ').match(/\p{L}{3,}/gu) ?? [];
    expect(words.filter((word) => !['nbsp', 'ensp'].includes(word)), path).toEqual([]);
  }
});
